// Random clusters with drains, deletions and failing nodes settle once left alone, and everything that must be true of a cluster at rest is.
import { expect, test } from 'vitest';
import { bootstrap } from '../../src/cluster/bootstrap.js';
import { createControlPlane, type ControlPlane } from '../../src/cluster/controlPlane.js';
import { createInvariantChecker } from '../../src/cluster/invariants.js';
import type { Pod } from '../../src/api/types.js';
import { createRandom, type Random } from '../../src/util/random.js';

const SEEDS = process.env['STOWAGE_SEED'] === undefined ? [11, 12, 13, 14, 15, 16] : [Number(process.env['STOWAGE_SEED'])];
const CHANGES = 50;
const NODES = 5;
const HOUR = 3600;

const pick = <T>(random: Random, items: readonly T[]): T => items[random.nextInt(items.length)] as T;
const nodeName = (random: Random): string => `n${random.nextInt(NODES)}`;

function node(name: string, isReady: boolean): object {
  const allocatable = { cpu: '4', memory: '8Gi', pods: '12' };
  return {
    apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `z${Number(name.slice(1)) % 2}` } },
    status: { capacity: allocatable, allocatable, conditions: [{ type: 'Ready', status: isReady ? 'True' : 'Unknown' }] },
  };
}

function workload(random: Random): object {
  const kind = pick(random, ['Deployment', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job']);
  const name = `${kind.toLowerCase()}-${random.nextInt(3)}`;
  const isJob = kind === 'Job';
  const template = {
    metadata: { labels: { app: name } },
    spec: {
      ...(isJob ? { restartPolicy: 'Never' } : {}),
      containers: [{ name: 'c', image: `app:${isJob ? 1 : random.nextInt(3)}`, ports: random.nextInt(4) === 0 && !isJob ? [{ containerPort: 80, hostPort: 8080 }] : [], resources: { requests: { cpu: isJob ? '100m' : pick(random, ['100m', '900m', '2']), memory: '256Mi' } } }],
    },
  };
  const spec: Record<string, unknown> = { template };
  if (!isJob) spec['selector'] = { matchLabels: { app: name } };
  if (isJob) Object.assign(spec, { completions: 3, parallelism: 2 });
  else if (kind !== 'DaemonSet') spec['replicas'] = random.nextInt(7);
  if (kind === 'StatefulSet') spec['serviceName'] = name;
  return { apiVersion: isJob ? 'batch/v1' : 'apps/v1', kind, metadata: { name, namespace: 'default' }, spec };
}

function setReady({ server }: ControlPlane, name: string, status: 'True' | 'Unknown'): void {
  const stored = server.read.get('nodes', '', name);
  if (stored !== undefined) server.update({ ...stored, status: { ...stored.status, conditions: [{ type: 'Ready', status }] } }, { subresource: 'status' }, 'kubelet');
}

function cordon({ server }: ControlPlane, name: string, unschedulable: boolean): void {
  const stored = server.read.get('nodes', '', name);
  if (stored !== undefined) server.update({ ...stored, spec: { ...stored.spec, unschedulable } });
}

function change(plane: ControlPlane, random: Random): void {
  const { server } = plane;
  const name = nodeName(random);
  const pods = server.read.list('pods');
  const refOf = (pod: Pod): { apiVersion: string; kind: string; namespace: string; name: string } => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: pod.metadata.name ?? '' });
  switch (random.nextInt(9)) {
    case 0:
      cordon(plane, name, true);
      for (const pod of server.read.podsOnNode(name)) server.evict(refOf(pod));
      break;
    case 1:
      cordon(plane, name, false);
      break;
    case 2:
      setReady(plane, name, random.nextInt(2) === 0 ? 'True' : 'Unknown');
      break;
    case 3:
      if (pods.length > 0) server.delete(refOf(pick(random, pods)));
      break;
    case 4:
      server.delete({ apiVersion: 'v1', kind: 'Node', name });
      break;
    case 5:
      server.create(node(name, true), {}, 'kubelet');
      break;
    case 6:
      plane.run({ seconds: random.nextInt(600) });
      break;
    default:
      server.apply(workload(random));
  }
}

test.each(SEEDS)('seed %i', (seed) => {
  const random = createRandom(seed);
  const plane = createControlPlane({ startMs: 1_767_225_600_000, seed });
  bootstrap(plane.server);
  const invariants = createInvariantChecker(plane.server);
  for (let index = 0; index < NODES; index++) plane.server.create(node(`n${index}`, true), {}, 'kubelet');
  plane.server.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'default' }, spec: { hard: { pods: '40', 'requests.cpu': '14' } } });
  plane.run();
  for (let count = 0; count < CHANGES; count++) change(plane, random);
  // Left alone, with every node back.
  for (let index = 0; index < NODES; index++) {
    plane.server.create(node(`n${index}`, true), {}, 'kubelet');
    setReady(plane, `n${index}`, 'True');
    cordon(plane, `n${index}`, false);
  }
  const { isStepLimitReached } = plane.run({ seconds: HOUR });
  expect(isStepLimitReached).toBe(false);
  expect(invariants.broken(plane.nowMs())).toEqual([]);
  const { revision } = plane.server.store;
  plane.run();
  const written = plane.server.store.revision - revision;
  expect(written).toBe(0);
});
