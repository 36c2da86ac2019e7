// What becomes of an owner's dependents: by propagation policy, by other owners, by finalizers; and of objects whose owner never was.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject, ObjectRef } from '../../src/api/meta.js';
import type { OwnerReference } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

const ref = (name: string, namespace = 'default'): ObjectRef => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });

function clusterWithOwners(...names: string[]): Cluster {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.settle();
  for (const name of names) cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name } });
  return cluster;
}

const ownedBy = (cluster: Cluster, name: string, blockOwnerDeletion = true): OwnerReference => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid: cluster.get(ref(name))?.metadata.uid ?? '', blockOwnerDeletion });
function add(cluster: Cluster, name: string, ownerReferences: OwnerReference[], finalizers?: string[]): void {
  const object: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name, ownerReferences, ...(finalizers === undefined ? {} : { finalizers }) } };
  expect(cluster.create(object).code).toBe(201);
}
/** 'name<owner,owner' of what stands, with '!' when it is being deleted. */
const standing = (cluster: Cluster): string[] =>
  cluster.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' }).filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt').map(({ metadata }) => {
    const owners = (metadata.ownerReferences ?? []).map(({ name }) => name).join();
    return `${metadata.name ?? ''}${metadata.deletionTimestamp === undefined ? '' : '!'}${owners === '' ? '' : `<${owners}`}`;
  });

describe('a dependent of one owner', () => {
  test.each([
    ['Background', undefined, []],
    [undefined, undefined, []],
    ['Foreground', undefined, []],
    ['Orphan', undefined, ['child']],
    ['Background', ['example.com/hold'], ['child!<owner']],
    ['Foreground', ['example.com/hold'], ['child!<owner', 'owner!']],
    ['Orphan', ['example.com/hold'], ['child']],
  ] as const)('%s, finalizers %s', (propagationPolicy, finalizers, expected) => {
    const cluster = clusterWithOwners('owner');
    add(cluster, 'child', [ownedBy(cluster, 'owner')], finalizers === undefined ? undefined : [...finalizers]);
    cluster.delete(ref('owner'), propagationPolicy === undefined ? {} : { propagationPolicy });
    cluster.settle();
    expect(standing(cluster)).toEqual(expected);
  });

  test('that does not block is not waited for', () => {
    const cluster = clusterWithOwners('owner');
    add(cluster, 'child', [ownedBy(cluster, 'owner', false)], ['example.com/hold']);
    cluster.delete(ref('owner'), { propagationPolicy: 'Foreground' });
    cluster.settle();
    expect(standing(cluster)).toEqual(['child!<owner']);
  });

  test('that does not block goes while its owner waits for another one', () => {
    const cluster = clusterWithOwners('owner');
    add(cluster, 'awaited', [ownedBy(cluster, 'owner')], ['example.com/hold']);
    add(cluster, 'other', [ownedBy(cluster, 'owner', false)]);
    cluster.delete(ref('owner'), { propagationPolicy: 'Foreground' });
    cluster.settle();
    expect(standing(cluster)).toEqual(['awaited!<owner', 'owner!']);
  });

  test('that owns its owner does not keep it', () => {
    const cluster = clusterWithOwners('owner');
    add(cluster, 'child', [ownedBy(cluster, 'owner')]);
    const owner = cluster.get(ref('owner')) as KubernetesObject;
    cluster.update({ ...owner, metadata: { ...owner.metadata, ownerReferences: [ownedBy(cluster, 'child')] } });
    cluster.delete(ref('owner'), { propagationPolicy: 'Foreground' });
    cluster.settle();
    expect(standing(cluster)).toEqual([]);
  });

  test('that is let go lets its owner go', () => {
    const cluster = clusterWithOwners('owner');
    add(cluster, 'child', [ownedBy(cluster, 'owner')], ['example.com/hold']);
    cluster.delete(ref('owner'), { propagationPolicy: 'Foreground' });
    cluster.settle();
    const child = cluster.get(ref('child')) as KubernetesObject;
    cluster.update({ ...child, metadata: { ...child.metadata, finalizers: [] } });
    cluster.settle();
    expect(standing(cluster)).toEqual([]);
  });
});

describe('a dependent of two owners', () => {
  test.each([['Background'], ['Foreground'], ['Orphan']] as const)('outlives one of them: %s', (propagationPolicy) => {
    const cluster = clusterWithOwners('first', 'second');
    add(cluster, 'child', [ownedBy(cluster, 'first'), ownedBy(cluster, 'second')]);
    cluster.delete(ref('first'), { propagationPolicy });
    cluster.settle();
    // In the background nobody looks at the child again while the other owner stands, but for its reference.
    expect(standing(cluster)).toEqual(['child<second', 'second']);
    cluster.delete(ref('second'));
    cluster.settle();
    expect(standing(cluster)).toEqual([]);
  });
});

describe('chains', () => {
  const chain = (): Cluster => {
    const cluster = clusterWithOwners('a');
    add(cluster, 'b', [ownedBy(cluster, 'a')]);
    add(cluster, 'c', [ownedBy(cluster, 'b')]);
    return cluster;
  };
  test.each([
    ['Background', []],
    ['Foreground', []],
    ['Orphan', ['b', 'c<b']],
  ] as const)('%s', (propagationPolicy, expected) => {
    const cluster = chain();
    cluster.delete(ref('a'), { propagationPolicy });
    cluster.settle();
    expect(standing(cluster)).toEqual(expected);
  });

  test('in the foreground the last goes first', () => {
    const cluster = chain();
    const deleted: string[] = [];
    cluster.watch(({ type, object }) => void (type === 'DELETED' && object.kind === 'ConfigMap' && deleted.push(object.metadata.name ?? '')));
    cluster.delete(ref('a'), { propagationPolicy: 'Foreground' });
    cluster.settle();
    expect(deleted).toEqual(['c', 'b', 'a']);
  });

  test('in the background the first goes first', () => {
    const cluster = chain();
    const deleted: string[] = [];
    cluster.watch(({ type, object }) => void (type === 'DELETED' && object.kind === 'ConfigMap' && deleted.push(object.metadata.name ?? '')));
    cluster.delete(ref('a'));
    cluster.settle();
    expect(deleted).toEqual(['a', 'b', 'c']);
  });
});

describe('owners that are not there', () => {
  const UNKNOWN: OwnerReference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: '00000000-0000-4000-8000-000000000000' };

  test('an object whose owner never was is collected', () => {
    const cluster = clusterWithOwners();
    add(cluster, 'child', [UNKNOWN]);
    cluster.settle();
    expect(standing(cluster)).toEqual([]);
  });

  test('one with another owner loses the reference only', () => {
    const cluster = clusterWithOwners('real');
    add(cluster, 'child', [UNKNOWN, ownedBy(cluster, 'real')]);
    cluster.settle();
    expect(standing(cluster)).toEqual(['child<real', 'real']);
  });

  test('an owner in another namespace is none', () => {
    const cluster = clusterWithOwners();
    cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'kube-system', name: 'owner' } });
    add(cluster, 'child', [{ ...UNKNOWN, uid: cluster.get(ref('owner', 'kube-system'))?.metadata.uid ?? '' }]);
    cluster.settle();
    expect(standing(cluster)).toEqual([]);
    const told = cluster.list({ apiVersion: 'v1', kind: 'Event', namespace: 'default' }).map((event) => (event as unknown as { reason: string; message: string }));
    expect(told.map(({ reason, message }) => `${reason} ${message.replace(/uid: [-0-9a-f]+/, 'uid: …')}`)).toEqual([
      'OwnerRefInvalidNamespace ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: …] does not exist in namespace "default"',
    ]);
  });

  test.each([
    ['of a kind that is not served', { apiVersion: 'example.com/v1', kind: 'Widget' }, ['child<owner']],
    ['of another name', { name: 'other' }, []],
  ])('an owner %s', (_, other, expected) => {
    const cluster = clusterWithOwners('owner');
    add(cluster, 'child', [{ ...ownedBy(cluster, 'owner'), ...other }]);
    cluster.settle();
    expect(standing(cluster)).toEqual([...expected, 'owner']);
  });

  test('an object of the whole cluster has no owner in a namespace, and stays', () => {
    const cluster = clusterWithOwners('owner');
    const child = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', name: 'high' };
    cluster.create({ apiVersion: child.apiVersion, kind: child.kind, metadata: { name: child.name, ownerReferences: [ownedBy(cluster, 'owner')] }, value: 10 } as KubernetesObject);
    cluster.settle();
    expect(cluster.get(child)).toBeDefined();
  });

  test('a cluster-scoped owner takes what it owns in any namespace along', () => {
    const cluster = clusterWithOwners();
    const owner = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', name: 'high' };
    cluster.create({ apiVersion: owner.apiVersion, kind: owner.kind, metadata: { name: owner.name }, value: 10 } as KubernetesObject);
    add(cluster, 'child', [{ ...owner, uid: cluster.get(owner)?.metadata.uid ?? '' }]);
    cluster.settle();
    expect(standing(cluster)).toEqual(['child<high']);
    cluster.delete(owner);
    cluster.settle();
    expect(standing(cluster)).toEqual([]);
  });
});

describe('workloads', () => {
  const deployment: KubernetesObject & { spec: unknown } = {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'default', name: 'web' },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'web:1' }] } } },
  };
  test.each([
    ['Background', 0, 0],
    ['Foreground', 0, 0],
    ['Orphan', 1, 2],
  ] as const)('a Deployment deleted with %s leaves %i ReplicaSets and %i pods', (propagationPolicy, sets, pods) => {
    const cluster = clusterWithOwners();
    cluster.create(deployment);
    cluster.settle();
    cluster.delete({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' }, { propagationPolicy });
    cluster.settle();
    expect(cluster.list({ apiVersion: 'apps/v1', kind: 'Deployment' })).toEqual([]);
    expect(cluster.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' })).toHaveLength(sets);
    expect(cluster.list({ apiVersion: 'v1', kind: 'Pod' })).toHaveLength(pods);
  });
});
