import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/apiserver/patch/patchSchema.js';
import { strategicMergePatch } from '../../src/apiserver/patch/strategicMergePatch.js';
import { threeWayPatch, type AppliedStates } from '../../src/apiserver/patch/threeWayPatch.js';
import { jsonMergePatch, jsonPatch } from '../../src/apiserver/patch/jsonPatches.js';
import { Cluster } from '../../src/cluster/cluster.js';

const containers = (...items: Json[]): Json => ({ spec: { containers: items } });

/** What stands after kubectl apply: the patch it makes, applied. */
function threeWayMerge(definition: string | undefined, states: AppliedStates): unknown {
  const made = threeWayPatch(definition, states);
  if ('error' in made) return made.error;
  if (definition === undefined) return jsonMergePatch(states.current, made.patch);
  const merged = strategicMergePatch(definition, states.current, made.patch);
  return 'object' in merged ? merged.object : merged.problem.text;
}

describe('the three-way merge', () => {
  const cases: [string, { original: Json; modified: Json; current: Json }, Json][] = [
    ['what others set stays', { original: {}, modified: { spec: { a: 1 } }, current: { spec: { b: 2 } } }, { spec: { b: 2, a: 1 } }],
    ['what is no longer applied goes', { original: { spec: { a: 1 } }, modified: { spec: {} }, current: { spec: { a: 1, b: 2 } } }, { spec: { b: 2 } }],
    ['containers merge by name', { original: containers({ name: 'a', image: 'x:1' }), modified: containers({ name: 'a', image: 'x:2' }), current: containers({ name: 'a', image: 'x:1', imagePullPolicy: 'Always' }, { name: 'sidecar', image: 's' }) },
      containers({ name: 'a', image: 'x:2', imagePullPolicy: 'Always' }, { name: 'sidecar', image: 's' })],
    ['a container that was applied and is not any more goes', { original: containers({ name: 'a' }, { name: 'b' }), modified: containers({ name: 'a' }), current: containers({ name: 'a' }, { name: 'b' }) }, containers({ name: 'a' })],
    ['atomic lists are replaced', { original: {}, modified: { spec: { containers: [{ name: 'a', args: ['x'] }] } }, current: { spec: { containers: [{ name: 'a', args: ['y', 'z'] }] } } }, { spec: { containers: [{ name: 'a', args: ['x'] }] } }],
    ['finalizers merge as a set', { original: { metadata: { finalizers: ['a/x'] } }, modified: { metadata: { finalizers: ['a/y'] } }, current: { metadata: { finalizers: ['a/x', 'b/z'] } } }, { metadata: { finalizers: ['a/y', 'b/z'] } }],
    ['a volume changes its kind', { original: {}, modified: { spec: { volumes: [{ name: 'v', emptyDir: {} }] } }, current: { spec: { volumes: [{ name: 'v', hostPath: { path: '/x' } }] } } }, { spec: { volumes: [{ name: 'v', emptyDir: {} }] } }],
  ];
  it.each(cases)('%s', (_name, states, expected) => expect(threeWayMerge('Pod', states)).toEqual(expected));
  it('without a schema lists are replaced', () => {
    expect(threeWayMerge(undefined, { original: {}, modified: { l: [{ name: 'a' }] }, current: { l: [{ name: 'b' }] } })).toEqual({ l: [{ name: 'a' }] });
  });
});

describe('the patch that kubectl sends', () => {
  const ports = (...items: Json[]): Json => ({ spec: { ports: items } });
  const cases: [string, string, AppliedStates, unknown][] = [
    ['nothing', 'Pod', { original: {}, modified: containers({ name: 'a' }), current: containers({ name: 'a', image: 'x' }) }, {}],
    ['changes with the order of the list', 'Pod', { original: {}, modified: containers({ name: 'a', image: 'y' }), current: containers({ name: 'a', image: 'x' }) },
      { spec: { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'a', image: 'y' }] } }],
    ['deletions last', 'Pod', { original: containers({ name: 'a' }, { name: 'b' }), modified: containers({ name: 'b', image: 'z' }), current: containers({ name: 'a' }, { name: 'b' }) },
      { spec: { '$setElementOrder/containers': [{ name: 'b' }], containers: [{ name: 'b', image: 'z' }, { name: 'a', $patch: 'delete' }] } }],
    ['the order alone', 'Pod', { original: {}, modified: containers({ name: 'b' }, { name: 'a' }), current: containers({ name: 'a' }, { name: 'b' }) },
      { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } }],
    ['an explicit null', 'Pod', { original: {}, modified: { spec: { nodeName: null } }, current: { spec: {} } }, { spec: { nodeName: null } }],
    ['keys to retain', 'Deployment', { original: {}, modified: { spec: { strategy: { type: 'Recreate' } } }, current: { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } } },
      { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }],
    ['what goes from a list of scalars', 'Pod', { original: { metadata: { finalizers: ['a/x', 'a/y'] } }, modified: { metadata: { finalizers: ['a/y'] } }, current: { metadata: { finalizers: ['a/x', 'a/y'] } } },
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['a/x'], '$setElementOrder/finalizers': ['a/y'] } }],
    ['ports of one number are told apart by their order only', 'Service', {
      original: {}, modified: ports({ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP', name: 'tcp' }), current: ports({ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }) },
      { spec: { '$setElementOrder/ports': [{ port: 53 }, { port: 53 }], ports: [{ name: 'tcp', port: 53 }] } }],
    ['an item without its key', 'Pod', { original: {}, modified: containers({ image: 'y' }), current: containers({ name: 'a' }) }, 'map: map[image:y] does not contain declared merge key: name'],
  ];
  it.each(cases)('%s', (_name, definition, states, expected) => {
    const made = threeWayPatch(definition, states);
    expect('patch' in made ? made.patch : made.error).toEqual(expected);
  });
  it('without a schema: null removes what was not applied as null before', () => {
    expect(threeWayPatch(undefined, { original: { a: 1, b: { c: 1 }, f: null }, modified: { b: {}, d: null, e: [1], f: null }, current: { a: 1, b: { c: 1, x: 2 }, d: 3, e: [2], f: 4 } })).toEqual({ patch: { a: null, b: { c: null }, d: null, e: [1] } });
  });
});

describe('patches', () => {
  it('strategic: directives', () => {
    const pod = containers({ name: 'a', image: 'x' }, { name: 'b', image: 'y' });
    expect(strategicMergePatch('Pod', pod, containers({ name: 'a', $patch: 'delete' }))).toEqual({ object: containers({ name: 'b', image: 'y' }) });
    expect(strategicMergePatch('Pod', pod, { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } })).toEqual({ object: containers({ name: 'b', image: 'y' }, { name: 'a', image: 'x' }) });
    expect(strategicMergePatch('Pod', { metadata: { finalizers: ['a', 'b'] } }, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } })).toEqual({ object: { metadata: { finalizers: ['b'] } } });
    expect(strategicMergePatch('Pod', pod, { spec: { $patch: 'replace', containers: [{ name: 'c' }] } })).toEqual({ object: containers({ name: 'c' }) });
    expect(strategicMergePatch('Pod', pod, { spec: { containers: [{ $patch: 'replace' }, { name: 'c' }] } })).toEqual({ object: containers({ name: 'c' }) });
    expect(strategicMergePatch('Pod', pod, { spec: { nodeName: null, $retainKeys: ['containers'] } })).toEqual({ object: pod });
  });
  it('merge: null removes', () => expect(jsonMergePatch({ a: 1, b: { c: 2, d: 3 } }, { a: null, b: { c: null } })).toEqual({ b: { d: 3 } }));
  it('json: operations in order', () => {
    expect(jsonPatch({ a: [1, 2] }, [{ op: 'add', path: '/a/0', value: 0 }, { op: 'remove', path: '/a/2' }, { op: 'move', path: '/b', from: '/a' }])).toEqual({ object: { b: [0, 1] } });
    expect(jsonPatch({}, [{ op: 'remove', path: '/a' }])).toHaveProperty('error');
  });
});

describe('apply', () => {
  const configMap = (data: Record<string, string>): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default' }, data });
  it('creates, configures, leaves unchanged', () => {
    const cluster = new Cluster();
    const created = cluster.apply(configMap({ a: '1', b: '2' }));
    expect(created.code).toBe(201);
    expect(created.object?.metadata.annotations).toEqual({
      'kubectl.kubernetes.io/last-applied-configuration': '{"apiVersion":"v1","data":{"a":"1","b":"2"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"c","namespace":"default"}}\n',
    });
    const configured = cluster.apply(configMap({ a: '3' }));
    expect(configured).toMatchObject({ code: 200, object: { data: { a: '3' } } });
    expect((configured.object as { data?: unknown } | undefined)?.data).toEqual({ a: '3' });
    const unchanged = cluster.apply(configMap({ a: '3' }));
    expect(unchanged.code).toBe(200);
    expect(unchanged.object?.metadata.resourceVersion).toBe(configured.object?.metadata.resourceVersion);
  });
  it('asks nobody about what it does not change', () => {
    const cluster = new Cluster();
    expect(cluster.apply(configMap({ a: '1' })).code).toBe(201);
    const group = 'admissionregistration.k8s.io/v1';
    const policy = { matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['configmaps'] }] }, validations: [{ expression: 'false', message: 'frozen' }] };
    expect(cluster.create({ apiVersion: group, kind: 'ValidatingAdmissionPolicy', metadata: { name: 'p' }, spec: policy }).code).toBe(201);
    expect(cluster.create({ apiVersion: group, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'b' }, spec: { policyName: 'p', validationActions: ['Deny'] } }).code).toBe(201);
    expect(cluster.apply(configMap({ a: '1' }))).toMatchObject({ code: 200, warnings: [], object: { data: { a: '1' } } });
    expect(cluster.apply(configMap({ a: '2' })).message).toMatch(/frozen$/);
    const endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'e', namespace: 'default' } };
    const deprecation = ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'];
    expect(cluster.apply(endpoints)).toMatchObject({ code: 201, warnings: deprecation });
    expect(cluster.apply(endpoints)).toMatchObject({ code: 200, warnings: deprecation });
  });
  it('a port with a twin gets the other ports name, as the merge key is the number alone', () => {
    const service = (...ports: object[]): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'dns', namespace: 'default' }, spec: { selector: { a: 'b' }, ports } });
    const cluster = new Cluster();
    expect(cluster.apply(service({ name: 'udp', port: 53, protocol: 'UDP' }, { name: 'tcp', port: 53, protocol: 'TCP' })).code).toBe(201);
    expect(cluster.apply(service({ name: 'udp', port: 53, protocol: 'UDP' }, { name: 'tcp2', port: 53, protocol: 'TCP' }))).toMatchObject({ code: 200, object: { spec: { ports: [{ name: 'tcp2', protocol: 'UDP' }, { name: 'tcp', protocol: 'TCP' }] } } });
  });
  it('a patched object that is none of its kind is refused in the words of patches', () => {
    const web = (spec: object): object => ({
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }, ...spec },
    });
    const cluster = new Cluster();
    cluster.apply(web({}), { fieldValidation: 'Strict' });
    const refusals: [object, string][] = [
      [{ zoo: 1, foo: { a: [true, null] } }, 'strict decoding error: unknown field "spec.foo", unknown field "spec.zoo"'],
      [{ replicas: 'two' }, 'unrecognized type: int32'],
      [{ replicas: 1.5 }, 'cannot convert float64 to int32'],
      [{ paused: 'yes' }, 'unrecognized type: bool'],
      [{ strategy: 'Recreate' }, 'cannot restore struct from: string'],
      [{ strategy: { type: 1 } }, 'cannot convert int64 to v1.DeploymentStrategyType'],
      [{ template: { metadata: { labels: 'a' } } }, 'cannot restore map from string'],
      [{ template: { metadata: { labels: { a: 'b' } }, spec: { containers: 'c' } } }, 'cannot restore slice from string'],
      [{ template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: 'one' } } }] } } }, "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
      [{ strategy: { rollingUpdate: { maxSurge: 1.5 } } }, 'json: cannot unmarshal number 1.5 into Go value of type int32'],
    ];
    for (const [spec, detail] of refusals) {
      const { code, reason, message = '', causes } = cluster.apply(web(spec), { fieldValidation: 'Strict' });
      expect([code, reason, message.endsWith(`": ${detail}`)], `${detail}: ${message}`).toEqual([422, 'Invalid', true]);
      expect(message.startsWith(' "" is invalid: patch: Invalid value: "map[metadata:map[annotations:map[kubectl.kubernetes.io/last-applied-configuration:{')).toBe(true);
      expect(causes).toMatchObject([{ reason: 'FieldValueInvalid', field: 'patch' }]);
    }
    expect(cluster.apply(web({ zoo: 1 }), { fieldValidation: 'Warn' })).toMatchObject({ code: 200, warnings: ['unknown field "spec.zoo"'] });
  });
  it('metadata that kubectl cannot read never becomes a patch', () => {
    const cluster = new Cluster();
    cluster.apply(configMap({}));
    const labelled = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default', labels: { a: 1 } } };
    expect(cluster.apply(labelled)).toMatchObject({ code: 400, message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string' });
    expect(cluster.apply({ ...labelled, metadata: 'c' })).toMatchObject({ code: 400, message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal string into Go struct field ConfigMap.metadata of type v1.ObjectMeta' });
  });
  it('keys that mean something to JavaScript are keys', () => {
    const cluster = new Cluster();
    cluster.apply(configMap({ constructor: '1', toString: '2', valueOf: '3' } as never));
    const { object } = cluster.apply(configMap({ constructor: '1', hasOwnProperty: '4' } as never));
    expect((object as { data?: object } | undefined)?.data).toEqual({ constructor: '1', hasOwnProperty: '4' });
    const named = { metadata: { name: 'x' } };
    expect(cluster.create({ apiVersion: 'v1', kind: 'ResourceQuota', ...named, spec: { hard: { pods: '1' }, scopes: ['constructor'] } }).message).toBe('ResourceQuota "x" is invalid: spec.scopes: Invalid value: ["constructor"]: unsupported scope');
    expect(cluster.create({ apiVersion: 'v1', kind: 'LimitRange', ...named, spec: { limits: [{ type: 'Container', max: { constructor: '1' }, min: { cpu: '1' } }] } })).toMatchObject({ code: 422, reason: 'Invalid' });
  });
  it('refuses generated names and unknown kinds as kubectl does', () => {
    const cluster = new Cluster();
    expect(cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'c-' } }).message).toBe('from c-: cannot use generate name with apply');
    expect(cluster.apply({ apiVersion: 'x.dev/v1', kind: 'Foo', metadata: { name: 'a' } })).toMatchObject({ code: 404, message: 'no matches for kind "Foo" in version "x.dev/v1"' });
  });
});

describe('pods that differ in their names alone', () => {
  const pod = (name: unknown, spec: Json = {}, metadata: Json = {}) => ({
    apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata }, spec: { containers: [{ name: 'a', image: 'x', resources: { requests: { cpu: '1' } } }], ...spec },
  });
  const ephemeral = { volumes: [{ name: 'v', ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } } }] };
  const namedClaim = { volumes: [...ephemeral.volumes, { name: 'w', persistentVolumeClaim: { claimName: 'b-v' } }] };
  const labelled = { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { y: 'z' } }, matchLabelKeys: ['x'] }] };
  /** Annotations that are as long as they may be for a pod named 'a'. */
  const longest = ((): Json => {
    const [[key, text = ''] = ['']] = Object.entries(new Cluster().apply(pod('a', {}, { annotations: { x: '' } })).object?.metadata.annotations ?? {}).filter(([name]) => name !== 'x');
    return { annotations: { x: 'x'.repeat((256 * 1024 - 'x'.length - key.length - text.length) / 2) } };
  })();
  const policy = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: 'p' }, spec: { matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }] }, validations: [{ expression: "object.metadata.name != 'b'" }] } };
  const binding = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'p' }, spec: { policyName: 'p', validationActions: ['Deny'] } };
  /** What is applied first, then the pod that may share what was made of it; what is written between them, and before both. */
  const cases: [string, object, object, (object | undefined)?, object[]?][] = [
    ['alike', pod('a'), pod('b')],
    ['a name that is no name', pod('a'), pod('B')],
    ['a name that is no label', pod('aaa'), pod('b.c')],
    ['no name', pod('a'), pod('')],
    ['a number for a name', pod('1'), pod(1)],
    ['the name in a label', pod('a', {}, { labels: { name: 'a' } }), pod('b', {}, { labels: { name: 'b' } })],
    ['the name in two labels', pod('a', {}, { labels: { c: 'x', name: 'a', z: 'a' } }), pod('b', {}, { labels: { c: 'x', name: 'b', z: 'b' } })],
    ['the name in one of two labels', pod('a', {}, { labels: { name: 'a', z: 'a' } }), pod('b', {}, { labels: { name: 'b', z: 'a' } })],
    ['the name in a label that the spec takes up', pod('a', labelled, { labels: { x: 'a' } }), pod('b', labelled, { labels: { x: 'b' } })],
    ['the name as the key of a label', pod('a', {}, { labels: { a: 'x' } }), pod('b', {}, { labels: { b: 'x' } })],
    ['the name in an annotation', pod('a', {}, { annotations: { x: 'a' } }), pod('b', {}, { annotations: { x: 'b' } })],
    ['the name of an owner', pod('a', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'a', uid: 'u' }] }), pod('b', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'b', uid: 'u' }] })],
    ['the name of the namespace', pod('kube-system', {}, { namespace: 'kube-system' }), pod('kube-public', {}, { namespace: 'kube-public' })],
    ["another's name in a label", pod('a', {}, { labels: { name: 'a' } }), pod('b', {}, { labels: { name: 'a' } })],
    ['the name in a container', pod('b', { containers: [{ name: 'a', image: 'x' }] }), pod('a', { containers: [{ name: 'a', image: 'x' }] })],
    ['fields that nobody knows', pod('a', { zoo: 1 }), pod('b', { zoo: 1 })],
    ['a warning', pod('a', { containers: [{ name: 'a', image: 'x', ports: [{ containerPort: 80 }, { containerPort: 80 }] }] }), pod('b', { containers: [{ name: 'a', image: 'x', ports: [{ containerPort: 80 }, { containerPort: 80 }] }] })],
    ['another label', pod('a', {}, { labels: { x: 'a' } }), pod('b', {}, { labels: { x: 'b' } })],
    ['another namespace', pod('a'), pod('b', {}, { namespace: 'kube-system' })],
    ['claims that are named after the pod', pod('a', namedClaim), pod('b', namedClaim)],
    ['annotations that are too long with the longer name', pod('a', {}, longest), pod('bbb', {}, longest)],
    ['a node whose labels have changed', pod('a', { nodeName: 'n' }), pod('b', { nodeName: 'n' }), { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels: { 'topology.kubernetes.io/zone': 'z' } } }],
    ['a gate', pod('a', { schedulingGates: [{ name: 'g' }] }), pod('b', { schedulingGates: [{ name: 'g' }] })],
    ['a new default class of priority', pod('a'), pod('b'), { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'p' }, value: 7, globalDefault: true }],
    ['a new range of limits', pod('a'), pod('b'), { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l' }, spec: { limits: [{ type: 'Container', max: { cpu: '500m' } }] } }],
    ['a new quota', pod('a'), pod('b'), { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard: { 'requests.memory': '1Gi' } } }],
    ['a new policy', pod('a'), pod('b'), binding, [policy]],
    ['a policy that reads names', pod('a'), pod('b'), undefined, [policy, binding]],
  ];
  /** The answer without what is drawn for each object. */
  const plain = (text: string): string => text.replace(/"(uid|resourceVersion|creationTimestamp|lastTransitionTime)":"[^"]*"/g, '"$1":""').replaceAll(/kube-api-access-\w+/g, 'token');

  for (const fieldValidation of ['Warn', 'Strict'] as const) {
    it.each(cases)(`%s (${fieldValidation})`, (_name, first, second, between, standing = []) => {
      const answer = (before: readonly object[]): string => {
        const cluster = new Cluster();
        for (const object of [...standing, ...before]) cluster.apply(object, { fieldValidation: 'Warn' });
        return plain(JSON.stringify(cluster.apply(second, { fieldValidation })));
      };
      const alone = between === undefined ? [] : [between];
      expect(answer([first, ...alone])).toBe(answer(alone));
    });
  }
  it('share their specs', () => {
    const cluster = new Cluster();
    const [a, b] = ['a', 'b'].map((name) => cluster.apply(pod(name)).object as unknown as { spec: object; metadata: { uid: string } });
    expect(a?.spec).toBe(b?.spec);
    expect(a?.metadata.uid).not.toBe(b?.metadata.uid);
  });
});
