// Policies in CEL at work: what expressions see of a request, match conditions, variables, parameters.
// Source: apiserver/pkg/admission/plugin/cel/{activation,condition,composition}.go, plugin/policy/generic/policy_dispatcher.go
import { labelSelectorMatches } from '../../api/labelSelector.js';
import { splitApiVersion, type KubernetesObject } from '../../api/meta.js';
import type { JsonValue, MatchCondition, ParamKind, ParamRef, Variable } from '../../api/types.js';
import { celError, fromJson, type CelError, type CelStruct, type CelValue } from '../../cel/celValue.js';
import { unknownAuthorizer } from '../../cel/library/kubernetes.js';
import { createPolicyCompiler, type PolicyExpression, type PolicyScope } from '../../kinds/shared/policyExpressions.js';
import { deepCopy } from '../../util/objects.js';
import { serialiseForComparison } from '../serialise.js';
import type { AdmissionAttributes, AdmissionContext } from './admission.js';

/** A compiled expression with its source. */
export interface CompiledExpression { readonly source: string; readonly compiled: PolicyExpression }

/** The parts that validating and mutating policies share, compiled. */
export interface CompiledPolicy {
  readonly variables: readonly { readonly name: string; readonly expression: CompiledExpression }[];
  readonly conditions: readonly { readonly name: string; readonly expression: CompiledExpression }[];
  compile(source: string, scope: PolicyScope, results: readonly string[]): CompiledExpression;
}

/** Compiles variables and conditions of a policy; a problem shows when the expression is evaluated. */
export function compilePolicy(spec: { variables?: readonly Variable[]; matchConditions?: readonly MatchCondition[] }, hasParams: boolean): CompiledPolicy {
  const scope: PolicyScope = { hasParams, hasAuthorizer: true };
  const compiler = createPolicyCompiler(true);
  const variables = (spec.variables ?? []).map((variable) => ({ name: variable.name, expression: { source: variable.expression, compiled: compiler.declare(variable, scope) } }));
  const compile: CompiledPolicy['compile'] = (source, expressionScope, results) => ({ source, compiled: compiler.compile(source, expressionScope, results) });
  const conditions = (spec.matchConditions ?? []).map((condition) => ({ name: condition.name, expression: compile(condition.expression, scope, ['bool']) }));
  return { variables, conditions, compile };
}

/** One request as expressions see it; `variables` are computed when first used. */
export interface PolicyActivation { evaluate(expression: CompiledExpression): { value: CelValue; error?: undefined } | { value?: undefined; error: CelError } }

/** Makes the activation of one policy for one parameter. */
export function createActivation(policy: CompiledPolicy, attributes: AdmissionAttributes, context: AdmissionContext, params: KubernetesObject | undefined): PolicyActivation {
  return activationOf(policy, attributes, params, () => namespaceValue(attributes, context));
}

function activationOf(policy: CompiledPolicy, attributes: AdmissionAttributes, params: KubernetesObject | undefined, namespaceObject: () => CelValue): PolicyActivation {
  const bindings = new Map<string, CelValue>();
  const lazily = (name: string, make: () => CelValue): CelValue => {
    const known = bindings.get(name);
    if (known !== undefined) return known;
    const made = make();
    bindings.set(name, made);
    return made;
  };
  const resolve = (name: string): CelValue | undefined => {
    switch (name) {
      case 'object': return lazily(name, () => (attributes.operation === 'DELETE' ? null : asCel(writtenForm(attributes))));
      case 'oldObject': return lazily(name, () => (attributes.old === undefined ? null : asCel(attributes.old)));
      case 'params': return params === undefined ? null : lazily(name, () => asCel(params));
      case 'request': return lazily(name, () => requestValue(attributes));
      case 'namespaceObject': return lazily(name, namespaceObject);
      case 'variables': return lazily(name, () => variablesValue(policy, evaluate));
      case 'authorizer': case 'authorizer.requestResource': return unknownAuthorizer;
      default: return undefined;
    }
  };
  const evaluate: PolicyActivation['evaluate'] = ({ source, compiled }) => {
    if (compiled.program === undefined) return { error: celError(`compilation error: ${compiled.problem}`) };
    const { value, error } = compiled.program.evaluate(resolve);
    if (error === undefined) return { value: value ?? null };
    return { error: { ...error, message: `expression '${source}' resulted in error: ${error.message}` } };
  };
  return { evaluate };
}

/** The object of a request as Go would write it: empty lists and maps that came in the body are not there. */
export function writtenForm({ kind, object }: AdmissionAttributes): KubernetesObject {
  if (kind.definition === undefined || Object.isFrozen(object)) return object;
  const copy = deepCopy(object);
  serialiseForComparison(kind.definition, copy);
  return copy;
}

const asCel = (object: KubernetesObject): CelValue => fromJson(object as unknown as JsonValue);

function variablesValue(policy: CompiledPolicy, evaluate: PolicyActivation['evaluate']): CelStruct {
  const computed = new Map<string, CelValue>();
  const byName = new Map(policy.variables.map((variable) => [variable.name, variable.expression]));
  return {
    tag: 'struct',
    name: 'kubernetes.variables',
    fieldNames: Array.from(byName.keys()),
    get(name) {
      const known = computed.get(name);
      if (known !== undefined) return known;
      const expression = byName.get(name);
      if (expression === undefined) return undefined;
      const { value, error } = evaluate(expression);
      // The error of a variable is that of its use, with the variable named.
      const result = error === undefined ? value : { ...error, message: `composited variable "${name}" fails to ${expression.compiled.program === undefined ? 'compile' : 'evaluate'}: ${plainError(error, expression)}` };
      computed.set(name, result);
      return result;
    },
  };
}

function plainError(error: CelError, { source }: CompiledExpression): string {
  const prefix = `expression '${source}' resulted in error: `;
  return error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message.replace(/^compilation error: /, '');
}

/** Who asks: the user of kubectl is an administrator, components have their own accounts. */
function userOf(actor: string): JsonValue {
  if (actor === 'kubectl') return { username: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] };
  const isComponent = /^(scheduler|kubelet|kube-)/.test(actor);
  return isComponent
    ? { username: `system:kube-${actor.replace(/^kube-/, '')}`, groups: ['system:authenticated'] }
    : { username: `system:serviceaccount:kube-system:${actor}`, groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'] };
}

function requestValue({ kind, operation, subresource, name, namespace, dryRun, actor }: AdmissionAttributes): CelValue {
  const groupVersionKind: JsonValue = { group: kind.group, version: kind.version, kind: kind.kind };
  const groupVersionResource: JsonValue = { group: kind.group, version: kind.version, resource: kind.plural };
  const optionsKind = operation === 'CREATE' ? 'CreateOptions' : operation === 'UPDATE' ? 'UpdateOptions' : 'DeleteOptions';
  return fromJson({
    uid: '', kind: groupVersionKind, resource: groupVersionResource, requestKind: groupVersionKind, requestResource: groupVersionResource, operation,
    userInfo: userOf(actor), dryRun, options: { apiVersion: 'meta.k8s.io/v1', kind: optionsKind, ...(dryRun ? { dryRun: ['All'] } : {}) },
    ...(subresource === '' ? {} : { subResource: subresource, requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? (kind.resource === 'namespaces' && name !== '' ? { namespace: name } : {}) : { namespace }),
  });
}

/** Only some fields of the namespace are shown. Source: CreateNamespaceObject */
function namespaceValue({ kind, namespace }: AdmissionAttributes, { read }: AdmissionContext): CelValue {
  const found = namespace === '' || kind.resource === 'namespaces' ? undefined : read.get('namespaces', '', namespace);
  if (found === undefined) return null;
  const { name, labels, annotations, creationTimestamp, uid, resourceVersion, generation, finalizers, deletionTimestamp } = found.metadata;
  const metadata = Object.fromEntries(Object.entries({ name, labels, annotations, creationTimestamp, uid, resourceVersion, generation, finalizers, deletionTimestamp }).filter(([, value]) => value !== undefined));
  return fromJson({ metadata: metadata as JsonValue, spec: (found.spec ?? {}) as JsonValue, status: (found.status ?? {}) as JsonValue });
}

/** Whether the conditions hold; an error if one can't be told and none is false. They see no namespace. Source: plugin/webhook/matchconditions/matcher.go (Match) */
export function matchesConditions(policy: CompiledPolicy, attributes: AdmissionAttributes, params: KubernetesObject | undefined): { matches: boolean; error?: CelError } {
  if (policy.conditions.length === 0) return { matches: true };
  const activation = activationOf(policy, attributes, params, () => null);
  const errors: CelError[] = [];
  for (const { expression } of policy.conditions) {
    const { value, error } = activation.evaluate(expression);
    if (error !== undefined) errors.push(error);
    else if (value === false) return { matches: false };
  }
  const [first] = errors;
  if (first === undefined) return { matches: true };
  const texts = errors.map(({ message }) => message);
  return { matches: false, error: { ...(errors.find(({ isUnevaluable }) => isUnevaluable === true) ?? first), message: texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]` } };
}

/** Why no binding of the policy can have parameters: their kind is not served. Source: plugin/policy/generic/policy_source.go (ensureParamsForPolicyLocked) */
export function paramKindProblem(paramKind: ParamKind | undefined, { kindOf }: AdmissionContext): string | undefined {
  if (paramKind === undefined) return undefined;
  const { apiVersion = '', kind = '' } = paramKind;
  if (kindOf(apiVersion, kind) !== undefined) return undefined;
  const [group, version] = splitApiVersion(apiVersion);
  return `failed to configure policy: failed to find resource referenced by paramKind: '${group}/${version}, Kind=${kind}'`;
}

/** The parameters a binding gives its policy: one undefined when the policy has none; or what is wrong. */
export function collectParams(paramKind: ParamKind | undefined, ref: ParamRef | undefined, requestNamespace: string, { read, kindOf }: AdmissionContext): { params: readonly (KubernetesObject | undefined)[]; problem?: undefined } | { problem: string } {
  if (paramKind === undefined || ref === undefined) return { params: [undefined] };
  const { apiVersion = '', kind = '' } = paramKind;
  const served = kindOf(apiVersion, kind);
  if (served === undefined) return { problem: `paramKind kind \`${kind}\` not known` };
  if (!served.namespaced && ref.namespace) return { problem: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`' };
  const namespace = served.namespaced ? (ref.namespace || requestNamespace) : '';
  if (served.namespaced && namespace === '') return { problem: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources' };
  const named = ref.name ? read.getObject(served.resource, namespace, ref.name) : undefined;
  const params = ref.name
    ? (named === undefined ? [] : [named])
    : read.listObjects(served.resource, namespace).filter((object) => labelSelectorMatches(ref.selector, object.metadata.labels));
  if (params.length === 0 && ref.parameterNotFoundAction === 'Deny') return { problem: 'no params found for policy binding with `Deny` parameterNotFoundAction' };
  return { params };
}

/** A result that is the text wanted, or undefined. */
export const textResult = (value: CelValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
