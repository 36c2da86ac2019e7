import { beforeAll, describe, expect, it, test } from 'vitest';
import { Cluster } from '../../src/cluster/cluster.js';

type Json = Record<string, unknown>;

const cluster = new Cluster();
const namespace = (name: string, labels: Record<string, string> = {}): Json => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
const pod = (ns: string, spec: Json = {}, container: Json = {}): Json => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: ns }, spec: { containers: [{ name: 'c', image: 'nginx:1.27', ...container }], ...spec },
});
const resources = (requests: Json, limits?: Json): Json => ({ resources: { requests, ...(limits === undefined ? {} : { limits }) } });

beforeAll(() => {
  const objects: Json[] = [
    namespace('limited'), namespace('bounded'), namespace('restricted', { 'pod-security.kubernetes.io/enforce': 'restricted' }),
    namespace('old', { 'pod-security.kubernetes.io/enforce': 'baseline', 'pod-security.kubernetes.io/enforce-version': 'v1.26' }),
    namespace('ancient', { 'pod-security.kubernetes.io/enforce': 'baseline', 'pod-security.kubernetes.io/enforce-version': 'v1.18' }),
    namespace('warned', { 'pod-security.kubernetes.io/warn': 'baseline' }),
    { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l', namespace: 'limited' }, spec: { limits: [{ type: 'Container', default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '100m' }, min: { cpu: '50m' }, max: { cpu: '2' } }, { type: 'Pod', max: { cpu: '2' } }] } },
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'bounded' }, spec: { hard: { 'requests.cpu': '1', pods: '2', 'count/configmaps': '3', 'services.nodeports': '1' } } },
    { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000, preemptionPolicy: 'Never' },
    { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'vm' }, handler: 'kata', overhead: { podFixed: { cpu: '250m' } }, scheduling: { nodeSelector: { vm: 'yes' } } },
  ];
  for (const object of objects) expect(cluster.create(object).code).toBe(201);
  cluster.settle();
});

const answer = (object: Json): string => {
  const { code, message, warnings } = cluster.create(object, { dryRun: true, fieldValidation: 'Strict' });
  return code < 300 ? `accepted${warnings.map((text) => `; ${text}`).join('')}` : (message ?? '');
};
const forbidden = (text: string): string => `pods "p" is forbidden: ${text}`;

describe('what admission says', () => {
  const cases: [string, Json, string][] = [
    ['a namespace that is not there', pod('nowhere'), 'namespaces "nowhere" not found'],
    ['a service account that is not there', pod('default', { serviceAccountName: 'bot' }), forbidden('error looking up service account default/bot: serviceaccount "bot" not found')],
    ['a priority class that is not there', pod('default', { priorityClassName: 'low' }), forbidden('no PriorityClass with name low was found')],
    ['a priority of its own', pod('default', { priorityClassName: 'high', priority: 7 }), forbidden('the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name')],
    ['a runtime class that is not there', pod('default', { runtimeClassName: 'x' }), forbidden('pod rejected: RuntimeClass "x" not found')],
    ['a node selector against the runtime class', pod('default', { runtimeClassName: 'vm', nodeSelector: { vm: 'no' } }), forbidden('conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no')],
    ['below the minimum', pod('limited', {}, resources({ cpu: '10m' })), forbidden('minimum cpu usage per Container is 50m, but request is 10m')],
    ['above the maximum of container and pod', pod('limited', {}, resources({ cpu: '3' }, { cpu: '3' })), forbidden('[maximum cpu usage per Container is 2, but limit is 3, maximum cpu usage per Pod is 2, but limit is 3]')],
    ['requests that a quota demands', pod('bounded'), forbidden('failed quota: q: must specify requests.cpu for: c')],
    ['more than the quota', pod('bounded', {}, resources({ cpu: '1500m' })), forbidden('exceeded quota: q, requested: requests.cpu=1500m, used: requests.cpu=0, limited: requests.cpu=1')],
    ['too many node ports', { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'bounded' }, spec: { type: 'NodePort', selector: { a: 'b' }, ports: [{ name: 'a', port: 80 }, { name: 'b', port: 81 }] } },
      'services "s" is forbidden: exceeded quota: q, requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1'],
    ['an old policy has fewer checks', pod('old', {}, { livenessProbe: { httpGet: { host: '10.0.0.1', port: 80 } } }), 'accepted'],
    ['an old policy names its version', pod('old', { hostNetwork: true }), forbidden('violates PodSecurity "baseline:v1.26": host namespaces (hostNetwork=true)')],
    ['the restricted level', pod('restricted', { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } }, { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }), 'accepted'],
    ['volumes that the restricted level forbids', pod('restricted', { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }, volumes: [{ name: 'v', hostPath: { path: '/x' } }] }, { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }),
      forbidden('violates PodSecurity "restricted:latest": restricted volume types (volume "v" uses restricted volume type "hostPath")')],
    ['a warning', pod('warned', {}, { securityContext: { privileged: true } }), 'accepted; would violate PodSecurity "baseline:latest": privileged (container "c" must not set securityContext.privileged=true)'],
    ['annotations that old policies judge', { ...pod('ancient'), metadata: { name: 'p', namespace: 'ancient', annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined', 'container.seccomp.security.alpha.kubernetes.io/c': 'runtime/default' } } },
      forbidden('violates PodSecurity "baseline:v1.18": seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")')],
    ['a level that makes no sense', namespace('n', { 'pod-security.kubernetes.io/enforce': 'strict' }), 'Namespace "n" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted'],
  ];
  it.each(cases)('%s', (_name, object, message) => expect(answer(object)).toBe(message));
  it('namespaces that the system needs stay', () => {
    expect(cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }).message).toBe('namespaces "kube-system" is forbidden: this namespace may not be deleted');
  });
});

describe('what admission fills in', () => {
  it('limits, requests and the note of them', () => {
    const { object } = cluster.create(pod('limited'), { dryRun: true });
    expect(object).toMatchObject({
      metadata: { annotations: { 'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c' } },
      spec: { containers: [{ resources: { requests: { cpu: '100m', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } } }] },
    });
  });
  it('priority, overhead, tolerations, the account and its token', () => {
    const { object } = cluster.create(pod('default', { priorityClassName: 'high', runtimeClassName: 'vm' }), { dryRun: true });
    expect(object).toMatchObject({
      spec: {
        priority: 1000, preemptionPolicy: 'Never', overhead: { cpu: '250m' }, nodeSelector: { vm: 'yes' }, serviceAccountName: 'default', serviceAccount: 'default',
        tolerations: [{ key: 'node.kubernetes.io/not-ready', tolerationSeconds: 300 }, { key: 'node.kubernetes.io/unreachable', tolerationSeconds: 300 }],
        volumes: [{ projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607 } }, { configMap: { name: 'kube-root-ca.crt' } }, {}] } }],
      },
    });
  });
  it('tolerations of a runtime class, unless one of the pod covers them', () => {
    const own = new Cluster();
    own.settle();
    const dedicated = { key: 'dedicated', value: 'vm' };
    own.create({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'vm' }, handler: 'kata', scheduling: { tolerations: [dedicated, { key: 'vm', operator: 'Exists' }] } });
    const merged = (...tolerations: Json[]): unknown => (own.create(pod('default', { runtimeClassName: 'vm', tolerations }), { dryRun: true }).object as unknown as { spec: { tolerations: Json[] } }).spec.tolerations.filter(({ key }) => key === 'dedicated' || key === 'vm');
    expect(merged({ key: 'vm', operator: 'Equal', value: 'a', effect: 'NoSchedule' })).toEqual([dedicated, { key: 'vm', operator: 'Exists' }]);
    expect(merged({ ...dedicated, operator: 'Equal', effect: 'NoSchedule' })).toEqual([dedicated, { key: 'vm', operator: 'Exists' }]);
    expect(merged({ ...dedicated, effect: 'NoSchedule' })).toEqual([{ ...dedicated, effect: 'NoSchedule' }, dedicated, { key: 'vm', operator: 'Exists' }]);
  });
  it('a quota is charged by what is created, not by dry runs', () => {
    const used = (): unknown => (cluster.get({ apiVersion: 'v1', kind: 'ResourceQuota', namespace: 'bounded', name: 'q' }) as { status?: { used?: Json } } | undefined)?.status?.used?.['requests.cpu'];
    cluster.create(pod('bounded', {}, resources({ cpu: '300m' })), { dryRun: true });
    expect(used() ?? '0').toBe('0');
    expect(cluster.create(pod('bounded', {}, resources({ cpu: '300m' }))).code).toBe(201);
    expect(used()).toBe('300m');
  });
});

describe('quotas of what changes', () => {
  const quota = (name: string, spec: Json): Json => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name, namespace: 'default' }, spec });
  const own = new Cluster();
  const said = (object: Json): string => own.apply(object).message ?? 'accepted';
  const service = (spec: Json): Json => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ name: 'a', port: 80 }, { name: 'b', port: 81 }], ...spec } });
  const secret = (value: string): Json => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: value } });
  beforeAll(() => {
    own.settle();
    for (const object of [quota('all', { hard: { 'services.nodeports': '1', secrets: '1', pods: '5' } }), quota('bounded', { hard: { pods: '0' }, scopes: ['Terminating'] })]) expect(own.create(object).code).toBe(201);
    own.settle();
  });
  it('what a service grows by counts', () => {
    expect(said(service({}))).toBe('accepted');
    expect(said(service({ type: 'NodePort' }))).toBe('services "s" is forbidden: exceeded quota: all, requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1');
  });
  it('a pod that gets a deadline counts in full where it did not count before', () => {
    const bare: Json = { ...pod('default'), metadata: { name: 'p', namespace: 'default' } };
    expect(said(bare)).toBe('accepted');
    expect(said({ ...bare, spec: { ...(bare['spec'] as Json), activeDeadlineSeconds: 5 } })).toBe(forbidden('exceeded quota: bounded, requested: pods=1, used: pods=0, limited: pods=0'));
  });
  it('the quota is asked before the store, and charged only for what is new', () => {
    expect(said(secret('1'))).toBe('accepted');
    expect(own.create(secret('1')).message).toBe('secrets "s" is forbidden: exceeded quota: all, requested: secrets=1, used: secrets=1, limited: secrets=1');
    expect(said(secret('2'))).toBe('accepted');
    expect(own.get({ apiVersion: 'v1', kind: 'ResourceQuota', namespace: 'default', name: 'all' })).toMatchObject({ status: { used: { secrets: '1' } } });
  });
});

test('a quota that was lowered below what is used refuses only what asks for more of it', () => {
  const own = new Cluster();
  own.settle();
  const quota = (nodePorts: string): Json => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'default' }, spec: { hard: { 'services.nodeports': nodePorts, services: '5' } } });
  const service = (name: string, type: string): Json => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { type, ports: [{ port: 80 }] } });
  for (const object of [quota('2'), service('a', 'NodePort'), service('b', 'NodePort')]) expect(own.apply(object).message).toBeUndefined();
  own.settle();
  expect(own.apply(quota('1')).code).toBe(200);
  own.settle();
  expect(own.create(service('c', 'NodePort')).message).toBe('services "c" is forbidden: exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=2, limited: services.nodeports=1');
  expect(own.create(service('d', 'ClusterIP')).code).toBe(201);
});

test('pods of a template that names a node get the labels that the node has when they are made', () => {
  const own = new Cluster();
  const node = (zone: string): Json => ({
    apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels: { 'topology.kubernetes.io/zone': zone } },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '10' }, conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const zones = (): unknown[] => own.list({ apiVersion: 'v1', kind: 'Pod' }).map(({ metadata }) => metadata.labels?.['topology.kubernetes.io/zone']);
  own.create(node('a'));
  own.create({
    apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'r', namespace: 'default' },
    spec: { replicas: 2, selector: { matchLabels: { app: 'r' } }, template: { metadata: { labels: { app: 'r' } }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'x:1' }] } } },
  });
  own.settle();
  expect(zones()).toEqual(['a', 'a']);
  const stored = own.get({ apiVersion: 'v1', kind: 'Node', name: 'n' }) as unknown as Json;
  expect(own.update({ ...stored, metadata: { ...(stored['metadata'] as Json), labels: { 'topology.kubernetes.io/zone': 'b' } } }).code).toBe(200);
  for (const { metadata } of own.list({ apiVersion: 'v1', kind: 'Pod' })) own.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: metadata.name ?? '' });
  own.settle();
  expect(zones()).toEqual(['b', 'b']);
});
