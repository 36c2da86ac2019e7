// What every namespace gets from the control plane: the ServiceAccount default and the ConfigMap kube-root-ca.crt.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject, ObjectRef } from '../../src/api/meta.js';
import type { ConfigMap } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const account = (namespace: string): ObjectRef => ({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'default' });
const certificates = (namespace: string): ObjectRef => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'kube-root-ca.crt' });

function settled(): Cluster {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.settle();
  return cluster;
}

describe.each([['ServiceAccount default', account], ['ConfigMap kube-root-ca.crt', certificates]] as const)('%s', (_, refIn) => {
  test('stands in the first namespaces', () => {
    const cluster = settled();
    expect(NAMESPACES.filter((namespace) => cluster.get(refIn(namespace)) === undefined)).toEqual([]);
  });

  test('comes with a namespace', () => {
    const cluster = settled();
    cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    expect(cluster.get(refIn('shop'))).toBeUndefined();
    cluster.settle();
    expect(cluster.get(refIn('shop'))).toBeDefined();
  });

  test('comes again when it is deleted', () => {
    const cluster = settled();
    const before = cluster.get(refIn('default'))?.metadata.uid;
    expect(cluster.delete(refIn('default')).code).toBe(200);
    cluster.settle();
    const after = cluster.get(refIn('default'))?.metadata.uid;
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
  });

  test('goes with its namespace and does not come again', () => {
    const cluster = settled();
    cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    // What cannot go keeps the namespace terminating.
    cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'shop', name: 'held', finalizers: ['example.com/hold'] } });
    cluster.settle();
    cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'shop' });
    cluster.settle({ seconds: 60 });
    expect(cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'shop' })?.metadata.deletionTimestamp).toBeDefined();
    expect(cluster.get(refIn('shop'))).toBeUndefined();
  });
});

describe('kube-root-ca.crt', () => {
  test.each([
    ['other data', { data: { 'ca.crt': 'mine' } }],
    ['more data', { data: { 'ca.crt': 'mine', 'other.crt': 'mine too' } }],
    ['no data', { data: {} }],
  ])('is put right after %s', (_, change) => {
    const cluster = settled();
    const before = cluster.get(certificates('default')) as ConfigMap;
    expect(cluster.update({ ...before, ...change } as KubernetesObject).code).toBe(200);
    cluster.settle();
    const after = cluster.get(certificates('default')) as ConfigMap;
    expect(after.data).toEqual(before.data);
    expect(after.metadata.annotations).toEqual(before.metadata.annotations);
  });

  test('keeps labels of others', () => {
    const cluster = settled();
    const before = cluster.get(certificates('default')) as ConfigMap;
    cluster.update({ ...before, metadata: { ...before.metadata, labels: { mine: 'yes' } } });
    cluster.settle();
    expect(cluster.get(certificates('default'))?.metadata.labels).toEqual({ mine: 'yes' });
  });
});
