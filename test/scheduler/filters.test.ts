// Every filter's reason, one situation a line, on a cluster of one node beside an idle one.
import { describe, expect, it } from 'vitest';
import { node, pod } from './builders.js';
import { createHarness } from './harness.js';

const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'p' };
const FULL_DISK = { gcePersistentDisk: { pdName: 'd' }, name: 'v' };
const claim = (name: string, spec: object, status: object = {}, annotations?: object): object => ({
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default', ...(annotations === undefined ? {} : { annotations }) },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec }, status,
});
const volume = (name: string, spec: object, labels: object = {}): object => ({
  apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name, labels }, spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...spec }, status: { phase: 'Available' },
});
const onNode = (name: string): object => ({ required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [name] }] }] } });
const BOUND = { 'pv.kubernetes.io/bind-completed': 'yes' };
const LOCAL = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'local' }, provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' };
const uses = (name: string): object => ({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: name } }] });

/** What stands there, what is asked for, the reasons of node n. */
const CASES: { name: string; n?: Parameters<typeof node>[1]; objects?: object[]; p: Parameters<typeof pod>[1]; reasons: string[] | undefined }[] = [
  { name: 'NodeUnschedulable', n: { unschedulable: true }, p: {}, reasons: ['node(s) were unschedulable'] },
  { name: 'NodeUnschedulable tolerated', n: { unschedulable: true }, p: { spec: { tolerations: [{ operator: 'Exists' }] } }, reasons: undefined },
  { name: 'TaintToleration', n: { taints: [{ key: 'k', effect: 'NoExecute' }] }, p: {}, reasons: ['node(s) had untolerated taint(s)'] },
  { name: 'NodeAffinity by selector', p: { spec: { nodeSelector: { disk: 'ssd' } } }, reasons: ["node(s) didn't match Pod's node affinity/selector"] },
  { name: 'NodePorts', objects: [pod('x', { ports: [{ containerPort: 1, hostPort: 80 }], spec: { nodeName: 'n' } })], p: { ports: [{ containerPort: 1, hostPort: 80, hostIP: '10.0.0.1' }] }, reasons: ["node(s) didn't have free ports for the requested pod ports"] },
  { name: 'NodePorts of another protocol', objects: [pod('x', { ports: [{ containerPort: 1, hostPort: 80 }], spec: { nodeName: 'n' } })], p: { ports: [{ containerPort: 1, hostPort: 80, protocol: 'UDP' }] }, reasons: undefined },
  { name: 'NodePorts of another address', objects: [pod('x', { ports: [{ containerPort: 1, hostPort: 80, hostIP: '10.0.0.2' }], spec: { nodeName: 'n' } })], p: { ports: [{ containerPort: 1, hostPort: 80, hostIP: '10.0.0.1' }] }, reasons: undefined },
  { name: 'NodeResourcesFit, all shortages in order', n: { cpu: '1', memory: '1Gi', pods: '1' }, objects: [pod('x', { spec: { nodeName: 'n' } })], p: { requests: { memory: '2Gi', cpu: '2', 'ephemeral-storage': '200Gi', 'example.com/gpu': '1' } }, reasons: ['Too many pods', 'Insufficient cpu', 'Insufficient memory', 'Insufficient ephemeral-storage', 'Insufficient example.com/gpu'] },
  { name: 'NodeResourcesFit, an unknown name counts for nothing', p: { requests: { storage: '1' } }, reasons: undefined },
  { name: 'VolumeRestrictions, a disk in use', objects: [pod('x', { spec: { nodeName: 'n', volumes: [FULL_DISK] } })], p: { spec: { volumes: [FULL_DISK] } }, reasons: ['node(s) had no available disk'] },
  { name: 'VolumeRestrictions, a claim for one pod', objects: [claim('c', { accessModes: ['ReadWriteOncePod'], volumeName: 'v' }, {}, BOUND), volume('v', {}), pod('x', { spec: { nodeName: 'm', ...uses('c') } })], p: { spec: uses('c') }, reasons: ['node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod'] },
  { name: 'VolumeBinding, a volume elsewhere', objects: [claim('c', { volumeName: 'v' }, {}, BOUND), volume('v', { nodeAffinity: onNode('m') })], p: { spec: uses('c') }, reasons: ["node(s) didn't match PersistentVolume's node affinity"] },
  { name: 'VolumeBinding, no volume here', objects: [LOCAL, claim('c', { storageClassName: 'local' }), volume('v', { storageClassName: 'local', nodeAffinity: onNode('m') })], p: { spec: uses('c') }, reasons: ["node(s) didn't find available persistent volumes to bind"] },
  { name: 'VolumeZone', n: { labels: { 'topology.kubernetes.io/zone': 'a' } }, objects: [claim('c', { volumeName: 'v' }, {}, BOUND), volume('v', {}, { 'topology.kubernetes.io/zone': 'b__c' })], p: { spec: uses('c') }, reasons: ['node(s) had no available volume zone'] },
  { name: 'NodeVolumeLimits', objects: [
    { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name: 'n' }, spec: { drivers: [{ name: 'd', nodeID: 'n', allocatable: { count: 1 } }] } },
    ...['a', 'b'].flatMap((name) => [claim(name, { volumeName: name }, {}, BOUND), volume(name, { csi: { driver: 'd', volumeHandle: name } })]), pod('x', { spec: { nodeName: 'n', ...uses('a') } }),
  ], p: { spec: uses('b') }, reasons: ['node(s) exceed max volume count'] },
  ...[
    { name: 'volumes that a driver of today has taken over', there: { volumes: [{ name: 'v', awsElasticBlockStore: { volumeID: 'aws://a/vol-1' } }] }, wanted: { volumes: [{ name: 'v', awsElasticBlockStore: { volumeID: 'vol-2' } }] }, reasons: ['node(s) exceed max volume count'] },
    { name: 'one of them that is there already', there: { volumes: [{ name: 'v', cinder: { volumeID: 'x' } }] }, wanted: { volumes: [{ name: 'v', cinder: { volumeID: 'x' } }] }, reasons: undefined },
    { name: 'a claim of a class of old', there: { volumes: [{ name: 'v', azureDisk: { diskName: 'd', diskURI: '/d' } }] }, wanted: uses('c'), reasons: ['node(s) exceed max volume count'] },
  ].map(({ name, there, wanted, reasons }) => ({
    name: `NodeVolumeLimits, ${name}`,
    objects: [
      { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name: 'n' }, spec: { drivers: ['ebs.csi.aws.com', 'cinder.csi.openstack.org', 'disk.csi.azure.com'].map((driver) => ({ name: driver, nodeID: 'n', allocatable: { count: 1 } })) } },
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'old' }, provisioner: 'kubernetes.io/azure-disk', volumeBindingMode: 'WaitForFirstConsumer' },
      claim('c', { storageClassName: 'old' }), pod('x', { spec: { nodeName: 'n', ...there } }),
    ],
    p: { spec: wanted }, reasons,
  })),
  { name: 'PodTopologySpread without the key', p: { spec: { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} }] } }, reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"] },
  { name: 'PodTopologySpread', objects: [pod('x', { labels: { a: 'b' }, spec: { nodeName: 'n' } })], p: { labels: { a: 'b' }, spec: { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { a: 'b' } } }] } }, reasons: ["node(s) didn't match pod topology spread constraints"] },
  { name: 'InterPodAffinity', p: { spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { a: 'b' } } }] } } } }, reasons: ["node(s) didn't match pod affinity rules"] },
  { name: 'InterPodAffinity, the first of its group', p: { labels: { a: 'b' }, spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { a: 'b' } } }] } } } }, reasons: undefined },
  { name: 'InterPodAffinity, apart', objects: [pod('x', { labels: { a: 'b' }, spec: { nodeName: 'n' } })], p: { spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { a: 'b' } } }] } } } }, reasons: ["node(s) didn't match pod anti-affinity rules"] },
  { name: 'InterPodAffinity, kept away', objects: [pod('x', { spec: { nodeName: 'n', affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { a: 'b' } } }] } } } })], p: { labels: { a: 'b' } }, reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"] },
  { name: 'NodeDeclaredFeatures', p: { spec: { hostNetwork: true, hostUsers: false } }, reasons: ["node(s) didn't match Pod's required features"] },
];

describe('filters', () => {
  it.each(CASES)('$name', ({ n, objects = [], p, reasons }) => {
    const harness = createHarness();
    for (const object of [node('n', n), node('m'), ...objects, pod('p', p)]) harness.put(object);
    expect(harness.scheduler.explain(ref)?.nodes['n']?.reasons).toEqual(reasons);
  });
});

const SUFFIX = 'no new claims to deallocate, preemption:';

describe('messages of pending pods', () => {
  it.each<[string, object[], object, string]>([
    ['more than any node has', [node('a'), node('b'), node('c')], pod('p', { requests: { cpu: '9' } }), `0/3 nodes are available: 3 Insufficient cpu. ${SUFFIX} 0/3 nodes are available: 3 Preemption is not helpful for scheduling.`],
    ['full of pods as important', [node('a', { cpu: '1' }), pod('x', { requests: { cpu: '1' }, spec: { nodeName: 'a' } })], pod('p', { requests: { cpu: '1' } }), `0/1 nodes are available: 1 Insufficient cpu. ${SUFFIX} 0/1 nodes are available: 1 No preemption victims found for incoming pod.`],
    ['full of less important pods', [node('a', { cpu: '1' }), pod('x', { requests: { cpu: '1' }, spec: { nodeName: 'a' } })], pod('p', { requests: { cpu: '1' }, spec: { priority: 5 } }), '0/1 nodes are available: 1 Insufficient cpu.'],
    ['a pod that never preempts', [node('a', { cpu: '1' }), pod('x', { requests: { cpu: '1' }, spec: { nodeName: 'a' } })], pod('p', { requests: { cpu: '1' }, spec: { priority: 5, preemptionPolicy: 'Never' } }), `0/1 nodes are available: 1 Insufficient cpu. ${SUFFIX} not eligible due to preemptionPolicy=Never.`],
    ['a missing claim', [node('a')], pod('p', { spec: uses('data') }), '0/1 nodes are available: persistentvolumeclaim "data" not found. not found'],
    ['an unbound claim', [node('a'), claim('data', {})], pod('p', { spec: uses('data') }), '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found'],
    ['a claim bound to nothing', [node('a'), claim('data', { volumeName: 'pv1' }, {}, BOUND)], pod('p', { spec: uses('data') }), '0/1 nodes are available: persistentvolume "pv1" not found. not found'],
    ['pinned to a full node', [node('a', { cpu: '1' }), node('b'), node('c'), pod('x', { requests: { cpu: '1' }, spec: { nodeName: 'a' } })], pod('p', { requests: { cpu: '1' }, spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }] } } } } }), `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. ${SUFFIX} 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.`],
    ['terms that contradict each other', [node('a')], pod('p', { spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }, { key: 'metadata.name', operator: 'In', values: ['b'] }] }] } } } } }), '0/1 nodes are available: pod affinity terms conflict. not found'],
    ['no nodes', [], pod('p'), 'no nodes available to schedule pods'],
    ['an unknown scheduler', [node('a')], pod('p', { spec: { schedulerName: 'mine' } }), 'no scheduler named "mine" is planned: the pod waits for it'],
    ['gates', [node('a')], pod('p', { spec: { schedulingGates: [{ name: 'g' }] } }), 'Scheduling is blocked due to non-empty scheduling gates'],
  ])('%s', (_name, objects, given, message) => {
    const harness = createHarness();
    for (const object of [...objects, given]) harness.put(object);
    expect(harness.scheduler.explain(ref)?.message).toBe(message);
  });
});
