// What a quota's status counts as objects come, change, end and go.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject, ObjectRef } from '../../src/api/meta.js';
import type { ResourceQuota } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

type Spec = Record<string, unknown>;
const metadata = (name: string): { name: string; namespace: string } => ({ name, namespace: 'default' });
const quota = (hard: Record<string, string>, more: Spec = {}): KubernetesObject => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: metadata('quota'), spec: { hard, ...more } }) as KubernetesObject;
const pod = (name: string, spec: Spec = {}, resources: Spec = { requests: { cpu: '250m', memory: '64Mi' }, limits: { cpu: '1' } }): KubernetesObject =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: metadata(name), spec: { containers: [{ name: 'c', image: 'web:1', resources }], ...spec } }) as KubernetesObject;
const configMap = (name: string): KubernetesObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(name) });
const service = (type: string): KubernetesObject => ({ apiVersion: 'v1', kind: 'Service', metadata: metadata('web'), spec: { type, selector: { app: 'web' }, ports: [{ port: 80 }, { name: 'b', port: 81 }].map((each, index) => ({ name: `p${index}`, ...each })) } }) as KubernetesObject;
const refOf = ({ apiVersion, kind, metadata: { name = '' } }: KubernetesObject): ObjectRef => ({ apiVersion, kind, name, namespace: 'default' });

function emptyCluster(): Cluster {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, status: { allocatable: { cpu: '8', memory: '16Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] } } as KubernetesObject);
  cluster.settle();
  return cluster;
}
const used = (cluster: Cluster): Record<string, string> | undefined => (cluster.get(refOf(quota({}))) as ResourceQuota).status?.used;

const HARD = { pods: '10', 'requests.cpu': '4', memory: '1Gi', 'limits.cpu': '8', 'count/configmaps': '10', configmaps: '10', services: '5', 'services.nodeports': '5' };
const NONE = { pods: '0', 'requests.cpu': '0', memory: '0', 'limits.cpu': '0', 'count/configmaps': '1', configmaps: '1', services: '1', 'services.nodeports': '0' };

interface Case {
  name: string;
  steps: ((cluster: Cluster) => { code: number })[];
  expected: Record<string, string>;
}
const create = (object: KubernetesObject) => (cluster: Cluster) => cluster.create(object);
const apply = (object: KubernetesObject) => (cluster: Cluster) => cluster.apply(object);
const remove = (object: KubernetesObject) => (cluster: Cluster) => cluster.delete(refOf(object));

describe('what is used', () => {
  test.each<Case>([
    // The namespace has its kube-root-ca.crt and the Service kubernetes.
    { name: 'nothing', steps: [create(quota(HARD))], expected: NONE },
    { name: 'what stood before the quota', steps: [create(pod('one')), create(configMap('a')), create(quota(HARD))], expected: { ...NONE, pods: '1', 'requests.cpu': '250m', memory: '64Mi', 'limits.cpu': '1', configmaps: '2', 'count/configmaps': '2' } },
    { name: 'what comes after it', steps: [create(quota(HARD)), create(pod('one')), create(pod('two')), create(configMap('a'))], expected: { ...NONE, pods: '2', 'requests.cpu': '500m', memory: '128Mi', 'limits.cpu': '2', configmaps: '2', 'count/configmaps': '2' } },
    { name: 'no longer what goes', steps: [create(quota(HARD)), create(pod('one')), create(pod('two')), remove(pod('one'))], expected: { ...NONE, pods: '1', 'requests.cpu': '250m', memory: '64Mi', 'limits.cpu': '1' } },
    { name: 'no longer a pod that has run to its end', steps: [create(quota(HARD)), create(pod('one', { restartPolicy: 'Never' }))], expected: NONE },
    { name: 'the objects of a Service by its type', steps: [create(quota(HARD)), apply(service('NodePort'))], expected: { ...NONE, services: '2', 'services.nodeports': '2' } },
    { name: 'less when the type changes', steps: [create(quota(HARD)), apply(service('NodePort')), apply(service('ClusterIP'))], expected: { ...NONE, services: '2' } },
    { name: 'more when it changes back', steps: [create(quota(HARD)), apply(service('ClusterIP')), apply(service('NodePort'))], expected: { ...NONE, services: '2', 'services.nodeports': '2' } },
    { name: 'only what the quota names', steps: [create(quota({ pods: '5' })), create(pod('one')), create(configMap('a'))], expected: { pods: '1' } },
    { name: 'what a changed quota names', steps: [apply(quota({ pods: '5' })), create(pod('one')), apply(quota({ pods: '5', 'requests.memory': '1Gi' }))], expected: { pods: '1', 'requests.memory': '64Mi' } },
    { name: 'pods of a scope', steps: [create(quota({ pods: '5' }, { scopes: ['BestEffort'] })), create(pod('one')), create(pod('two', {}, {}))], expected: { pods: '1' } },
    { name: 'pods that have come under a scope', steps: [create(quota({ pods: '5' }, { scopes: ['Terminating'] })), create(pod('one')), (cluster) => {
      const stored = cluster.get(refOf(pod('one'))) as KubernetesObject & { spec: Spec };
      return cluster.update({ ...stored, spec: { ...stored.spec, activeDeadlineSeconds: 3600 } } as KubernetesObject);
    }], expected: { pods: '1' } },
    { name: 'a quota itself', steps: [create(quota({ resourcequotas: '2', 'count/resourcequotas': '3' }))], expected: { resourcequotas: '1', 'count/resourcequotas': '1' } },
  ])('$name', ({ steps, expected }) => {
    const cluster = emptyCluster();
    for (const step of steps) {
      expect(step(cluster).code).toBeLessThan(300);
      cluster.settle();
    }
    expect(used(cluster)).toEqual(expected);
  });
});

test('a status that somebody else has written is put right', () => {
  const cluster = emptyCluster();
  cluster.create(quota({ pods: '5' }));
  cluster.create(pod('one'));
  cluster.settle();
  const stored = cluster.get(refOf(quota({}))) as ResourceQuota;
  cluster.update({ ...stored, spec: { hard: { pods: '6' } } } as KubernetesObject);
  cluster.settle();
  expect((cluster.get(refOf(quota({}))) as ResourceQuota).status).toEqual({ hard: { pods: '6' }, used: { pods: '1' } });
});

test('a quota below what is used refuses what comes and keeps what stands', () => {
  const cluster = emptyCluster();
  cluster.create(pod('one'));
  cluster.create(pod('two'));
  cluster.create(quota({ pods: '1' }));
  cluster.settle();
  expect(used(cluster)).toEqual({ pods: '2' });
  expect(cluster.create(pod('three')).message).toBe('pods "three" is forbidden: exceeded quota: quota, requested: pods=1, used: pods=2, limited: pods=1');
  expect(cluster.list({ apiVersion: 'v1', kind: 'Pod' })).toHaveLength(2);
});
