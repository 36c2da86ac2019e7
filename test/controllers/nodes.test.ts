// Nodes that fail, come back or go, and what becomes of their pods; the end of a namespace.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/meta.js';
import type { Namespace, Node, Pod } from '../../src/api/types.js';
import { Cluster } from '../../src/cluster/cluster.js';

const node = (name: string, ready: string, zone = 'a'): Node => ({
  apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone } },
  status: { capacity: { cpu: '4', memory: '8Gi', pods: '110' }, allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, conditions: [{ type: 'Ready', status: ready }] },
});
const deployment = (replicas: number, namespace = 'default'): KubernetesObject & { spec: unknown } => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace },
  spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } } },
});

function clusterWith(nodes: Node[]): Cluster {
  const cluster = new Cluster();
  for (const each of nodes) cluster.create(each);
  cluster.settle();
  return cluster;
}
const pods = (cluster: Cluster): Pod[] => cluster.list({ apiVersion: 'v1', kind: 'Pod' }) as Pod[];
const placed = (cluster: Cluster): string[] => pods(cluster).map(({ spec }) => spec?.nodeName ?? '-').sort();
const taints = (cluster: Cluster, name: string): string[] =>
  ((cluster.get({ apiVersion: 'v1', kind: 'Node', name }) as Node).spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort();
const setReady = (cluster: Cluster, name: string, status: string): void => {
  const stored = cluster.get({ apiVersion: 'v1', kind: 'Node', name }) as Node;
  const response = cluster.update({ ...stored, status: { ...stored.status, conditions: [{ type: 'Ready', status }] } }, { subresource: 'status' } as never);
  expect(response.code).toBe(200);
};

describe('a node that is lost', () => {
  test('is tainted at once, its pods are not ready, and they go when their toleration ends', () => {
    const cluster = clusterWith([node('n1', 'True'), node('n2', 'True')]);
    cluster.create(deployment(2));
    cluster.settle();
    expect(placed(cluster)).toEqual(['n1', 'n2']);
    setReady(cluster, 'n1', 'Unknown');
    cluster.settle();
    expect(taints(cluster, 'n1')).toEqual(['node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/unreachable:NoSchedule']);
    const onLost = pods(cluster).find(({ spec }) => spec?.nodeName === 'n1') as Pod;
    expect(onLost.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False');
    cluster.settle({ seconds: 290 });
    expect(placed(cluster)).toEqual(['n1', 'n2']);
    cluster.settle({ seconds: 20 });
    expect(placed(cluster)).toEqual(['n1', 'n2', 'n2']);
    const leaving = pods(cluster).find(({ spec }) => spec?.nodeName === 'n1') as Pod;
    expect(leaving.metadata.deletionTimestamp).toBeDefined();
    expect(leaving.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')?.reason).toBe('DeletionByTaintManager');
  });

  test('loses its taints when it is back in time, and its pods are ready again', () => {
    const cluster = clusterWith([node('n1', 'True'), node('n2', 'True')]);
    cluster.create(deployment(2));
    cluster.settle();
    setReady(cluster, 'n1', 'Unknown');
    cluster.settle({ seconds: 100 });
    setReady(cluster, 'n1', 'True');
    cluster.settle({ seconds: 600 });
    expect(taints(cluster, 'n1')).toEqual([]);
    expect(placed(cluster)).toEqual(['n1', 'n2']);
    expect(pods(cluster).map(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status)).toEqual(['True', 'True']);
  });

  test('keeps its pods ready while its kubelet itself says that it is not', () => {
    const cluster = clusterWith([node('n1', 'True'), node('n2', 'True')]);
    cluster.create(deployment(2));
    cluster.settle();
    setReady(cluster, 'n1', 'False');
    cluster.settle();
    expect(taints(cluster, 'n1')).toEqual(['node.kubernetes.io/not-ready:NoExecute', 'node.kubernetes.io/not-ready:NoSchedule']);
    expect(pods(cluster).map(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status)).toEqual(['True', 'True']);
    cluster.settle({ seconds: 310 });
    expect(placed(cluster)).toEqual(['n2', 'n2']);
  });

  test('evicts nothing when all nodes are lost', () => {
    const cluster = clusterWith([node('n1', 'True'), node('n2', 'True')]);
    cluster.create(deployment(2));
    cluster.settle();
    setReady(cluster, 'n1', 'Unknown');
    setReady(cluster, 'n2', 'Unknown');
    cluster.settle({ seconds: 1000 });
    expect(taints(cluster, 'n1')).toEqual(['node.kubernetes.io/unreachable:NoSchedule']);
    expect(placed(cluster)).toEqual(['n1', 'n2']);
  });
});

test('taints follow the conditions in their order', () => {
  // New nodes come with the one of nodes that are not ready.
  const conditions = [['MemoryPressure', 'True'], ['PIDPressure', 'False'], ['DiskPressure', 'True'], ['Ready', 'False']].map(([type = '', status = '']) => ({ type, status }));
  const pressed = { ...node('n1', 'False'), spec: { unschedulable: true, taints: [{ key: 'own', effect: 'NoSchedule' }] }, status: { conditions } } as Node;
  const cluster = clusterWith([pressed]);
  expect((cluster.get({ apiVersion: 'v1', kind: 'Node', name: 'n1' }) as Node).spec?.taints?.map(({ key }) => key.replace('node.kubernetes.io/', ''))).toEqual(['own', 'not-ready', 'memory-pressure', 'disk-pressure', 'unschedulable']);
});

test('a NoExecute taint takes pods off a node that do not tolerate it', () => {
  const cluster = clusterWith([node('n1', 'True'), node('n2', 'True')]);
  cluster.create(deployment(2));
  cluster.settle();
  const stored = cluster.get({ apiVersion: 'v1', kind: 'Node', name: 'n1' }) as Node;
  cluster.update({ ...stored, spec: { ...stored.spec, taints: [{ key: 'gone', effect: 'NoExecute' }] } });
  cluster.settle();
  expect(placed(cluster)).toEqual(['n2', 'n2']);
});

test('pods of a node that is removed are collected after a minute', () => {
  const cluster = clusterWith([node('n1', 'True'), node('n2', 'True')]);
  cluster.create(deployment(2));
  cluster.settle();
  cluster.delete({ apiVersion: 'v1', kind: 'Node', name: 'n1' });
  cluster.settle();
  expect(placed(cluster)).toEqual(['n1', 'n2']);
  cluster.settle({ seconds: 70 });
  expect(placed(cluster)).toEqual(['n2', 'n2']);
});

test('a deleted namespace goes with all that is in it', () => {
  const cluster = clusterWith([node('n1', 'True')]);
  cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  cluster.settle();
  cluster.create(deployment(3, 'shop'));
  cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace: 'shop', finalizers: ['example.com/hold'] } });
  cluster.settle();
  cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'shop' });
  cluster.settle();
  expect(pods(cluster)).toEqual([]);
  const held = cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'shop' }) as Namespace;
  expect(held.status?.conditions?.filter(({ status }) => status === 'True').map(({ message }) => message)).toEqual([
    'Some resources are remaining: configmaps. has 1 resource instances',
    'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  ]);
  const map = cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'held' }) as KubernetesObject;
  cluster.update({ ...map, metadata: { ...map.metadata, finalizers: [] } });
  cluster.settle();
  expect(cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'shop' })).toBeUndefined();
});

test('nodes carry how long what was read may be kept', () => {
  const cluster = clusterWith(Array.from({ length: 101 }, (_, index) => node(`n${index}`, 'True')));
  const nodes = cluster.list({ apiVersion: 'v1', kind: 'Node' });
  expect(nodes.filter(({ metadata }) => metadata.annotations?.['node.alpha.kubernetes.io/ttl'] === '15').length).toBe(101);
});

test('nodes carry operating system and architecture under their old names too', () => {
  const labelled = (name: string, labels: Record<string, string>): Node => ({ ...node(name, 'True'), metadata: { name, labels } });
  const cluster = clusterWith([labelled('new', { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'arm64' }), labelled('wrong', { 'kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/arch': 'arm64' }), labelled('old', { 'beta.kubernetes.io/os': 'linux' })]);
  const labelsOf = (name: string) => cluster.get({ apiVersion: 'v1', kind: 'Node', name })?.metadata.labels;
  expect(labelsOf('new')).toEqual({ 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'arm64', 'beta.kubernetes.io/os': 'linux', 'beta.kubernetes.io/arch': 'arm64' });
  expect(labelsOf('wrong')).toEqual({ 'kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/arch': 'amd64' });
  expect(labelsOf('old')).toEqual({ 'beta.kubernetes.io/os': 'linux' });
  cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { nodeSelector: { 'beta.kubernetes.io/arch': 'arm64' }, containers: [{ name: 'c', image: 'app' }] } } as KubernetesObject);
  cluster.settle();
  expect(placed(cluster)).toEqual(['new']);
});
