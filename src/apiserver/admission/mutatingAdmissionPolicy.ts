// Admission by MutatingAdmissionPolicies and their bindings.
// Source: apiserver/pkg/admission/plugin/policy/mutating/{dispatcher,compilation}.go, plugin/policy/generic/policy_dispatcher.go
import type { KubernetesObject, StatusCause } from '../../api/meta.js';
import type { CustomResourceDefinition, JsonValue, MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding } from '../../api/types.js';
import { listItems, toJson, type CelStruct, type CelValue } from '../../cel/celValue.js';
import { deepEqual } from '../../util/objects.js';
import { decode } from '../decode.js';
import type { Refusal } from '../refusal.js';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from './admission.js';
import { applyConfiguration, mergeNodeOf, mergeNodeOfSchema, type MergeNode } from './applyConfiguration.js';
import { applyJsonPatch, type PatchOperation } from './jsonPatch.js';
import { collectParams, compilePolicy, createActivation, matchesConditions, paramKindProblem, writtenForm, type CompiledExpression, type CompiledPolicy } from './policyEvaluation.js';
import { isOpenToPolicies, matchesRequest } from './requestMatching.js';

interface CompiledMutatingPolicy { readonly shared: CompiledPolicy; readonly mutations: readonly { readonly patchType: string; readonly expression: CompiledExpression }[] }
interface Invocation { readonly policy: MutatingAdmissionPolicy; readonly binding: MutatingAdmissionPolicyBinding; readonly params: KubernetesObject | undefined }
type JsonObject = { [key: string]: JsonValue };

const compiledPolicies = new WeakMap<MutatingAdmissionPolicy, CompiledMutatingPolicy>();

/** Makes the changes that MutatingAdmissionPolicies ask for. */
export const mutatingAdmissionPolicy: AdmissionPlugin = {
  name: 'MutatingAdmissionPolicy',
  admit(attributes, context) {
    const policies = context.read.list('mutatingadmissionpolicies.admissionregistration.k8s.io');
    if (policies.length === 0 || attributes.operation === 'DELETE' || !isOpenToPolicies(attributes)) return undefined;
    const bindings = context.read.list('mutatingadmissionpolicybindings.admissionregistration.k8s.io');
    const invocations: Invocation[] = [];
    const problems: Problem[] = [];
    const note = ({ metadata, spec }: MutatingAdmissionPolicy, binding: MutatingAdmissionPolicyBinding | undefined, text: string, reason: Problem['reason']): void => {
      if (spec?.failurePolicy === 'Ignore') return;
      const who = binding === undefined ? `policy ${JSON.stringify(metadata.name ?? '')}` : `policy '${metadata.name}' with binding '${binding.metadata.name}'`;
      problems.push({ message: `${who} denied request: ${text}`, reason });
    };
    for (const policy of policies) {
      const bound = bindings.filter((binding) => binding.spec?.policyName === policy.metadata.name);
      if (bound.length === 0 || !matchesRequest(policy.spec?.matchConstraints ?? {}, attributes, context)) continue;
      const misconfigured = paramKindProblem(policy.spec?.paramKind, context);
      if (misconfigured !== undefined) {
        note(policy, undefined, misconfigured, 'Forbidden');
        continue;
      }
      for (const binding of bound) {
        if (!matchesRequest(binding.spec?.matchResources ?? {}, attributes, context)) continue;
        const collected = collectParams(policy.spec?.paramKind, binding.spec?.paramRef, attributes.namespace, context);
        if (collected.problem !== undefined) note(policy, binding, `failed to configure binding: ${collected.problem}`, 'Forbidden');
        else for (const params of collected.params) invocations.push({ policy, binding, params });
      }
    }
    const { reinvocation } = attributes;
    const again = new Set<string>();
    let isPatched = false;
    for (const invocation of invocations) {
      const key = keyOf(invocation);
      if (reinvocation !== undefined && !reinvocation.has(key)) continue;
      const outcome = mutate(invocation, attributes, context);
      if (outcome.refusal !== undefined) return outcome.refusal;
      for (const text of outcome.problems) note(invocation.policy, invocation.binding, text, 'Invalid');
      if (outcome.unevaluable !== undefined) attributes.warn(`MutatingAdmissionPolicy '${invocation.policy.metadata.name}' with binding '${invocation.binding.metadata.name}' was not evaluated: ${outcome.unevaluable}`);
      isPatched ||= outcome.isPatched;
      if (outcome.isInvoked && invocation.policy.spec?.reinvocationPolicy === 'IfNeeded') again.add(key);
    }
    if (isPatched) attributes.reinvocation ??= again;
    return problems.length === 0 ? undefined : refusalOf(problems);
  },
};

interface Problem { readonly message: string; readonly reason: 'Invalid' | 'Forbidden' }

function keyOf({ policy, binding, params }: Invocation): string {
  return [policy.metadata.name, binding.metadata.name, params?.metadata.namespace, params?.metadata.name].join('/');
}

/** The first problem is the message; the code stays that of a forbidden request. */
function refusalOf(problems: readonly Problem[]): Refusal {
  const { message, reason } = problems[0]!;
  return { code: 403, reason, message, causes: problems.map((problem) => ({ message: problem.message }) as StatusCause) };
}

interface MutationOutcome {
  /** The conditions hold. */
  isInvoked: boolean;
  /** A mutation was carried out, even if it changed nothing. */
  isPatched: boolean;
  readonly problems: string[];
  unevaluable?: string;
  /** Ends the request, whatever the policy says of failures. */
  refusal?: Refusal;
}

function mutate({ policy, params }: Invocation, attributes: AdmissionAttributes, context: AdmissionContext): MutationOutcome {
  const { shared, mutations } = compiledPolicy(policy);
  const matched = matchesConditions(shared, attributes, params);
  const outcome: MutationOutcome = { isInvoked: matched.matches && matched.error === undefined, isPatched: false, problems: [] };
  if (matched.error?.isUnevaluable === true) outcome.unevaluable = matched.error.message;
  else if (matched.error !== undefined) outcome.problems.push(matched.error.message);
  if (!outcome.isInvoked) return outcome;
  for (const { patchType, expression } of mutations) {
    // Every mutation sees what those before it made of the object.
    const { value, error } = createActivation(shared, attributes, context, params).evaluate(expression);
    if (error !== undefined) {
      if (error.isUnevaluable === true) outcome.unevaluable ??= error.message;
      else outcome.problems.push(error.message.replace(/^compilation error: /, ''));
      continue;
    }
    const result = patchType === 'JSONPatch' ? patched(value, attributes) : applied(value, attributes, context);
    if (result.problem !== undefined) {
      outcome.problems.push(result.problem);
      continue;
    }
    if (patchType === 'JSONPatch' && result.object !== undefined && attributes.kind.definition !== undefined) {
      const decoded = decode(attributes.kind, result.object, { fieldValidation: 'Strict' });
      if ('refusal' in decoded) {
        outcome.refusal = { code: 500, reason: 'InternalError', message: `Internal error occurred: ${decoded.error}`, causes: [{ message: decoded.error } as StatusCause] };
        return outcome;
      }
    }
    outcome.isPatched = true;
    if (result.object === undefined || deepEqual(result.object, attributes.object)) continue;
    replaceObject(attributes.object, result.object);
    attributes.kind.setDefaults?.(attributes.object);
  }
  return outcome;
}

type Patched = { object?: JsonObject; problem?: string };

function patched(value: CelValue, attributes: AdmissionAttributes): Patched {
  const operations: PatchOperation[] = [];
  for (const item of listItems(value) ?? []) {
    const { get } = item as CelStruct;
    const text = (name: string): string => {
      const found = get(name);
      return typeof found === 'string' ? found : '';
    };
    const operand = get('value');
    operations.push({ op: text('op'), path: text('path'), from: text('from'), ...(operand === undefined ? {} : { value: toJson(operand) ?? null }) });
  }
  const outcome = applyJsonPatch(writtenForm(attributes) as unknown as JsonValue, operations);
  if (outcome.problem !== undefined) return { problem: outcome.problem };
  return outcome.value === undefined ? {} : { object: outcome.value as JsonObject };
}

function applied(value: CelValue, attributes: AdmissionAttributes, context: AdmissionContext): Patched {
  const wrongName = misnamedType(value as CelStruct, 'Object');
  if (wrongName !== undefined) return { problem: `type mismatch: ${wrongName}` };
  const configuration = toJson(value) as JsonObject;
  const outcome = applyConfiguration(writtenForm(attributes) as unknown as JsonObject, configuration, mergeNodeFor(attributes, context));
  return outcome.problem === undefined ? { object: outcome.object } : { problem: outcome.problem };
}

/** A message must carry the name of the field it stands in. Source: CheckTypeNamesMatchFieldPathNames */
function misnamedType(value: CelValue, expected: string): string | undefined {
  const items = listItems(value);
  if (items !== undefined) return items.map((item) => misnamedType(item, expected)).find((found) => found !== undefined);
  if (typeof value !== 'object' || value === null || value.tag !== 'struct' || !value.name.startsWith('Object')) return undefined;
  if (value.name !== expected) return `unexpected type name "${value.name}", expected "${expected}", which matches field name path from root Object type`;
  for (const name of value.fieldNames) {
    const field = value.get(name);
    const found = field === undefined ? undefined : misnamedType(field, `${expected}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function mergeNodeFor({ kind }: AdmissionAttributes, { read }: AdmissionContext): MergeNode {
  if (kind.definition !== undefined) return mergeNodeOf(kind.definition);
  const crd = read.getObject('customresourcedefinitions.apiextensions.k8s.io', '', kind.resource) as CustomResourceDefinition | undefined;
  const schema = crd?.spec.versions.find((version) => version.name === kind.version)?.schema?.openAPIV3Schema ?? {};
  const own = mergeNodeOfSchema(schema);
  const meta: MergeNode = mergeNodeOf('ObjectMeta');
  return { kind: 'struct', isAtomic: false, field: (name) => (name === 'metadata' ? meta : name === 'apiVersion' || name === 'kind' ? { kind: 'scalar' } : own.kind === 'struct' ? own.field(name) : undefined) };
}

/** The pipeline's object stays the same object. */
function replaceObject(target: KubernetesObject, source: JsonObject): void {
  const fields = target as unknown as JsonObject;
  for (const name of Object.keys(fields)) if (!Object.hasOwn(source, name)) delete fields[name];
  Object.assign(fields, source);
}

function compiledPolicy(policy: MutatingAdmissionPolicy): CompiledMutatingPolicy {
  const known = compiledPolicies.get(policy);
  if (known !== undefined) return known;
  const spec = policy.spec ?? {};
  const hasParams = spec.paramKind !== undefined;
  const shared = compilePolicy(spec, hasParams);
  const compiled: CompiledMutatingPolicy = {
    shared,
    mutations: (spec.mutations ?? []).map(({ patchType, applyConfiguration: apply, jsonPatch }) => ({
      patchType,
      expression: shared.compile((patchType === 'JSONPatch' ? jsonPatch?.expression : apply?.expression) ?? '', { hasParams, hasAuthorizer: true, isMutation: true }, [patchType === 'JSONPatch' ? 'list(JSONPatch)' : 'Object']),
    })),
  };
  compiledPolicies.set(policy, compiled);
  return compiled;
}
