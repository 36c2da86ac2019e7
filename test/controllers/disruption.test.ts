// Whose size a budget goes by when it counts in percent or by what may be missing, and what it says when there is none.
import { expect, test } from 'vitest';
import type { KubernetesObject, ObjectRef } from '../../src/api/meta.js';
import type { Event, PodDisruptionBudget } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

type Spec = Record<string, unknown>;
const PODS = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'web:1' }] } };
const workload = (apiVersion: string, kind: string, spec: Spec): KubernetesObject => ({ apiVersion, kind, metadata: { namespace: 'default', name: 'web' }, spec }) as KubernetesObject;
const SELECTOR = { matchLabels: { app: 'web' } };
const BUDGET: ObjectRef = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', namespace: 'default', name: 'budget' };
const definition = (subresources: Spec): KubernetesObject =>
  ({
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'fleets.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'fleets', kind: 'Fleet' }, versions: [{ name: 'v1', served: true, storage: true, subresources, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }] },
  }) as KubernetesObject;
const SCALE = { scale: { specReplicasPath: '.spec.size.wanted', statusReplicasPath: '.status.replicas' } };
const fleet = workload('example.com/v1', 'Fleet', { size: { wanted: 8 } });

function podOf(cluster: Cluster, owner: { apiVersion: string; kind: string; name: string; uid?: string }): KubernetesObject {
  const uid = owner.uid ?? cluster.get({ ...owner, ...(owner.kind === 'Node' ? {} : { namespace: 'default' }) })?.metadata.uid ?? '';
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'default', name: 'lone', labels: { app: 'web' }, ownerReferences: [{ ...owner, uid, controller: true }] }, spec: PODS.spec } as KubernetesObject;
}

function budgetOver(objects: KubernetesObject[], owner?: { apiVersion: string; kind: string; name: string; uid?: string }): PodDisruptionBudget['status'] {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.settle();
  cluster.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, status: { allocatable: { cpu: '8', memory: '16Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] } } as KubernetesObject);
  for (const object of objects) {
    expect(cluster.create(object).code).toBe(201);
    cluster.settle();
  }
  if (owner !== undefined) expect(cluster.create(podOf(cluster, owner)).code).toBe(201);
  cluster.create({ ...workload(BUDGET.apiVersion, BUDGET.kind, { maxUnavailable: '25%', selector: SELECTOR }), metadata: { namespace: 'default', name: BUDGET.name } });
  cluster.settle();
  return (cluster.get(BUDGET) as PodDisruptionBudget).status;
}

test.each<[string, KubernetesObject[], Parameters<typeof budgetOver>[1], [expected: number, desired: number]]>([
  ['a Deployment', [workload('apps/v1', 'Deployment', { replicas: 4, selector: SELECTOR, template: PODS })], undefined, [4, 3]],
  ['a ReplicaSet of its own', [workload('apps/v1', 'ReplicaSet', { replicas: 5, selector: SELECTOR, template: PODS })], undefined, [5, 3]],
  ['a ReplicationController', [workload('v1', 'ReplicationController', { replicas: 3, selector: { app: 'web' }, template: PODS })], undefined, [3, 2]],
  ['a StatefulSet', [workload('apps/v1', 'StatefulSet', { replicas: 2, serviceName: 'web', selector: SELECTOR, template: PODS })], undefined, [2, 1]],
  ['a custom resource with a size', [definition(SCALE), fleet], { apiVersion: 'example.com/v1', kind: 'Fleet', name: 'web' }, [8, 6]],
  ['nothing', [], undefined, [0, 0]],
])('%s', (_, objects, owner, [expectedPods, desiredHealthy]) => {
  expect(budgetOver(objects, owner)).toMatchObject({ expectedPods, desiredHealthy });
});

test.each<[string, KubernetesObject[], Parameters<typeof budgetOver>[1], string]>([
  ['a DaemonSet', [workload('apps/v1', 'DaemonSet', { selector: SELECTOR, template: PODS })], undefined, 'daemonsets.apps does not implement the scale subresource'],
  ['a node', [], { apiVersion: 'v1', kind: 'Node', name: 'n1' }, 'nodes does not implement the scale subresource'],
  ['a custom resource without a size', [definition({}), fleet], { apiVersion: 'example.com/v1', kind: 'Fleet', name: 'web' }, 'fleets.example.com does not implement the scale subresource'],
  ['a custom resource that does not say its size', [definition(SCALE), workload('example.com/v1', 'Fleet', {})], { apiVersion: 'example.com/v1', kind: 'Fleet', name: 'web' }, 'Internal error occurred: the spec replicas field ".spec.size.wanted" does not exist'],
  ['a kind that is not served', [], { apiVersion: 'example.com/v1', kind: 'Fleet', name: 'web', uid: '00000000-0000-4000-8000-000000000000' }, 'no matches for kind "Fleet" in version "example.com/v1"'],
])('%s has no size', (_, objects, owner, message) => {
  const status = budgetOver(objects, owner);
  expect(status?.disruptionsAllowed).toBe(0);
  expect(status?.conditions?.map(({ type, status: value, reason, message: text }) => `${type}=${value} ${reason}: ${text}`)).toEqual([`DisruptionAllowed=False SyncFailed: ${message}`]);
});

test('a pod with a name that every JavaScript object answers to is healthy while another one is evicted', () => {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.settle();
  cluster.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, status: { allocatable: { cpu: '8', memory: '16Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] } } as KubernetesObject);
  for (const name of ['constructor', 'other']) cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'default', name, labels: { app: 'web' } }, spec: PODS.spec });
  cluster.create({ ...workload(BUDGET.apiVersion, BUDGET.kind, { minAvailable: 1, selector: SELECTOR }), metadata: { namespace: 'default', name: BUDGET.name } });
  cluster.settle();
  const budget = cluster.get(BUDGET) as PodDisruptionBudget;
  // The eviction is noted, and its pod is still there.
  const noted = { ...budget, status: { ...budget.status, disruptedPods: { other: cluster.now } } } as KubernetesObject;
  const ofStatus: object = { subresource: 'status' };
  expect(cluster.update(noted, ofStatus).code).toBe(200);
  cluster.settle({ seconds: 1 });
  expect((cluster.get(BUDGET) as PodDisruptionBudget).status).toMatchObject({ currentHealthy: 1, disruptedPods: { other: expect.any(String) as string } });
  // It is still there when it should be gone.
  cluster.settle({ seconds: 130 });
  expect((cluster.get(BUDGET) as PodDisruptionBudget).status).toMatchObject({ currentHealthy: 2 });
  const told = (cluster.list({ apiVersion: 'v1', kind: 'Event' }) as Event[]).filter(({ reason }) => reason === 'NotDeleted');
  expect(told.map(({ involvedObject, message }) => `${involvedObject.name}: ${message}`)).toEqual(["other: Pod was expected by PDB default/default to be deleted but it wasn't"]);
});
