// Random changes to a small cluster, then rest: what the controllers keep in mind must equal what a look at every pod finds.
import { expect, it } from 'vitest';
import { Cluster } from '../../src/index.js';
import { createRandom, type Random } from '../../src/util/random.js';
import type { KubernetesObject } from '../../src/api/meta.js';
import { labelSelectorMatches } from '../../src/api/labelSelector.js';
import { isPodActive, isPodReady } from '../../src/api/pods.js';
import { controllerOf } from '../../src/api/ownerReference.js';
import type { DaemonSet, Deployment, Node, Pod, PodDisruptionBudget, ReplicaSet, StatefulSet } from '../../src/api/types.js';

const SEEDS = process.env['STOWAGE_SEED'] === undefined ? [1, 2, 3, 4, 5, 6, 7, 8] : [Number(process.env['STOWAGE_SEED'])];
const CHANGES = 40;

const pick = <T>(random: Random, items: readonly T[]): T | undefined => items[random.nextInt(Math.max(1, items.length))];
const template = (random: Random, app: string) => ({ metadata: { labels: { app } }, spec: { containers: [{ name: 'c', image: `app:${random.nextInt(3)}`, resources: { requests: { cpu: pick(random, ['100m', '500m', '3']) } } }] } });

function workload(random: Random): object {
  const app = `a${random.nextInt(3)}`;
  const kind = pick(random, ['Deployment', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']) as string;
  const spec: Record<string, unknown> = { selector: { matchLabels: { app: `${kind}-${app}`.toLowerCase() } }, template: template(random, `${kind}-${app}`.toLowerCase()) };
  if (kind !== 'DaemonSet') spec['replicas'] = random.nextInt(6);
  if (kind === 'StatefulSet') spec['serviceName'] = app;
  if (kind === 'Deployment') spec['strategy'] = { type: pick(random, ['Recreate', 'RollingUpdate']) };
  return { apiVersion: 'apps/v1', kind, metadata: { name: `${kind}-${app}`.toLowerCase(), namespace: 'default' }, spec };
}

/** Deletes an object and makes another one under its name before any controller has seen either: nothing kept of the first may serve the second. */
function takeThePlace(cluster: Cluster, random: Random): void {
  const [apiVersion, kind] = pick(random, [['policy/v1', 'PodDisruptionBudget'], ['apps/v1', 'ReplicaSet'], ['apps/v1', 'DaemonSet'], ['apps/v1', 'StatefulSet'], ['apps/v1', 'Deployment']] as const) ?? ['', ''];
  const found = pick(random, cluster.list({ apiVersion, kind }));
  if (found === undefined) return;
  cluster.delete({ apiVersion, kind, namespace: 'default', name: found.metadata.name ?? '' }, { propagationPolicy: 'Background' });
  const selector = kind === 'PodDisruptionBudget' ? { matchLabels: { app: `deployment-a${random.nextInt(3)}` } } : { matchLabels: { app: `other-${random.nextInt(2)}` } };
  const spec = kind === 'PodDisruptionBudget' ? { minAvailable: 1, selector } : { ...(found as { spec?: object }).spec, selector, template: template(random, selector.matchLabels.app) };
  cluster.create({ apiVersion, kind, metadata: { name: found.metadata.name, namespace: 'default' }, spec });
}

function change(cluster: Cluster, random: Random): void {
  const pods = cluster.list({ apiVersion: 'v1', kind: 'Pod' }) as Pod[];
  const pod = pick(random, pods);
  const node = `n${random.nextInt(4)}`;
  switch (random.nextInt(9)) {
    case 0:
      if (pod !== undefined) cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: pod.metadata.name ?? '' });
      break;
    case 1:
      // A pod whose labels change is released, and its owner makes another.
      if (pod !== undefined) cluster.update({ ...pod, metadata: { ...pod.metadata, labels: { app: 'nobody' } } });
      break;
    case 2:
      cluster.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: node }, spec: random.nextInt(2) === 0 ? {} : { taints: [{ key: 'k', effect: pick(random, ['NoSchedule', 'NoExecute']) }] }, status: { allocatable: { cpu: '4', memory: '8Gi', pods: '20' }, conditions: [{ type: 'Ready', status: 'True' }] } });
      break;
    case 3:
      cluster.apply({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'b', namespace: 'default' }, spec: { minAvailable: random.nextInt(3), selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } } });
      break;
    case 4:
      cluster.settle();
      break;
    case 5:
      takeThePlace(cluster, random);
      break;
    default:
      cluster.apply(workload(random));
  }
}

function check(cluster: Cluster): string[] {
  const problems: string[] = [];
  const list = <T extends KubernetesObject>(apiVersion: string, kind: string): T[] => cluster.list({ apiVersion, kind }) as T[];
  const pods = list<Pod>('v1', 'Pod');
  const expectSame = (what: string, got: unknown, want: unknown): void => void (JSON.stringify(got) === JSON.stringify(want) || problems.push(`${what}: ${JSON.stringify(got)}, counted ${JSON.stringify(want)}`));
  const owned = (owner: KubernetesObject): Pod[] => pods.filter((each) => controllerOf(each)?.uid === owner.metadata.uid);
  for (const set of list<ReplicaSet>('apps/v1', 'ReplicaSet')) {
    const active = owned(set).filter(isPodActive);
    expectSame(`ReplicaSet ${set.metadata.name ?? ''}`, [set.status?.replicas, set.status?.readyReplicas ?? 0, set.spec?.replicas], [active.length, active.filter(isPodReady).length, active.length]);
  }
  for (const set of list<StatefulSet>('apps/v1', 'StatefulSet')) expectSame(`StatefulSet ${set.metadata.name ?? ''}`, [set.status?.replicas, set.status?.readyReplicas ?? 0], [owned(set).length, owned(set).filter(isPodReady).length]);
  for (const deployment of list<Deployment>('apps/v1', 'Deployment')) expectSame(`Deployment ${deployment.metadata.name ?? ''} observed`, deployment.status?.observedGeneration, deployment.metadata.generation);
  const tainted = new Set(list<Node>('v1', 'Node').filter((node) => (node.spec?.taints ?? []).length > 0).map((node) => node.metadata.name));
  const isMisplaced = (each: Pod): boolean => tainted.has(each.spec?.nodeName);
  const taintless = list<Node>('v1', 'Node').filter((node) => (node.spec?.taints ?? []).length === 0).length;
  for (const set of list<DaemonSet>('apps/v1', 'DaemonSet')) expectSame(`DaemonSet ${set.metadata.name ?? ''}`, [set.status?.desiredNumberScheduled, set.status?.numberReady], [taintless, owned(set).filter((each) => isPodReady(each) && !isMisplaced(each)).length]);
  for (const budget of list<PodDisruptionBudget>('policy/v1', 'PodDisruptionBudget')) {
    const selects = (each: Pod): boolean => labelSelectorMatches(budget.spec?.selector, each.metadata.labels);
    expectSame('budget', budget.status?.currentHealthy, pods.filter((each) => selects(each) && each.metadata.deletionTimestamp === undefined && isPodReady(each)).length);
  }
  return problems;
}

it.each(SEEDS)('seed %i', (seed) => {
  const random = createRandom(seed);
  const cluster = new Cluster({ checksInvariants: true });
  for (let count = 0; count < CHANGES; count++) change(cluster, random);
  const { isStepLimitReached } = cluster.settle() as { isStepLimitReached?: boolean };
  expect(isStepLimitReached).not.toBe(true);
  expect(check(cluster)).toEqual([]);
  // At rest nothing is left to do.
  const before = JSON.stringify(cluster.list({ apiVersion: 'v1', kind: 'Pod' }));
  cluster.settle();
  expect(JSON.stringify(cluster.list({ apiVersion: 'v1', kind: 'Pod' }))).toBe(before);
});
