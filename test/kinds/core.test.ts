// Rules of the core group where the server is laxer, stricter or odder than one would guess: what it says of one object, and of one change.
import { describe, expect, it } from 'vitest';
import { Cluster } from '../../src/index.js';
import type { KubernetesObject } from '../../src/api/meta.js';
import { expectStored, expectUpdateVerdict, expectVerdict } from './verdicts.js';

const CONTAINER = { name: 'c', image: 'nginx:1.27' };
const pod = (spec: object, metadata: object = {}): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...metadata }, spec: { containers: [CONTAINER], ...spec } });
const claim = (spec: object): object => ({
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c', namespace: 'default' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});
const service = (spec: object): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ port: 80 }], ...spec } });
const node = (spec: object, metadata: object = {}): object => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', ...metadata }, spec });

const TOLERATIONS = 'scheduler.alpha.kubernetes.io/tolerations';
const TAINTS = 'scheduler.alpha.kubernetes.io/taints';
const SPREAD = { maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} };
const LABEL_NAME = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const ISCSI = { targetPortal: `10.0.0.1:${'3'.repeat(60)}`, iqn: 'iqn.2024-01.com.example:a', lun: 0, initiatorName: 'iqn.2024-01.com.example:b' };

const CREATE: readonly (readonly [what: string, object: object, verdict: string])[] = [
  ['a topology key of a spread constraint may be any text', pod({ topologySpreadConstraints: [{ ...SPREAD, topologyKey: 'has space' }] }), 'accepted'],
  ['but not empty', pod({ topologySpreadConstraints: [{ ...SPREAD, topologyKey: '' }] }), 'spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty'],
  ['the key of a shown annotation is printed in lower case',
    pod({ containers: [{ ...CONTAINER, env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.annotations['Bad Key']" } } }] }] }),
    `spec.containers[0].env[0].valueFrom.fieldRef: Invalid value: "bad key": ${LABEL_NAME}`],
  ['the key of a shown label as it is',
    pod({ containers: [{ ...CONTAINER, env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['Bad Key']" } } }] }] }),
    `spec.containers[0].env[0].valueFrom.fieldRef: Invalid value: "Bad Key": ${LABEL_NAME}`],
  ['a resource of the whole pod without a known name is said once', pod({ resources: { limits: { disk: '1' } } }), 'spec.resources.limits[disk]: Invalid value: "disk": must be a standard resource type or fully qualified'],
  ['one that pods cannot have as a whole', pod({ resources: { limits: { 'ephemeral-storage': '1' } } }), 'spec.resources.limits[ephemeral-storage]: Unsupported value: "ephemeral-storage": supported values: "cpu", "hugepages-", "memory"'],
  ['a Windows pod has no resources of its own, whatever they are', pod({ os: { name: 'windows' }, resources: { limits: { disk: '1' } } }), 'spec.resources: Forbidden: may not be set for a windows pod'],
  ['a Windows pod has not even empty groups', pod({ os: { name: 'windows' }, securityContext: { supplementalGroups: [] } }), 'spec.securityContext.supplementalGroups: Forbidden: cannot be set for a windows pod'],
  ['but an empty list of sysctls', pod({ os: { name: 'windows' }, securityContext: { sysctls: [] } }), 'accepted'],
  ['an iSCSI source that is one too many has its name judged', pod({ volumes: [{ name: 'v', emptyDir: {}, iscsi: ISCSI }] }),
    '[spec.volumes[0].iscsi: Forbidden: may not specify more than 1 volume type, spec.volumes[0].name: Invalid value: "v": Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.]'],
  ['a file of no volume is not found', pod({ containers: [{ ...CONTAINER, env: [{ name: 'A', valueFrom: { fileKeyRef: { path: 'a', key: 'K' } } }] }] }),
    '[spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Required value, spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Not found: ""]'],
  ['but one of a volume that is wrong in another way is', pod({ containers: [{ ...CONTAINER, env: [{ name: 'A', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'a', key: 'K' } } }] }], volumes: [{ name: 'v', emptyDir: { sizeLimit: '-1' } }] }),
    'spec.volumes[0].emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity'],
  ['a claim template has no owners, not even an empty list of them', pod({ volumes: [{ name: 'v', ephemeral: { volumeClaimTemplate: {
    metadata: { ownerReferences: [], uid: '' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } } }] }),
    'spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.ownerReferences: Forbidden: cannot be set'],
  ['tolerations in an annotation are judged as the field is', pod({}, { annotations: { [TOLERATIONS]: '[{"Key":"a","operator":"Exists","value":"x"}]' } }),
    `metadata.annotations.${TOLERATIONS}[0].operator: Invalid value: "x": value must be empty when \`operator\` is 'Exists'`],
  ['a good one', pod({}, { annotations: { [TOLERATIONS]: '[{"key":"a","operator":"Exists","tolerationSeconds":null,"more":1}]' } }), 'accepted'],
  ['one that is no JSON', pod({}, { annotations: { [TOLERATIONS]: '[{"key":"a",}]' } }),
    `metadata.annotations: Invalid value: "${TOLERATIONS}": invalid character '}' looking for beginning of object key string`],
  ['one that is no list', pod({}, { annotations: { [TOLERATIONS]: '{}' } }), `metadata.annotations: Invalid value: "${TOLERATIONS}": json: cannot unmarshal object into Go value of type []core.Toleration`],
  ['one with a field of another type', pod({}, { annotations: { [TOLERATIONS]: '[{"effect":true,"tolerationSeconds":"1"}]' } }),
    `metadata.annotations: Invalid value: "${TOLERATIONS}": json: cannot unmarshal bool into Go struct field Toleration.Effect of type core.TaintEffect`],
  ['taints in an annotation of a node', node({}, { annotations: { [TAINTS]: '[{"key":"a"}]' } }), `metadata.annotations.${TAINTS}[0].effect: Required value`],
  ['a finalizer of a namespace that is no name is no known one either', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' }, spec: { finalizers: ['a b'] } },
    `[spec.finalizers: Invalid value: "a b": ${LABEL_NAME}, spec.finalizers: Invalid value: "a b": name is neither a standard finalizer name nor is it fully qualified]`],
  ['credentials that nest deeper than any reader of JSON goes', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '['.repeat(50_000) } },
    `data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character '[' exceeded max depth`],
  ['a value of a type of its own prints as JSON', service({ type: '<b>' }), 'spec.type: Unsupported value: "\\u003cb\\u003e": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'],
  ['a value of plain text prints as text', service({ trafficDistribution: '<b>' }), 'spec.trafficDistribution: Unsupported value: "<b>": supported values: "PreferClose", "PreferSameZone", "PreferSameNode"'],
  ['a balancer may have the port of the kubelet', service({ type: 'LoadBalancer', ports: [{ port: 10250 }] }), 'accepted'],
  ['data sources differ when only one names its empty group', claim({ dataSource: { kind: 'PersistentVolumeClaim', name: 'a', apiGroup: '' }, dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'a' } }), 'spec: Invalid value: {}: must match dataSourceRef'],
];

describe('what the server says of objects of the core group', () => {
  it.each(CREATE)('%s', (_what, object, verdict) => expectVerdict(object, verdict));

  it('drops a data source of another namespace as a whole', () => {
    expectStored(claim({ dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'a', namespace: 'other' } }), { spec: { volumeMode: 'Filesystem' } });
    const cluster = new Cluster();
    cluster.settle();
    const made = cluster.create(claim({ dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'a', namespace: 'other' } }) as KubernetesObject);
    expect((made.object as unknown as { spec: object }).spec).not.toHaveProperty('dataSourceRef');
  });

  it('drops where a node once read its configuration from, and says nothing', () => {
    const source = { configMap: { name: 'a', namespace: 'b', kubeletConfigKey: 'c' } };
    const cluster = new Cluster();
    cluster.settle();
    const made = cluster.create({ ...node({ configSource: source }), status: { config: { assigned: source } } } as unknown as KubernetesObject);
    const changed = cluster.update(node({ configSource: source }) as KubernetesObject);
    expect([made.code, changed.code]).toEqual([201, 200]);
    for (const { object, warnings } of [made, changed]) {
      expect(warnings).toEqual([]);
      expect(object).not.toHaveProperty('spec.configSource');
      expect(object).not.toHaveProperty('status.config');
    }
  });

  it('warns of the addresses of a service before it warns of externalIPs as such', () => {
    const warnings = ['spec.externalIPs[0]: IPv6 address "2001:0db8::1" should be in RFC 5952 canonical format ("2001:db8::1")', 'spec.externalIPs is deprecated and may no longer be implemented in some clusters'];
    expectStored(service({ externalIPs: ['2001:0db8::1'] }), {}, warnings);
  });
});

const terms = (...names: string[]): object => ({ requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: names.map((key) => ({ key, operator: 'Exists' })) }] } });
const POD_AFFINITY = { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: {} }] };
const gated = (spec: object): object => pod({ schedulingGates: [{ name: 'example.com/wait' }], serviceAccountName: 'default', automountServiceAccountToken: false, ...spec });
const TAINT_TOLERATIONS = ['not-ready', 'unreachable'].map((name) => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
const ISCSI_VOLUME = { targetPortal: '10.0.0.1:3260', iqn: 'iqn.2024-01.com.example:a', lun: 0 };
const claimTemplate = (metadata: object): object => ({ volumeClaimTemplate: { metadata, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, volumeMode: 'Filesystem' } } });
const UNCHANGEABLE = 'spec: Forbidden: pod updates may not change fields other than ';

const UPDATE: readonly (readonly [what: string, before: object, after: object, verdict: string | RegExp])[] = [
  ['a gated pod without affinity gets a node affinity', gated({}), gated({ affinity: { nodeAffinity: terms('a') } }), 'accepted'],
  ['but no pod affinity', gated({}), gated({ affinity: { podAffinity: POD_AFFINITY } }), UNCHANGEABLE],
  ['nor both', gated({}), gated({ affinity: { nodeAffinity: terms('a'), podAffinity: POD_AFFINITY } }), UNCHANGEABLE],
  ['a gated pod with pod affinity gets a node affinity', gated({ affinity: { podAffinity: POD_AFFINITY } }), gated({ affinity: { nodeAffinity: terms('a'), podAffinity: POD_AFFINITY } }), 'accepted'],
  ['expressions are added behind those that stand there', gated({ affinity: { nodeAffinity: terms('a') } }), gated({ affinity: { nodeAffinity: terms('a', 'b') } }), 'accepted'],
  ['not before them', gated({ affinity: { nodeAffinity: terms('a') } }), gated({ affinity: { nodeAffinity: terms('b', 'a') } }), 'only additions are allowed (no mutations or deletions)'],
  ['a gate that is added twice is said once', gated({}), gated({ schedulingGates: [{ name: 'b' }, { name: 'b' }] }),
    "spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'"],
];

describe('what the server says of changes of objects of the core group', () => {
  it.each(UPDATE)('%s', (_what, before, after, verdict) => {
    const cluster = new Cluster();
    cluster.settle();
    expect(cluster.create(before as KubernetesObject).code).toBe(201);
    const { code, message = '' } = cluster.update(after as KubernetesObject);
    if (verdict === 'accepted') expect({ code, message }).toEqual({ code: 200, message: '' });
    else expect(message).toContain(verdict);
  });

  it('warns of a distribution as long as it is the old one', () => {
    const cluster = new Cluster();
    cluster.settle();
    const object = service({ trafficDistribution: 'PreferClose' }) as KubernetesObject;
    cluster.create(object);
    expect(cluster.update(object).warnings).toEqual(['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"']);
  });

  it('lets a claim keep a group of its data source that is no domain, but not change to it', () => {
    const snapshot = { kind: 'VolumeSnapshot', name: 'a', apiGroup: 'snapshot.storage.k8s.io' };
    const before = claim({ dataSource: snapshot }) as KubernetesObject;
    const cluster = new Cluster();
    cluster.settle();
    cluster.create(before);
    const { causes } = cluster.update(claim({ dataSource: { ...snapshot, apiGroup: 'Bad Group' } }) as KubernetesObject);
    expect(causes?.map(({ field }) => field)).toEqual(['spec']);
  });

  it.each([
    ['Pod', pod({}, { namespace: 'default' }), 4],
    ['Node', node({}), 4],
    ['Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } }, 4],
    ['Service', service({}), 3],
  ] as const)('repeats what is wrong with the metadata of a %s', (_kind, object, times) => {
    const cluster = new Cluster();
    cluster.settle();
    expect(cluster.create(object as KubernetesObject).code).toBe(201);
    const { metadata, ...rest } = object as KubernetesObject;
    const { causes = [] } = cluster.update({ ...rest, metadata: { ...metadata, labels: { a: 'bad value!' } } } as KubernetesObject);
    expect(causes.filter(({ field }) => field === 'metadata.labels')).toHaveLength(times);
  });

  it.each([
    ['iscsi', ISCSI_VOLUME, { ...ISCSI_VOLUME, lun: 1 }, ['-    "Lun": 0,', '+    "Lun": 1,']],
    ['cephfs', { monitors: ['m'] }, { monitors: ['m'], secretRef: { name: 's' } }, ['-    "SecretRef": null,', '+    "SecretRef": {', '+     "Name": "s"', '+    },']],
    ['azureDisk', { diskName: 'd', diskURI: 'https://a/b' }, { diskName: 'e', diskURI: 'https://a/b' }, ['-    "DiskName": "d",', '+    "DiskName": "e",']],
    ['ephemeral', claimTemplate({ labels: { a: '1' } }), claimTemplate({ annotations: { a: '1' } }), ['-     "labels": {', '+     "annotations": {']],
  ] as const)('prints a changed %s volume as the struct of the server', (source, before, after, lines) => {
    const cluster = new Cluster();
    cluster.settle();
    const withSource = (value: object): KubernetesObject => gated({ volumes: [{ name: 'v', [source]: value }], schedulingGates: [] }) as KubernetesObject;
    const made = cluster.create(withSource(before));
    expect(made.message).toBeUndefined();
    const next = structuredClone(made.object) as unknown as { spec: { volumes: object[] } };
    next.spec.volumes = [{ name: 'v', [source]: { ...(made.object as unknown as { spec: { volumes: Record<string, object>[] } }).spec.volumes[0]?.[source], ...after } }];
    const { message = '' } = cluster.update(next as unknown as KubernetesObject);
    expect(message.replaceAll('\u00a0', ' ').split('\n').filter((line) => /^[-+]/.test(line))).toEqual(lines);
  });

  it.each([
    ['claim', claim({}), claim({ resources: { requests: { storage: '1073741824' } } })],
    ['pod', gated({ schedulingGates: [], containers: [{ ...CONTAINER, resources: { limits: { memory: '1Gi' } } }], volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }] }),
      gated({ schedulingGates: [], containers: [{ ...CONTAINER, resources: { limits: { memory: '1073741824' } } }], volumes: [{ name: 'v', emptyDir: { sizeLimit: '1073741824' } }], tolerations: TAINT_TOLERATIONS })],
  ] as const)('takes the same amount of another spelling for no change of a %s', (_kind, before, after) => expectUpdateVerdict(before, after, 'accepted'));

  it.each(['Deployment', 'DaemonSet', 'ReplicaSet'])('gives a %s no new generation for the same amount of another spelling', (kind) => {
    const cluster = new Cluster();
    cluster.settle();
    const workload = (memory: string): KubernetesObject => ({
      apiVersion: 'apps/v1', kind, metadata: { name: 'w', namespace: 'default' },
      spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ ...CONTAINER, resources: { limits: { memory } } }] } } },
    }) as KubernetesObject;
    cluster.create(workload('1Gi'));
    expect(cluster.update(workload('1073741824')).object?.metadata.generation).toBe(1);
    expect(cluster.update(workload('2Gi')).object?.metadata.generation).toBe(2);
  });

  it('judges a changed node as a whole', () => {
    const before = node({ podCIDRs: ['10.0.0.0/24', 'fd00::/64'] });
    const immutable = 'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid';
    expectUpdateVerdict(before, node({ podCIDRs: ['10.1.0.0/24', 'x'] }),
      '[spec.podCIDRs[1]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64), spec.podCIDRs: Internal error: '
      + 'invalid PodCIDRs. failed to check with dual stack with error:failed to parse cidr value:"x" with error:invalid CIDR address: x, '
      + `spec.podCIDRs: Invalid value: ["10.1.0.0/24","x"]: may specify no more than one CIDR for each IP family, ${immutable}]`);
  });

  it('lets only the series of an event of events.k8s.io change', () => {
    const event = (fields: object): object => ({
      apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'e', namespace: 'default' }, eventTime: '2024-01-01T00:00:00.000000Z', type: 'Normal',
      reason: 'Made', action: 'Make', reportingController: 'example.com/maker', reportingInstance: 'maker-0', regarding: { kind: 'Pod', name: 'p', namespace: 'default' }, ...fields,
    });
    const immutable = 'field is immutable';
    expectUpdateVerdict(event({}), event({ deprecatedSource: {}, deprecatedCount: 0, note: '' }), 'accepted');
    expectUpdateVerdict(event({}), event({ series: { count: 1 } }), '[series.count: Invalid value: "": should be at least 2, series.lastObservedTime: Required value]');
    expectUpdateVerdict(event({}), event({ reason: 'Other', deprecatedCount: 2, deprecatedSource: { host: 'n1' }, related: { kind: 'Pod' }, deprecatedFirstTimestamp: '2024-01-01T00:00:00Z' }),
      `[reason: Invalid value: "Other": ${immutable}, source: Invalid value: {"Component":"","Host":"n1"}: ${immutable}, firstTimestamp: Invalid value: "2024-01-01T00:00:00Z": ${immutable}, `
      + `count: Invalid value: 2: ${immutable}, related: Invalid value: {"Kind":"Pod","Namespace":"","Name":"","UID":"","APIVersion":"","ResourceVersion":"","FieldPath":""}: ${immutable}]`);
  });
});
