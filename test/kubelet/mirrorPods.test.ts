// Mirror pods: shown again by their kubelet when somebody deletes them, and gone for good with their node.
import { expect, it } from 'vitest';
import type { Node, Pod } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

const node = (conditions = [{ type: 'Ready', status: 'True' }]): object => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, conditions } });
const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'kube-system', name: 'etcd-n' };

function clusterWithMirror(): Cluster {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.create(node());
  cluster.settle();
  const { uid } = (cluster.get({ apiVersion: 'v1', kind: 'Node', name: 'n' }) as Node).metadata;
  const mirror = {
    apiVersion: 'v1', kind: 'Pod',
    metadata: {
      name: 'etcd-n', namespace: 'kube-system', labels: { tier: 'control-plane' }, annotations: { 'kubernetes.io/config.mirror': 'abc', 'kubernetes.io/config.hash': 'abc', 'kubernetes.io/config.source': 'file' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid, controller: true }],
    },
    spec: { nodeName: 'n', hostNetwork: true, priorityClassName: 'system-node-critical', tolerations: [{ operator: 'Exists', effect: 'NoExecute' }], containers: [{ name: 'etcd', image: 'etcd' }] },
  };
  expect(cluster.create(mirror).code).toBe(201);
  cluster.settle();
  return cluster;
}
const podOf = (cluster: Cluster): Pod | undefined => cluster.get(ref) as Pod | undefined;

it.each([[undefined], [0]])('comes again when it is deleted with grace %s', (gracePeriodSeconds) => {
  const cluster = clusterWithMirror();
  const before = podOf(cluster) as Pod;
  expect(before.status?.phase).toBe('Running');
  cluster.delete(ref, gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds });
  cluster.settle();
  const after = podOf(cluster) as Pod;
  expect(after.status?.phase).toBe('Running');
  expect(after.metadata.uid).not.toBe(before.metadata.uid);
  expect(after.metadata).toMatchObject({ labels: before.metadata.labels, annotations: before.metadata.annotations, ownerReferences: before.metadata.ownerReferences });
  expect(after.metadata.deletionTimestamp).toBeUndefined();
  expect(after.spec).toEqual(before.spec);
});

it('does not come again when its node is gone', () => {
  const cluster = clusterWithMirror();
  cluster.delete({ apiVersion: 'v1', kind: 'Node', name: 'n' });
  cluster.settle({ seconds: 120 });
  expect(podOf(cluster)).toBeUndefined();
});

it('leaves other pods deleted', () => {
  const cluster = clusterWithMirror();
  cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'plain' }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'app' }] } });
  cluster.settle();
  cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'plain' });
  cluster.settle();
  expect(cluster.list({ apiVersion: 'v1', kind: 'Pod' }).map(({ metadata }) => metadata.name)).toEqual(['etcd-n']);
});
