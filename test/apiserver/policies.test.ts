// Admission by policies: who is denied, warned and changed, in the server's words; which webhooks a request would have met.
import { describe, expect, it } from 'vitest';
import { createApiServer, type ApiServer } from '../../src/apiserver/apiServer.js';
import { Cluster } from '../../src/cluster/cluster.js';

const GROUP = 'admissionregistration.k8s.io/v1';
const configMaps = { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }] };
const policy = (spec: object): object => ({ apiVersion: GROUP, kind: 'ValidatingAdmissionPolicy', metadata: { name: 'p' }, spec: { matchConstraints: configMaps, ...spec } });
const binding = (spec: object = {}): object => ({ apiVersion: GROUP, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'b' }, spec: { policyName: 'p', validationActions: ['Deny'], ...spec } });
const configMap = (data: Record<string, string>, metadata: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', ...metadata }, data });

/** A cluster with these objects in it. */
function clusterWith(...objects: object[]): Cluster {
  const cluster = new Cluster({});
  for (const object of objects) {
    const { code, message } = cluster.create(object);
    if (code !== 201) throw new Error(message);
  }
  return cluster;
}
const answer = (cluster: Cluster, object: object): [number, string | undefined, string[]] => {
  const { code, message, warnings } = cluster.create(object);
  return [code, message, warnings];
};
const DENIED = `configmaps "c" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: `;

describe('ValidatingAdmissionPolicy', () => {
  it.each<[string, object, object, object, [number, string | undefined, string[]]]>([
    ['denies', { validations: [{ expression: "'a' in object.data" }] }, {}, configMap({}), [422, `${DENIED}expression ''a' in object.data' resulted in error: no such key: data`, []]],
    ['lets pass', { validations: [{ expression: "'a' in object.data" }] }, {}, configMap({ a: '1' }), [201, undefined, []]],
    ['says its message', { validations: [{ expression: 'false', message: 'never' }] }, {}, configMap({}), [422, `${DENIED}never`, []]],
    ['says its messageExpression', { validations: [{ expression: 'false', messageExpression: "'not ' + object.metadata.name" }] }, {}, configMap({}), [422, `${DENIED}not c`, []]],
    ['knows reasons', { validations: [{ expression: 'false', message: 'no', reason: 'Forbidden' }] }, {}, configMap({}), [403, `${DENIED}no`, []]],
    ['warns', { validations: [{ expression: 'false', message: 'careful' }] }, { validationActions: ['Warn'] }, configMap({}),
      [201, undefined, ["Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': careful"]]],
    ['uses variables', { variables: [{ name: 'n', expression: 'object.data.size()' }], validations: [{ expression: 'variables.n > 1', messageExpression: 'string(variables.n)' }] }, {}, configMap({ a: '' }), [422, `${DENIED}1`, []]],
    ['heeds matchConditions', { matchConditions: [{ name: 'x', expression: "object.metadata.name != 'c'" }], validations: [{ expression: 'false' }] }, {}, configMap({}), [201, undefined, []]],
    ['shows matchConditions no namespace', { matchConditions: [{ name: 'x', expression: "namespaceObject.metadata.name == 'default'" }], validations: [{ expression: 'false' }] }, {}, configMap({}),
      [422, `${DENIED}expression 'namespaceObject.metadata.name == 'default'' resulted in error: no such key: metadata`, []]],
    ['knows that nothing stood before', { validations: [{ expression: 'oldObject == null && !has(oldObject.data)' }] }, {}, configMap({}), [201, undefined, []]],
    ['has no field of nothing', { validations: [{ expression: "oldObject.metadata.name == 'c'" }] }, {}, configMap({}), [422, `${DENIED}expression 'oldObject.metadata.name == 'c'' resulted in error: no such key: metadata`, []]],
    ['may do without parameters', { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'params == null' }] }, {}, configMap({}), [201, undefined, []]],
    ['has variables that are null', { variables: [{ name: 'old', expression: 'oldObject' }], validations: [{ expression: 'variables.old == null' }] }, {}, configMap({}), [201, undefined, []]],
    ['does not see empty maps', { validations: [{ expression: '!has(object.data) && !has(object.metadata.labels)' }] }, {}, configMap({}, { labels: {} }), [201, undefined, []]],
    ['fails closed', { validations: [{ expression: "object.data.none == ''" }] }, {}, configMap({ a: '' }), [422, `${DENIED}expression 'object.data.none == ''' resulted in error: no such key: none`, []]],
    ['fails open when asked', { failurePolicy: 'Ignore', validations: [{ expression: "object.data.none == ''" }] }, {}, configMap({ a: '' }), [201, undefined, []]],
    ['looks at the namespace', { validations: [{ expression: "namespaceObject.metadata.name == 'other'" }] }, {}, configMap({}), [422, `${DENIED}failed expression: namespaceObject.metadata.name == 'other'`, []]],
    ['selects namespaces', { validations: [{ expression: 'false' }] }, { matchResources: { namespaceSelector: { matchLabels: { strict: 'yes' } } } }, configMap({}), [201, undefined, []]],
  ])('%s', (_, spec, bound, object, expected) => expect(answer(clusterWith(policy(spec), binding(bound)), object)).toEqual(expected));

  it('sees no object when one is deleted', () => {
    const deletions = { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['configmaps'] }] };
    const cluster = clusterWith(policy({ matchConstraints: deletions, validations: [{ expression: "object == null && oldObject.metadata.name != 'kept'", message: 'keep it' }] }), binding(), configMap({}), configMap({}, { name: 'kept' }));
    const answered = (name: string): [number, string | undefined] => {
      const { code, message } = cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name });
      return [code, message];
    };
    expect(answered('c')).toEqual([200, undefined]);
    expect(answered('kept')).toEqual([422, `${DENIED.replace('"c"', '"kept"')}keep it`]);
  });

  it('takes parameters by name and denies when they are missing', () => {
    const withParams = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, matchConditions: [{ name: 'x', expression: "object.metadata.name == 'c'" }], validations: [{ expression: 'object.data.v == params.data.v' }] };
    const ref = (name: string): object => binding({ paramRef: { name, namespace: 'default', parameterNotFoundAction: 'Deny' } });
    const params = configMap({ v: '1' }, { name: 'limits' });
    expect(answer(clusterWith(params, policy(withParams), ref('limits')), configMap({ v: '1' }))[0]).toBe(201);
    expect(answer(clusterWith(params, policy(withParams), ref('limits')), configMap({ v: '2' }))[1]).toBe(`${DENIED}failed expression: object.data.v == params.data.v`);
    expect(answer(clusterWith(params, policy(withParams), ref('none')), configMap({ v: '1' }))[1]).toBe(`${DENIED}failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`);
  });

  it('denies when the kind of its parameters is not served, whatever the binding matches', () => {
    const unserved = { paramKind: { apiVersion: 'rules.example.com/v1', kind: 'Rule' }, validations: [{ expression: 'true' }] };
    const elsewhere = { paramRef: { name: 'x', parameterNotFoundAction: 'Deny' }, matchResources: { namespaceSelector: { matchLabels: { strict: 'yes' } } } };
    expect(answer(clusterWith(policy(unserved), binding(elsewhere)), configMap({}))).toEqual([
      422, `configmaps "c" is forbidden: ValidatingAdmissionPolicy 'p' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'rules.example.com/v1, Kind=Rule'`, [],
    ]);
    expect(answer(clusterWith(policy({ ...unserved, failurePolicy: 'Ignore' }), binding(elsewhere)), configMap({}))[0]).toBe(201);
  });

  it('says so when only a real cluster could tell', () => {
    const [code, , warnings] = answer(clusterWith(policy({ validations: [{ expression: "authorizer.group('').resource('pods').check('get').allowed()" }] }), binding()), configMap({}));
    expect([code, warnings.length]).toEqual([201, 1]);
    expect(warnings[0]).toContain('was not evaluated');
  });

  it('is checked itself', () => {
    expect(new Cluster({}).create(policy({ validations: [{ expression: 'object.' }] })).message).toContain('spec.validations[0].expression: Invalid value: "object.": compilation failed: ERROR: <input>:1:8: Syntax error: no viable alternative at input \'.\'');
  });
});

describe('MutatingAdmissionPolicy', () => {
  const mutating = (mutation: object): object => ({
    apiVersion: GROUP, kind: 'MutatingAdmissionPolicy', metadata: { name: 'm' }, spec: { matchConstraints: configMaps, reinvocationPolicy: 'Never', mutations: [mutation] },
  });
  const bound = { apiVersion: GROUP, kind: 'MutatingAdmissionPolicyBinding', metadata: { name: 'm' }, spec: { policyName: 'm' } };
  it.each<[string, object]>([
    ['ApplyConfiguration', { patchType: 'ApplyConfiguration', applyConfiguration: { expression: "Object{metadata: Object.metadata{labels: {'team': 'a'}}}" } }],
    ['JSONPatch', { patchType: 'JSONPatch', jsonPatch: { expression: "[JSONPatch{op: 'add', path: '/metadata/labels', value: {'team': 'a'}}]" } }],
  ])('%s', (_, mutation) => {
    const { object, message } = clusterWith(mutating(mutation), bound).create(configMap({ a: '1' }));
    expect(message).toBeUndefined();
    expect(object).toMatchObject({ metadata: { labels: { team: 'a' } }, data: { a: '1' } });
  });
});

describe('MutatingAdmissionPolicy and the other plugins', () => {
  const bound = { apiVersion: GROUP, kind: 'MutatingAdmissionPolicyBinding', metadata: { name: 'm' }, spec: { policyName: 'm', paramRef: { name: 'x', parameterNotFoundAction: 'Deny' } } };
  const pods = { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] };
  const mutating = (spec: object): object => ({ apiVersion: GROUP, kind: 'MutatingAdmissionPolicy', metadata: { name: 'm' }, spec: { matchConstraints: pods, reinvocationPolicy: 'Never', ...spec } });
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  it.each([
    ['.spec.nodeSelector', "Object{spec: Object.spec{nodeSelector: {'disk': 'ssd'}}}"],
    ['.metadata.ownerReferences[0]', "Object{metadata: Object.metadata{ownerReferences: [Object.metadata.ownerReferences{uid: 'u', name: 'o', kind: 'ConfigMap', apiVersion: 'v1'}]}}"],
  ])('what is replaced as one cannot be applied: %s', (path, expression) => {
    const { message } = clusterWith(mutating({ mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }] }), { ...bound, spec: { policyName: 'm' } }).create(pod);
    expect(message).toBe(`policy 'm' with binding 'm' denied request: error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${path}`);
  });
  it.each([
    ['/spec/colour', "'red'", 'strict decoding error: unknown field "spec.colour"'],
    ['/spec/hostNetwork', "'yes'", 'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool'],
  ])('a patch that leaves no object of the kind ends the request: %s', (path, value, error) => {
    const expression = `[JSONPatch{op: 'add', path: '${path}', value: ${value}}]`;
    const { code, reason, message } = clusterWith(mutating({ failurePolicy: 'Ignore', mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }] }), { ...bound, spec: { policyName: 'm' } }).create(pod);
    expect([code, reason, message]).toEqual([500, 'InternalError', `Internal error occurred: ${error}`]);
  });
  it('what a policy adds gets what other plugins give', () => {
    const sidecar = { patchType: 'JSONPatch', jsonPatch: { expression: "[JSONPatch{op: 'add', path: '/spec/containers/-', value: Object.spec.containers{name: 's', image: 'j'}}]" } };
    const range = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l', namespace: 'default' }, spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] } };
    const { object } = clusterWith(range, mutating({ mutations: [sidecar] }), { ...bound, spec: { policyName: 'm' } }).create(pod);
    expect(object).toMatchObject({ spec: { containers: [{ name: 'c', resources: { limits: { cpu: '1' } } }, { name: 's', resources: { limits: { cpu: '1' } }, volumeMounts: [{ readOnly: true }] }] } });
    expect((object as { spec?: { containers: unknown[]; volumes: unknown[] } }).spec).toMatchObject({ containers: { length: 2 }, volumes: { length: 1 } });
  });
  it('runs once more when it asks for it', () => {
    const count = { patchType: 'ApplyConfiguration', applyConfiguration: { expression: "Object{metadata: Object.metadata{labels: {'n': has(object.metadata.labels) ? object.metadata.labels.n + 'x' : 'x'}}}" } };
    const labels = (reinvocationPolicy: string): unknown => clusterWith(mutating({ reinvocationPolicy, mutations: [count] }), { ...bound, spec: { policyName: 'm' } }).create(pod).object?.metadata.labels;
    expect([labels('Never'), labels('IfNeeded')]).toEqual([{ n: 'x' }, { n: 'xx' }]);
  });
  it('is forbidden when it is not configured', () => {
    const { code, reason, message } = clusterWith(mutating({ paramKind: { apiVersion: 'v1', kind: 'Rule' }, mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: "[JSONPatch{op: 'remove', path: '/x'}]" } }] }), bound).create(pod);
    expect([code, reason, message]).toEqual([403, 'Forbidden', `policy "m" denied request: failed to configure policy: failed to find resource referenced by paramKind: '/v1, Kind=Rule'`]);
  });
});

describe('webhooks', () => {
  const webhook = (rules: object): object => ({
    apiVersion: GROUP, kind: 'ValidatingWebhookConfiguration', metadata: { name: 'w' },
    webhooks: [{ name: 'w.example.com', clientConfig: { url: 'https://w.example.com' }, rules: [rules], sideEffects: 'None', admissionReviewVersions: ['v1'] }],
  });
  const called = (server: ApiServer): string[] => {
    const found: string[] = [];
    server.onWebhook(({ configuration, webhook: name, failurePolicy }, { kind, name: object }) => found.push(`${configuration} ${name} ${failurePolicy} ${kind.resource} ${object}`));
    return found;
  };
  it('fail when their service is not there, unless that is to be ignored', () => {
    const configuration = (kind: string, failurePolicy: string): object => ({
      apiVersion: GROUP, kind, metadata: { name: 'w' },
      webhooks: [{
        name: 'w.example.com', clientConfig: { service: { namespace: 'tools', name: 'hook', path: '/check' } }, failurePolicy, sideEffects: 'None', admissionReviewVersions: ['v1'], timeoutSeconds: 5,
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      }],
    });
    const failed = 'Internal error occurred: failed calling webhook "w.example.com": failed to call webhook: Post "https://hook.tools.svc:443/check?timeout=5s": service "hook" not found';
    const refusal = { code: 500, reason: 'InternalError', message: failed };
    expect(clusterWith(configuration('ValidatingWebhookConfiguration', 'Fail')).create(configMap({}))).toMatchObject(refusal);
    expect(clusterWith(configuration('MutatingWebhookConfiguration', 'Fail')).create(configMap({}))).toMatchObject(refusal);
    expect(clusterWith(configuration('ValidatingWebhookConfiguration', 'Ignore')).create(configMap({})).code).toBe(201);
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'hook', namespace: 'tools' }, spec: { ports: [{ port: 443 }] } };
    const tools = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tools' } };
    expect(clusterWith(tools, service, configuration('ValidatingWebhookConfiguration', 'Fail')).create(configMap({})).code).toBe(201);
    const unserved = { ...service, spec: { ports: [{ port: 8443 }] } };
    expect(clusterWith(tools, unserved, configuration('ValidatingWebhookConfiguration', 'Fail')).create(configMap({})).message).toBe(failed.replace('service "hook" not found', 'no service port 443 found for service "hook"'));
    const headless = { ...service, spec: { ...service.spec, clusterIP: 'None' } };
    expect(clusterWith(tools, headless, configuration('MutatingWebhookConfiguration', 'Fail')).create(configMap({})).message).toBe(failed.replace('service "hook" not found', 'cannot route to service with ClusterIP "None"'));
    const server = createApiServer({ nowMs: () => 0, seed: 0 });
    server.restore({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }, '');
    server.restore(configuration('ValidatingWebhookConfiguration', 'Fail'), '');
    expect(server.create(configMap({})).code).toBe(201);
  });
  it('refuse what their conditions cannot judge, unless failures are to be ignored', () => {
    const configuration = (kind: string, failurePolicy: string, expression: string): object => ({
      apiVersion: GROUP, kind, metadata: { name: 'w' },
      webhooks: [{
        name: 'w.example.com', clientConfig: { url: 'https://w.example.com' }, failurePolicy, sideEffects: 'None', admissionReviewVersions: ['v1'], matchConditions: [{ name: 'x', expression }],
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      }],
    });
    const expression = "object.metadata.labels.team == 'a'";
    const refusal = { code: 403, reason: 'Forbidden', message: `configmaps "c" is forbidden: expression '${expression}' resulted in error: no such key: labels` };
    expect(clusterWith(configuration('ValidatingWebhookConfiguration', 'Fail', expression)).create(configMap({}))).toMatchObject(refusal);
    expect(clusterWith(configuration('MutatingWebhookConfiguration', 'Fail', expression)).create(configMap({}))).toMatchObject(refusal);
    expect(clusterWith(configuration('ValidatingWebhookConfiguration', 'Ignore', expression)).create(configMap({})).code).toBe(201);
    expect(clusterWith(configuration('ValidatingWebhookConfiguration', 'Fail', "authorizer.group('').resource('pods').check('get').allowed()")).create(configMap({})).code).toBe(201);
  });
  it('tells which would have been called', () => {
    const server = createApiServer({ nowMs: () => 0, seed: 0 });
    expect(server.create(webhook({ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['namespaces'] })).code).toBe(201);
    const found = called(server);
    server.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } });
    server.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } });
    expect(found).toEqual(['w w.example.com Fail namespaces n']);
  });
});

it('expressions that do not fit the matched types are warned of in the status', () => {
  const deployments = { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }] };
  const cluster = clusterWith(policy({ matchConstraints: deployments, validations: [{ expression: 'object.spec.replicas < 5' }, { expression: 'object.replicas < 5' }] }));
  cluster.settle();
  expect(cluster.get({ apiVersion: GROUP, kind: 'ValidatingAdmissionPolicy', name: 'p' })).toHaveProperty('status', {
    observedGeneration: 1,
    typeChecking: {
      expressionWarnings: [{
        fieldRef: 'spec.validations[1].expression',
        warning: "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas < 5\n | ......^\n",
      }],
    },
  });
});
