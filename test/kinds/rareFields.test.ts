// Fields that few manifests use: what the server says of a wrong value, path by path.
import { describe, test } from 'vitest';
import { expectStored, expectStoredExactly, expectUpdateVerdict, expectVerdict } from './verdicts.js';

const CONTAINER = { name: 'c', image: 'nginx:1.27' };
const pod = (spec: object, annotations: Record<string, string> = {}): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', annotations }, spec: { containers: [CONTAINER], ...spec } });
const podWithEnv = (valueFrom: object): object => pod({ containers: [{ ...CONTAINER, env: [{ name: 'E', valueFrom }] }] });
const FIELD_REF = 'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath';

describe('fields of a pod that variables show', () => {
  test.each<[string, object, string]>([
    ['another version', { fieldRef: { apiVersion: 'v2', fieldPath: 'metadata.name' } }, `${FIELD_REF}: Invalid value: "metadata.name": error converting fieldPath: unsupported pod version: v2`],
    ['a subscript of another field', { fieldRef: { fieldPath: "spec['x']" } }, `${FIELD_REF}: Invalid value: "spec['x']": error converting fieldPath: field label does not support subscript: spec['x']`],
    ['a field that only lists can select', { fieldRef: { fieldPath: 'spec.hostNetwork' } }, `${FIELD_REF}: Invalid value: "spec.hostNetwork": error converting fieldPath: field label not supported: spec.hostNetwork`],
    ['a label', { fieldRef: { fieldPath: "metadata.labels['a']" } }, 'accepted'],
    ['a divisor', { resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } }, 'spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor\'s values 1m and 1 are supported with the cpu resource'],
  ])('%s', (_title, valueFrom, verdict) => expectVerdict(podWithEnv(valueFrom), verdict));

  test('a file without a container still has its divisor judged', () => {
    const at = 'spec.volumes[0].downwardAPI.resourceFieldRef';
    expectVerdict(pod({ volumes: [{ name: 'v', downwardAPI: { items: [{ path: 'f', resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } }] } }] }),
      `[${at}.containerName: Required value, ${at}.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource]`);
  });
});

describe('annotations of a pod', () => {
  test.each<[string, Record<string, string>, object, string]>([
    ['a seccomp profile', { 'seccomp.security.alpha.kubernetes.io/pod': 'x' }, {}, 'metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: "x": must be a valid seccomp profile'],
    ['costs with a plus', { 'controller.kubernetes.io/pod-deletion-cost': '+1' }, {}, 'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+1": must be a 32bit integer'],
    ['costs below nothing', { 'controller.kubernetes.io/pod-deletion-cost': '-007' }, {}, 'accepted'],
    ['an AppArmor profile that the pod contradicts', { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' }, { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } },
      'spec.containers[0].securityContext.appArmorProfile.type: Forbidden: apparmor type in annotation and field must match'],
  ])('%s', (_title, annotations, spec, verdict) => expectVerdict({ apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 't' }, template: { metadata: { annotations }, spec: { containers: [CONTAINER], ...spec } } },
    verdict.replace('metadata.annotations', 'template.annotations').replace(/^spec/, 'template.spec')));
});

describe('init containers in annotations', () => {
  const annotations = { 'pod.beta.kubernetes.io/init-containers': '[]', 'pod.alpha.kubernetes.io/init-container-statuses': '[]' };
  const template = { metadata: { labels: { a: 'b' }, annotations: { ...annotations, kept: 'yes' } }, spec: { containers: [CONTAINER] } };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', annotations }, spec: { selector: { matchLabels: { a: 'b' } }, template } };
  test('are dropped from a pod', () => expectStoredExactly(pod({}, annotations), ({ metadata }) => metadata.annotations, undefined));
  test('are dropped from a template, not from what holds it', () => {
    expectStoredExactly(deployment, (stored) => (stored as unknown as typeof deployment).spec.template.metadata.annotations, { kept: 'yes' });
    expectStoredExactly(deployment, ({ metadata }) => metadata.annotations, annotations);
  });
});

describe('updates of a pod', () => {
  test('a deadline that grows ends the checks', () => {
    expectUpdateVerdict(pod({ activeDeadlineSeconds: 5 }), pod({ activeDeadlineSeconds: 6, dnsPolicy: 'Default' }), 'spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value');
  });
});

describe('an APIService', () => {
  const apiService = (spec: object): object => ({
    apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: 'v1.example.com' },
    spec: { group: 'example.com', version: 'v1', groupPriorityMinimum: 100, versionPriority: 10, ...spec },
  });
  const statusOf = (stored: object): unknown => (stored as { status: unknown }).status;
  test.each<[string, object, string]>([
    ['no service is needed', {}, 'accepted'],
    ['but without one no certificates', { insecureSkipTLSVerify: true }, 'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify'],
    ['a service has a name', { service: {} }, '[spec.service.namespace: Required value, spec.service.name: Required value]'],
    ['and a port', { service: { name: 's', namespace: 'n', port: 0 } }, 'spec.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive'],
  ])('%s', (_title, spec, verdict) => expectVerdict(apiService(spec), verdict));

  test('is available from the start when the server itself answers', () => {
    expectStored(apiService({}), { status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available' }] } });
    expectStoredExactly(apiService({ service: { name: 's', namespace: 'n' } }), statusOf, {});
  });
  test('is replaced by one that names the version it replaces', () => {
    expectUpdateVerdict(apiService({}), { ...apiService({}), metadata: { name: 'v1.example.com', resourceVersion: '' } }, 'metadata.resourceVersion: Invalid value: 0: must be specified for an update');
  });
});

describe('admission policies', () => {
  const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
  const policy = (kind: string, spec: object): object => ({
    apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name: 'p' }, spec: { matchConstraints: { resourceRules: [rule] }, ...spec },
  });
  const validating = (spec: object, validation: object = {}): object => policy('ValidatingAdmissionPolicy', { validations: [{ expression: 'true', ...validation }], ...spec });
  const mutating = (mutation: object, spec: object = {}): object => policy('MutatingAdmissionPolicy', { reinvocationPolicy: 'Never', mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: "[JSONPatch{op: 'remove', path: '/x'}]" }, ...mutation }], ...spec });
  const binding = (matchResources: object): object => ({ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingAdmissionPolicyBinding', metadata: { name: 'b' }, spec: { policyName: 'p', matchResources } });
  const rules = (...operations: string[]): object => ({ resourceRules: [{ ...rule, operations }] });
  const SUPPORTED = 'supported values: "*", "CONNECT", "CREATE", "UPDATE"';
  const BLANK = { matchPolicy: '', resourceRules: [rule] };
  test.each<[string, object, string]>([
    ['a message of nothing', validating({}, { message: ' ' }), 'spec.validations[0].message: Invalid value: " ": must be non-empty if specified'],
    ['a message of two lines', validating({}, { message: 'a\nb' }), 'spec.validations[0].message: Invalid value: "a\\nb": must not contain line breaks'],
    ['a variable with the name of a word of CEL', validating({ variables: [{ name: 'if', expression: '1' }] }), 'spec.variables[0].name: Invalid value: "if": must be a valid CEL identifier'],
    ['a policy for matches that says nothing', validating({ matchConstraints: BLANK }), 'spec.matchConstraints.matchPolicy: Unsupported value: "": supported values: "Equivalent", "Exact"'],
    ['a patch of nothing', mutating({ jsonPatch: { expression: ' ' } }), 'spec.mutations[0].jsonPatch.expression: Required value'],
    ['a patch of the other type', mutating({ patchType: 'ApplyConfiguration' }),
      '[spec.mutations[0].applyConfiguration: Required value: must be specified when patchType is ApplyConfiguration, '
      + 'spec.mutations[0].jsonPatch: Invalid value: "{jsonPatch}": must not be specified when patchType is ApplyConfiguration]'],
    ['changes of what is deleted', mutating({}, { matchConstraints: rules('DELETE') }), `spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": ${SUPPORTED}`],
    ['changes by an operation that is none', mutating({}, { matchConstraints: rules('PATCH') }),
      '[spec.matchConstraints.resourceRules[0].operations[0]: Unsupported value: "PATCH": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE", '
      + `spec.matchConstraints.resourceRules.operations: Unsupported value: "PATCH": ${SUPPORTED}]`],
    ['a binding for what is deleted', binding(rules('DELETE')), `spec.matchResources.resourceRules.operations: Unsupported value: "DELETE": ${SUPPORTED}`],
  ])('%s', (_title, given, verdict) => expectVerdict(given, verdict));
});

describe('updates of a RuntimeClass', () => {
  test('the new one is judged as a whole', () => {
    const runtimeClass = (more: object): object => ({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'r' }, handler: 'runsc', ...more });
    expectUpdateVerdict(runtimeClass({}), runtimeClass({ overhead: { podFixed: { cpu: '-1' } } }), 'overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0');
  });
});

describe('sources of a PersistentVolume', () => {
  const volume = (spec: object): object => ({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' }, spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...spec } });
  test.each<[string, object, string]>([
    ['an iSCSI name of no known kind', { iscsi: { targetPortal: '1.2.3.4', iqn: 'x', lun: 0, secretRef: {} } }, '[spec.iscsi.iqn: Invalid value: "x": must be valid format, spec.iscsi.secretRef.name: Required value]'],
    ['a flexVolume as the second source', { nfs: { server: 's', path: '/x' }, flexVolume: { driver: '' } }, 'spec.flexVolume.driver: Required value'],
    ['endpoints in a namespace without a name', { glusterfs: { endpoints: 'e', path: 'p', endpointsNamespace: '' } }, 'spec.glusterfs.endpointsNamespace: Invalid value: "": if the endpointnamespace is set, it must be a valid namespace name'],
  ])('%s', (_title, spec, verdict) => expectVerdict(volume(spec), verdict));
});

describe('success of a Job', () => {
  const job = (rule: object): object => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec: { completionMode: 'Indexed', completions: 3, parallelism: 1, successPolicy: { rules: [rule] }, template: { spec: { restartPolicy: 'Never', containers: [CONTAINER] } } } });
  test.each<[string, object, string]>([
    ['indexes that cannot be read count as none', { succeededIndexes: 'x', succeededCount: 1 },
      '[spec.successPolicy.rules[0].succeededIndexes: Invalid value: "x": error parsing succeededIndexes: cannot convert string to integer for index: "x", spec.successPolicy.rules[0].succeededCount: Invalid value: 1: must be less than or equal to 0 (the number of indexes in the specified succeededIndexes field)]'],
    ['an index too many', { succeededIndexes: '0-3' }, 'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0-3": error parsing succeededIndexes: too large index: "3"'],
    ['as many as there are', { succeededIndexes: '0,2', succeededCount: 2 }, 'accepted'],
  ])('%s', (_title, rule, verdict) => expectVerdict(job(rule), verdict));
});
