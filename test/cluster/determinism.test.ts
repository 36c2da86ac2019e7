// What a cluster does depends on what is asked of it alone: the same requests give the same bytes in a new process, after other clusters
// and beside them. STOWAGE_SEED repeats one seed.
import { expect, it, vi } from 'vitest';
import { Cluster as SharedCluster } from '../../src/index.js';
import { createRandom, type Random } from '../../src/util/random.js';

const SEEDS = process.env['STOWAGE_SEED'] === undefined ? [1, 2, 3, 4] : [Number(process.env['STOWAGE_SEED'])];
const CHANGES = 30;
const NAMESPACES = ['default', 'other'];
const RESTRICTED = 'pod-security.kubernetes.io/enforce';

const pick = <T>(random: Random, items: readonly T[]): T => items[random.nextInt(items.length)] as T;

/** Clusters of other seeds differ in their zones, limits, schemas and policies, under the same names. */
function setting(seed: number): object[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other', labels: seed % 2 === 0 ? { [RESTRICTED]: 'baseline' } : {} } },
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'default' }, spec: { hard: { pods: String(8 + seed), 'requests.cpu': String(4 + seed) } } },
    { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l', namespace: 'other' }, spec: { limits: [{ type: 'Container', defaultRequest: { cpu: `${seed}00m` } }] } },
    {
      apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com', scope: 'Namespaced', names: { kind: 'Widget', plural: 'widgets' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer', maximum: seed, default: seed } }, 'x-kubernetes-validations': [{ rule: `self.size != ${seed - 1}` }] } } } } }],
      },
    },
    ...(seed % 3 === 0 ? [{
      apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: 'p' },
      spec: { matchConstraints: { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['*'] }] }, validations: [{ expression: `object.spec.replicas < ${seed}` }] },
    }, { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'p' }, spec: { policyName: 'p', validationActions: ['Deny'] } }] : []),
  ];
}

function node(name: string, seed: number): object {
  const capacity = { cpu: String(2 + (seed % 3)), memory: '4Gi', pods: '10' };
  return {
    apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `z${(name.charCodeAt(1) + seed) % 3}` } },
    status: { capacity, allocatable: capacity, conditions: [{ type: 'Ready', status: 'True' }], addresses: [{ type: 'InternalIP', address: `10.0.${seed}.${name.slice(1)}` }] },
  };
}

function request(random: Random, seed: number): object {
  const namespace = pick(random, NAMESPACES);
  const kind = pick(random, ['Deployment', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Service', 'Widget', 'PodDisruptionBudget', 'Node']);
  const name = `${kind.toLowerCase()}-${random.nextInt(2)}`;
  const labels = { app: `a${random.nextInt(2)}` };
  const template = {
    metadata: { labels },
    spec: {
      ...(kind === 'Job' || kind === 'CronJob' ? { restartPolicy: 'Never' } : {}), ...(random.nextInt(4) === 0 ? { hostNetwork: true } : {}),
      containers: [{ name: 'c', image: pick(random, ['app', 'app:1', 'registry:5000/app']), ports: [{ containerPort: 80 + random.nextInt(2) }], resources: { requests: { cpu: pick(random, ['100m', '0.5', '1500m']) } } }],
    },
  };
  const metadata = { name, namespace };
  switch (kind) {
    case 'Job': return { apiVersion: 'batch/v1', kind, metadata, spec: { completions: 2, parallelism: 2, template } };
    case 'CronJob': return { apiVersion: 'batch/v1', kind, metadata, spec: { schedule: '*/5 * * * *', timeZone: pick(random, ['Asia/Tokyo', 'Etc/UTC']), jobTemplate: { spec: { template } } } };
    case 'Service': return { apiVersion: 'v1', kind, metadata, spec: { selector: labels, type: pick(random, ['ClusterIP', 'NodePort']), ports: [{ port: 80 }] } };
    case 'Widget': return { apiVersion: 'example.com/v1', kind, metadata, spec: random.nextInt(3) === 0 ? {} : { size: random.nextInt(5) } };
    case 'PodDisruptionBudget': return { apiVersion: 'policy/v1', kind, metadata, spec: { selector: { matchLabels: labels }, maxUnavailable: 1 } };
    case 'Node': return node(`n${random.nextInt(4)}`, seed);
    default: return {
      apiVersion: 'apps/v1', kind, metadata,
      spec: { selector: { matchLabels: labels }, template, ...(kind === 'DaemonSet' ? {} : { replicas: random.nextInt(5) }), ...(kind === 'StatefulSet' ? { serviceName: 's' } : {}) },
    };
  }
}

/** A cluster that is asked one thing with each step, and everything it has answered and written so far. */
function play(Cluster: typeof SharedCluster, seed: number): { step(): void; transcript(): string } {
  const random = createRandom(seed);
  const cluster = new Cluster({ now: `2026-01-0${1 + (seed % 9)}T00:00:00Z` });
  const lines: string[] = [];
  cluster.watch((event) => lines.push(JSON.stringify(event)));
  for (const object of setting(seed)) lines.push(JSON.stringify(cluster.create(object)));
  for (let index = 0; index < 3; index++) lines.push(JSON.stringify(cluster.create(node(`n${index}`, seed))));
  return {
    step() {
      lines.push(JSON.stringify(cluster.apply(request(random, seed))));
      if (random.nextInt(3) === 0) cluster.settle({ seconds: random.nextInt(400) });
    },
    transcript: () => lines.join('\n'),
  };
}

function transcriptOf(Cluster: typeof SharedCluster, seed: number): string {
  const cluster = play(Cluster, seed);
  for (let count = 0; count < CHANGES; count++) cluster.step();
  return cluster.transcript();
}

it.each(SEEDS)('seed %i', async (seed) => {
  vi.resetModules();
  const alone = transcriptOf((await import('../../src/index.js')).Cluster, seed);
  expect(alone.split('\n').length).toBeGreaterThan(200);
  const beside = play(SharedCluster, seed);
  const other = play(SharedCluster, seed + 1);
  for (let count = 0; count < CHANGES; count++) {
    other.step();
    beside.step();
  }
  // Compared as a claim: the difference of two transcripts is too long to print.
  expect(beside.transcript() === alone, `beside another cluster, STOWAGE_SEED=${seed}`).toBe(true);
  expect(transcriptOf(SharedCluster, seed) === alone, `after other clusters, STOWAGE_SEED=${seed}`).toBe(true);
});
