// Kinds of the smaller groups, jobs and definitions: what is said first, what is dropped, what is said twice.
import { describe, expect, test } from 'vitest';
import { Cluster } from '../../src/index.js';
import type { KubernetesObject } from '../../src/api/meta.js';
import { expectStored, expectStoredExactly, expectVerdict } from './verdicts.js';

const object = (apiVersion: string, kind: string, rest: object, metadata: object = {}): object => ({ apiVersion, kind, metadata: { name: 'x', ...metadata }, ...rest });

describe('warnings of jobs', () => {
  const template = { spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: -1, containers: [{ name: 'c', image: 'i' }] } };
  const spec = { completionMode: 'Indexed', completions: 100_001, parallelism: 10_001, template };
  const large = 'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';
  const grace = 'terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1';
  test('the size of a job is named before its template', () => expectStored(object('batch/v1', 'Job', { spec }), {}, [`spec: ${large}`, `spec.template.spec.${grace}`]));
  test('so it is in the template of a cron job', () => {
    expectStored(object('batch/v1', 'CronJob', { spec: { schedule: '@daily', jobTemplate: { spec } } }), {}, [`spec.jobTemplate.spec: ${large}`, `spec.jobTemplate.spec.template.spec.${grace}`]);
  });
});

describe('a pod failure policy', () => {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } };
  const policy = (status: object): object => ({ podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', ...status }] }] } });
  const given = { ...policy({}), template };
  test('a condition of a job is true unless it says otherwise', () => expectStored(object('batch/v1', 'Job', { spec: given }), { spec: policy({ status: 'True' }) }));
  test('so is one in the template of a cron job', () => {
    expectStored(object('batch/v1', 'CronJob', { spec: { schedule: '@daily', jobTemplate: { spec: given } } }), { spec: { jobTemplate: { spec: policy({ status: 'True' }) } } });
  });
});

describe('names of what the server reads at its start', () => {
  const reserved = 'metadata.name: names ending with ".static.k8s.io" are reserved for static manifest-based configurations and cannot be managed via the API';
  test.each<[string, object]>([
    ['ValidatingWebhookConfiguration', {}],
    ['MutatingWebhookConfiguration', {}],
    ['ValidatingAdmissionPolicyBinding', { spec: { policyName: 'p', validationActions: ['Deny'] } }],
    ['MutatingAdmissionPolicyBinding', { spec: { policyName: 'p' } }],
  ])('%s', (kind, rest) => expectStored(object('admissionregistration.k8s.io/v1', kind, rest, { name: 'x.static.k8s.io' }), {}, [reserved]));
});

describe('verdicts', () => {
  const flowSchema = (subject: object): object => object('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', {
    spec: { priorityLevelConfiguration: { name: 'l' }, rules: [{ subjects: [subject], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] }] },
  });
  const keptSchema = (changes: object): object => object('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', {
    spec: {
      priorityLevelConfiguration: { name: 'exempt' }, matchingPrecedence: 1,
      rules: [{
        subjects: [{ kind: 'Group', group: { name: 'system:masters' } }],
        resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
        nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
      }],
      ...changes,
    },
  }, { name: 'exempt' });
  const account = { name: 'a', namespace: 'n' };
  const pathSchema = (url: string): object => object('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', {
    spec: { priorityLevelConfiguration: { name: 'l' }, rules: [{ subjects: [{ kind: 'User', user: { name: '*' } }], nonResourceRules: [{ verbs: ['get'], nonResourceURLs: [url] }] }] },
  });
  const urlPath = 'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]';
  const at = 'spec.rules[0].subjects[0]';
  test.each<[string, object, string]>([
    ['parameters in a namespace without a name', object('networking.k8s.io/v1', 'IngressClass', { spec: { controller: 'a.io/b', parameters: { kind: 'K', name: 'n', scope: 'Namespace', namespace: '' } } }),
      "spec.parameters.namespace: Invalid value: \"\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"],
    ['a share above a hundred', object('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: '101%', maxUnavailable: undefined } }), 'spec.minAvailable: Invalid value: "101%": must not be greater than 100%'],
    ['a share that is markup', object('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: '<1' } }),
      "spec.minAvailable: Invalid value: \"\\u003c1\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"],
    ['a path below another', pathSchema('/healthz/*'), 'accepted'],
    ['a path that begins like others', pathSchema('/healthz*'), `${urlPath}: Invalid value: "/healthz*": wildcard can only do suffix matching`],
    ['a path with two stars', pathSchema('/*/*'), `${urlPath}: Invalid value: "/*/*": wildcard can only do suffix matching`],
    ['a user that is a group and an account too', flowSchema({ kind: 'User', user: { name: 'u' }, group: { name: 'g' }, serviceAccount: account }),
      `[${at}.serviceAccount: Forbidden: serviceAccount is forbidden when subject kind is not 'ServiceAccount', ${at}.group: Forbidden: group is forbidden when subject kind is not 'Group']`],
    ['a group that is a user and an account too', flowSchema({ kind: 'Group', user: { name: 'u' }, group: { name: 'g' }, serviceAccount: account }),
      `[${at}.serviceAccount: Forbidden: serviceAccount is forbidden when subject kind is not 'ServiceAccount', ${at}.user: Forbidden: user is forbidden when subject kind is not 'User']`],
    ['a level of the name every server keeps for itself', object('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', { spec: { type: 'Exempt', limited: { limitResponse: { type: 'Reject' } } } }, { name: 'exempt' }),
      `[spec.limited: Forbidden: must be nil if the type is not Limited, spec: Invalid value: {"Type":"Exempt","Limited":{"NominalConcurrencyShares":30,"LimitResponse":{"Type":"Reject","Queuing":null},"LendablePercent":0,"BorrowingLimitPercent":null},"Exempt":null}: spec of 'exempt' except the 'spec.exempt' field must equal the fixed value]`],
    ['a limited level that is exempt', object('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', { spec: { type: 'Limited', exempt: {}, limited: { limitResponse: { type: 'Reject' } } } }),
      'spec.exempt: Forbidden: must be nil if the type is Limited'],
    ['a schema every server keeps, as it is', keptSchema({}), 'accepted'],
    ['a schema every server keeps, changed', keptSchema({ rules: [], distinguisherMethod: { type: 'ByUser' } }),
      `spec: Invalid value: {"PriorityLevelConfiguration":{"Name":"exempt"},"MatchingPrecedence":1,"DistinguisherMethod":{"Type":"ByUser"},"Rules":[]}: spec of 'exempt' must equal the fixed value`],
  ])('%s', (_title, given, verdict) => expectVerdict(given, verdict));
});

describe('devices', () => {
  const request = (rest: object = {}): object => ({ name: 'a', exactly: { deviceClassName: 'd', ...rest } });
  const claim = (devices: object, namespace = 'default'): object => object('resource.k8s.io/v1', 'ResourceClaim', { spec: { devices } }, { namespace });
  const slice = (spec: object): object => object('resource.k8s.io/v1', 'ResourceSlice', { spec: { driver: 'd.io', pool: { name: 'p', generation: 1, resourceSliceCount: 1 }, ...spec } });
  const device = (rest: object): object => slice({ nodeName: 'n', devices: [{ name: 'd', ...rest }] });
  const shared = (value: string, requestPolicy: object): object => device({ allowMultipleAllocations: true, capacity: { memory: { value, requestPolicy } } });
  const DEVICE = 'spec.devices[0]';
  const LABEL = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
  const POLICY = `${DEVICE}.capacity[memory].requestPolicy`;
  const nodes = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  test.each<[string, object, string]>([
    ['access for an administrator in a namespace that is not marked', claim({ requests: [request({ adminAccess: true })] }),
      'spec.devices.requests[0].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace'],
    ['repetitions come last', claim({ requests: [request(), request({ deviceClassName: '' }), request()] }),
      '[spec.devices.requests[1].exactly.deviceClassName: Required value, spec.devices.requests[1]: Duplicate value: "a", spec.devices.requests[2]: Duplicate value: "a"]'],
    ['too many are not judged one by one', claim({ requests: Array<object>(33).fill(request()) }), 'spec.devices.requests: Too many: 33: must have at most 32 items'],
    ['a taint that only informs is tolerated', claim({ requests: [request({ tolerations: [{ operator: 'Exists', effect: 'None' }] })] }), 'accepted'],
    ['an effect that no taint has', claim({ requests: [request({ tolerations: [{ operator: 'Exists', effect: 'x' }] })] }),
      'spec.devices.requests[0].exactly.tolerations[0].effect: Unsupported value: "x": supported values: "NoExecute", "NoSchedule", "None"'],
    ['an attribute without a domain', claim({ requests: [request()], constraints: [{ matchAttribute: 'model' }] }),
      'spec.devices.constraints[0].matchAttribute: Invalid value: "model": a fully qualified name must be a domain and a name separated by a slash'],
    ['an attribute with two slashes', claim({ requests: [request()], constraints: [{ matchAttribute: 'a/b/c' }] }), 'accepted'],
    ['parameters that are too long', claim({ requests: [request()], config: [{ opaque: { driver: 'a.io', parameters: { text: 'x'.repeat(10_240) } } }] }),
      'spec.devices.config[0].opaque.parameters: Too long: may not be more than 10240 bytes'],
    ['devices of a node and of all', slice({ nodeName: 'n', allNodes: true }), `spec: Invalid value: "{\`nodeName\`, \`allNodes\`}": ${nodes}, but multiple fields are set`],
    ['devices of no node', slice({ allNodes: false, nodeName: '' }),
      `[spec.nodeName: Invalid value: "": must be either unset or set to a non-empty string, spec.allNodes: Invalid value: false: must be either unset or set to true, spec: Required value: ${nodes}]`],
    ['devices and counters', slice({ nodeName: 'n', devices: [], sharedCounters: [{ name: 'a', counters: { a: { value: '1' } } }] }), 'spec: Invalid value: "": only one of `sharedCounters` or `devices` is allowed'],
    ['nodes that two terms select', slice({ nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] }, {}] } }),
      'spec.nodeSelector.nodeSelectorTerms: Invalid value: [{"MatchExpressions":null,"MatchFields":[{"Key":"metadata.name","Operator":"In","Values":["n"]}]},{"MatchExpressions":null,"MatchFields":null}]: must have exactly one node selector term'],
    ['a pool with a long name', slice({ nodeName: 'n', pool: { name: `${'a'.repeat(126)}/${'b'.repeat(127)}`, generation: 1, resourceSliceCount: 1 } }), 'spec.pool.name: Too long: may not be more than 253 bytes'],
    ['counters without a name', slice({ nodeName: 'n', sharedCounters: [{ name: '', counters: {} }, { name: 'a', counters: { B_: { value: '1' } } }, { name: 'a', counters: { b: { value: '1' } } }] }),
      `[spec.sharedCounters[0].name: Required value, spec.sharedCounters[0].counters: Required value, spec.sharedCounters[1].counters[B_]: Invalid value: "B_": ${LABEL}, spec.sharedCounters[2]: Duplicate value: "a"]`],
    ['a device that draws from too many counters', device({ consumesCounters: Array<object>(3).fill({ counterSet: 'a', counters: { b: { value: '1' } } }) }), `${DEVICE}.consumesCounters: Too many: 3: must have at most 2 items`],
    ['a device that draws from nothing', device({ consumesCounters: [{ counterSet: 'a' }] }), `${DEVICE}.consumesCounters[0].counters: Required value`],
    ['a device with too many taints', device({ taints: Array<object>(17).fill({ key: 'a', effect: 'NoSchedule' }) }), `${DEVICE}.taints: Too many: 17: must have at most 16 items`],
    ['amounts that nobody can ask for', shared('10Gi', { default: '4Gi', validValues: ['2Gi', '1Gi', '11Gi'] }),
      `[${POLICY}.validValues[1]: Invalid value: "1Gi": values must be sorted in ascending order, ${POLICY}.validValues[2]: Invalid value: "11Gi": option is larger than capacity value: 10Gi, `
        + `${POLICY}.validValues: Invalid value: "4Gi": default value is not valid according to the requestPolicy]`],
    ['amounts without a usual one', shared('10Gi', { validValues: ['1Gi'] }), `${POLICY}.default: Required value: required when validValues is defined`],
    ['a range and steps that miss it', shared('10', { default: '4', validRange: { min: '1', max: '11', step: '2' } }),
      `[${POLICY}.validRange.max: Invalid value: "11": max is larger than capacity value: 10, ${POLICY}.validRange.step: Invalid value: "4": value is not a multiple of a given step (2) from (1)]`],
    ['conditions of binding without those of failure', device({ bindingConditions: ['a', 'a'] }),
      `[${DEVICE}.bindingConditions[1]: Duplicate value: "a", ${DEVICE}.bindingFailureConditions: Invalid value: null: bindingFailureConditions are required to use bindingConditions]`],
    ['conditions that are both', device({ bindingConditions: ['a'], bindingFailureConditions: ['a'] }),
      `${DEVICE}.bindingFailureConditions[0]: Invalid value: "a": bindingFailureConditions must not overlap with bindingConditions`],
  ])('%s', (_title, given, verdict) => expectVerdict(given, verdict));

  test('a taint of a device is there since now unless it says otherwise', () => {
    const since = '2020-01-01T00:00:00Z';
    const taint = { key: 'a', effect: 'NoSchedule' };
    expectStoredExactly(device({ taints: [taint, { ...taint, timeAdded: since }] }),
      (stored) => (stored as unknown as { spec: { devices: { taints: { timeAdded?: string }[] }[] } }).spec.devices[0]?.taints.map(({ timeAdded }) => timeAdded?.slice(0, 4)), ['2026', '2020']);
  });

  test('access for an administrator in a namespace that is marked', () => {
    const cluster = new Cluster();
    cluster.settle();
    cluster.create(object('v1', 'Namespace', {}, { name: 'admins', labels: { 'resource.kubernetes.io/admin-access': 'true' } }) as KubernetesObject);
    expect(cluster.create(claim({ requests: [request({ adminAccess: true })] }, 'admins') as KubernetesObject).code).toBe(201);
  });
});

describe('Lease', () => {
  test('fields of an election that no one holds are dropped', () => {
    const cluster = new Cluster();
    cluster.settle();
    const made = cluster.create(object('coordination.k8s.io/v1', 'Lease', { spec: { holderIdentity: 'a', strategy: 'not a name', preferredHolder: 'b' } }, { namespace: 'default' }) as KubernetesObject);
    expect(made.object === undefined || !('spec' in made.object) ? undefined : made.object.spec).toEqual({ holderIdentity: 'a' });
  });
});

describe('CustomResourceDefinition', () => {
  const properties = { spec: { type: 'object', properties: { a: { type: 'string' } } } };
  const version = (name: string, rest: object): object => ({ name, served: true, storage: name === 'v1', schema: { openAPIV3Schema: { type: 'object', properties } }, ...rest });
  const crd = (versions: object[]): object => ({
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'ts.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'ts', kind: 'T' }, versions },
  });
  const selectableFields = [{ jsonPath: '.spec.a' }];
  const branch = (rest: object): object => crd([version('v1', { schema: { openAPIV3Schema: { type: 'object', properties, anyOf: [rest] } } })]);
  test.each<[string, object, string]>([
    ['a filter of one version whose schema all share', crd([version('v1', { selectableFields }), version('v2', {})]),
      'spec.versions[0].selectableFields: Invalid value: "": may only be set when `version.schema.openAPIV3Schema` is not included'],
    ['a branch that allows no more properties', branch({ additionalProperties: false }), 'accepted'],
    ['a branch that allows more properties', branch({ additionalProperties: true }), 'spec.validation.openAPIV3Schema.anyOf[0].additionalProperties: Forbidden: must be undefined to be structural'],
    ['a warning without deprecation', crd([version('v1', { deprecationWarning: 'x' })]), 'spec.versions[0].deprecationWarning: Invalid value: "x": can only be set for deprecated versions'],
    ['a warning that breaks the line', crd([version('v1', { deprecated: true, deprecationWarning: 'ü\n' })]),
      'spec.versions[0].deprecationWarning: Invalid value: "ü\\n": must only contain printable UTF-8 characters; non-printable character found at index 2'],
  ])('%s', (_title, given, verdict) => expectVerdict(given, verdict));

  test('is warned of formats that are not known, not of sets of lists', () => {
    const set = { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'array', 'x-kubernetes-list-type': 'atomic', items: { type: 'string', format: 'colour' } } };
    expectStored(crd([version('v1', { schema: { openAPIV3Schema: { type: 'object', properties: { set } } } })]), {}, ['unrecognized format "colour"']);
  });
});

describe('the certificates of a conversion', () => {
  const crd = (caBundle?: string): KubernetesObject => ({
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'ts.example.com' },
    spec: {
      group: 'example.com', scope: 'Namespaced', names: { plural: 'ts', kind: 'T' },
      conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig: { ...(caBundle === undefined ? {} : { caBundle }), url: 'https://a.b/c' } } },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  } as KubernetesObject);
  const block = (type: string): string => Buffer.from(`-----BEGIN ${type}-----\nMAkwADAAMAA=\n-----END ${type}-----\n`).toString('base64');
  const at = 'spec.conversion.webhookClientConfig.caBundle';
  test.each<[string, string | undefined, string, string | undefined]>([
    ['nothing before, no PEM after', undefined, 'Cg==', `${at}: Invalid value: "Cg==": unable to load root certificates: unable to parse bytes as PEM block`],
    ['no PEM before and after', 'Cg==', 'Y2E=', undefined],
    ['no certificate', undefined, block('KEY'), `${at}: Invalid value: "${block('KEY')}": unable to load root certificates: no valid certificate authority data seen`],
    ['a broken certificate', undefined, block('CERTIFICATE'), `${at}: Invalid value: "${block('CERTIFICATE')}": unable to load root certificates: failed to parse certificate: x509: malformed certificate`],
  ])('%s', (_title, before, after, problem) => {
    const cluster = new Cluster();
    cluster.create(crd(before));
    cluster.settle();
    const { code, message } = cluster.apply(crd(after));
    expect([code, message]).toEqual(problem === undefined ? [200, undefined] : [422, `CustomResourceDefinition.apiextensions.k8s.io "ts.example.com" is invalid: ${problem}`]);
  });
});

describe('rules in CEL that cost too much', () => {
  const at = 'spec.validation.openAPIV3Schema';
  const advice = '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';
  const crdWith = (list: object, rule = 'self.all(x, self.all(y, x == y))', messageExpression?: string): object => ({
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'ts.example.com' },
    spec: {
      group: 'example.com', scope: 'Namespaced', names: { plural: 'ts', kind: 'T' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { list: { type: 'array', items: { type: 'string' }, ...list, 'x-kubernetes-validations': [{ rule, messageExpression }] } } } } }],
    },
  });
  const rulePath = `${at}.properties[list].x-kubernetes-validations[0].rule`;
  const messagePath = `${at}.properties[list].x-kubernetes-validations[0].messageExpression`;
  test.each<[string, object, string]>([
    ['a list without an end', crdWith({}), `[${rulePath}: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${advice}, ${rulePath}: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema, ${at}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${advice}]`],
    ['a bounded list of unbounded texts', crdWith({ maxItems: 8 }), `${rulePath}: Forbidden: estimated rule cost exceeds budget by factor of 2.0x ${advice}`],
    ['just too much', crdWith({ maxItems: 6 }), `${rulePath}: Forbidden: estimated rule cost exceeds budget by factor of 1.132484x ${advice}`],
    // The length of a text made from a number counts as unknown: https://github.com/kubernetes/kubernetes/issues/124234
    ['a message with a number in it', crdWith({ maxItems: 8, items: { type: 'string', maxLength: 8 } }, 'true', "'items: ' + string(size(self))"),
      `[${messagePath}: Forbidden: estimated messageExpression cost exceeds budget by factor of more than 100x ${advice}, ${messagePath}: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema, ${at}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${advice}]`],
    ['a bounded list of bounded texts', crdWith({ maxItems: 100, items: { type: 'string', maxLength: 64 } }), 'accepted'],
    ['a rule inside a list without an end', crdWith({ items: { type: 'string', 'x-kubernetes-validations': [{ rule: "self.matches('a.*b.*')" }] } }, 'true'),
      `[${at}.properties[list].items.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${advice}, ${at}.properties[list].items.x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema, ${at}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${advice}]`],
  ])('%s', (_title, given, verdict) => expectVerdict(given, verdict));
});

describe('causes of refused updates', () => {
  const webhook = { name: 'a.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'], clientConfig: { url: 'https://example.com' } };
  test.each<[string, object, number]>([
    ['RuntimeClass', object('node.k8s.io/v1', 'RuntimeClass', { handler: 'a' }), 4],
    ['ControllerRevision', object('apps/v1', 'ControllerRevision', { revision: 1, data: {} }, { namespace: 'default' }), 4],
    ['ValidatingWebhookConfiguration', object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', { webhooks: [webhook] }), 3],
    ['CSINode', object('storage.k8s.io/v1', 'CSINode', { spec: { drivers: [] } }), 4],
  ])('a label of a %s is judged again and again', (_kind, before, count) => {
    const cluster = new Cluster();
    cluster.settle();
    const made = cluster.create(before as KubernetesObject);
    const next = structuredClone(made.object) as unknown as KubernetesObject;
    next.metadata = { ...next.metadata, labels: { a: 'no value!' } };
    const { causes = [] } = cluster.update(next);
    expect({ count: causes.length, fields: [...new Set(causes.map(({ field }) => field))] }).toEqual({ count, fields: ['metadata.labels'] });
  });
});
