// What policies, their bindings and webhooks share: rules for requests, selectors, match conditions, and their defaults.
// Source: pkg/apis/admissionregistration/validation/validation.go, pkg/apis/admissionregistration/v1/defaults.go
import { asJson, duplicate, forbidden, invalid, notSupported, required, tooMany, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, type FieldPath } from '../../api/fieldPath.js';
import type { MatchCondition, MatchResources, NamedRuleWithOperations, ParamKind, ParamRef, RuleWithOperations, ValidatingAdmissionPolicyBindingSpec, Variable } from '../../api/types.js';
import { splitApiVersion, type KubernetesObject } from '../../api/meta.js';
import { dns1035LabelMessages, dns1123SubdomainMessages, pathSegmentMessages } from './formats.js';
import { validateLabelSelector } from './labelSelector.js';
import { validateDns1123Subdomain, validateQualifiedName } from './names.js';
import { createPolicyCompiler, type PolicyCompiler, type PolicyScope } from './policyExpressions.js';

/** What happens to a request when a policy or a webhook fails. */
export const FAILURE_POLICIES: readonly string[] = ['Fail', 'Ignore'];
/** Whether rules also mean other versions of what they name. */
export const MATCH_POLICIES: readonly string[] = ['Equivalent', 'Exact'];
/** Whether mutations are made once more after those of others. */
export const REINVOCATION_POLICIES: readonly string[] = ['IfNeeded', 'Never'];
/** The operations of requests. */
const OPERATIONS: readonly string[] = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
/** Those whose objects can be changed: what goes away can't. */
const MUTATING_OPERATIONS: readonly string[] = OPERATIONS.filter((operation) => operation !== 'DELETE');
const SCOPES: readonly string[] = ['*', 'Cluster', 'Namespaced'];
const MAX_MATCH_CONDITIONS = 64;

/** Selectors, match policy and scopes that were left out. */
export function defaultMatchResources(match: MatchResources | undefined): void {
  if (match === undefined) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) rule.scope ??= '*';
}

/** A typed string that must be one of a list; absent is fine. */
export function validateChoice(value: string | undefined, supported: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (value !== undefined && !supported.includes(value)) notSupported(errors, path, asJson(value), supported);
}

/** As `validateChoice`, but the value must be there. */
export function validateRequiredChoice(value: string | undefined, supported: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (value === undefined || value === '') required(errors, path);
  else validateChoice(value, supported, path, errors);
}

/** Which requests a webhook or policy is for. */
export function validateRule(rule: RuleWithOperations, path: FieldPath, errors: FieldErrors): void {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [] } = rule;
  if (operations.length === 0) required(errors, child(path, 'operations'));
  if (operations.length > 1 && operations.includes('*')) invalid(errors, child(path, 'operations'), operations, "if '*' is present, must not specify other operations");
  operations.forEach((operation, index) => validateChoice(operation, OPERATIONS, indexed(child(path, 'operations'), index), errors));
  if (apiGroups.length === 0) required(errors, child(path, 'apiGroups'));
  if (apiGroups.length > 1 && apiGroups.includes('*')) invalid(errors, child(path, 'apiGroups'), apiGroups, "if '*' is present, must not specify other API groups");
  if (apiVersions.length === 0) required(errors, child(path, 'apiVersions'));
  if (apiVersions.length > 1 && apiVersions.includes('*')) invalid(errors, child(path, 'apiVersions'), apiVersions, "if '*' is present, must not specify other API versions");
  apiVersions.forEach((version, index) => { if (version === '') required(errors, indexed(child(path, 'apiVersions'), index)); });
  validateResources(resources, child(path, 'resources'), errors);
  validateChoice(rule.scope, SCOPES, child(path, 'scope'), errors);
}

function validateResources(resources: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (resources.length === 0) required(errors, path);
  const withAnySubresource = new Set<string>();
  const ofAnyResource = new Set<string>();
  let hasPlain = false;
  resources.forEach((text, index) => {
    const at = indexed(path, index);
    if (text === '') { required(errors, at); return; }
    const slash = text.indexOf('/');
    if (slash < 0) { hasPlain = text !== '*'; return; }
    const [resource, subresource] = [text.slice(0, slash), text.slice(slash + 1)];
    if (withAnySubresource.has(resource)) invalid(errors, at, text, `if '${resource}/*' is present, must not specify ${text}`);
    if (ofAnyResource.has(subresource)) invalid(errors, at, text, `if '*/${subresource}' is present, must not specify ${text}`);
    if (subresource === '*') withAnySubresource.add(resource);
    if (resource === '*') ofAnyResource.add(subresource);
  });
  if (resources.length > 1 && resources.includes('*/*')) invalid(errors, path, resources, "if '*/*' is present, must not specify other resources");
  if (resources.includes('*') && hasPlain) invalid(errors, path, resources, "if '*' is present, must not specify other resources without subresources");
}

/** The match part of a policy or binding. */
export function validateMatchResources(match: MatchResources | undefined, path: FieldPath, errors: FieldErrors): void {
  if (match === undefined) return;
  validateChoice(match.matchPolicy, MATCH_POLICIES, child(path, 'matchPolicy'), errors);
  for (const name of ['namespaceSelector', 'objectSelector'] as const) {
    if (match[name] === undefined) required(errors, child(path, name));
    else validateLabelSelector(match[name], child(path, name), errors);
  }
  match.resourceRules?.forEach((rule, index) => validateNamedRule(rule, indexed(child(path, 'resourceRules'), index), errors));
  match.excludeResourceRules?.forEach((rule, index) => validateNamedRule(rule, indexed(child(path, 'excludeResourceRules'), index), errors));
}

function validateNamedRule(rule: NamedRuleWithOperations, path: FieldPath, errors: FieldErrors): void {
  const seen = new Set<string>();
  rule.resourceNames?.forEach((name, index) => {
    const at = indexed(child(path, 'resourceNames'), index);
    for (const message of pathSegmentMessages(name, false)) invalid(errors, at, name, message);
    if (seen.has(name)) duplicate(errors, at, name);
    seen.add(name);
  });
  validateRule(rule, path, errors);
}

/** The operations of rules for mutations; the place of a wrong one has no index. */
export function validateMutatingOperations(match: MatchResources | undefined, path: FieldPath, errors: FieldErrors): void {
  for (const { operations = [] } of match?.resourceRules ?? []) {
    for (const operation of operations) validateChoice(operation, MUTATING_OPERATIONS, child(child(path, 'resourceRules'), 'operations'), errors);
  }
}

const statelessCompiler: PolicyCompiler = createPolicyCompiler(false);

/** Conditions in CEL; they see no variables of the policy. */
export function validateMatchConditions(conditions: readonly MatchCondition[] | undefined, hasParams: boolean, path: FieldPath, errors: FieldErrors): void {
  if (conditions === undefined) return;
  if (conditions.length > MAX_MATCH_CONDITIONS) tooMany(errors, path, conditions.length, MAX_MATCH_CONDITIONS);
  const seen = new Set<string>();
  conditions.forEach((condition, index) => {
    const at = indexed(path, index);
    const expression = (condition.expression ?? '').trim();
    if (expression === '') required(errors, child(at, 'expression'));
    else validateExpression(statelessCompiler, expression, { scope: { hasParams, hasAuthorizer: true }, results: ['bool'] }, child(at, 'expression'), errors);
    const name = condition.name ?? '';
    if (name === '') { required(errors, child(at, 'name')); return; }
    validateQualifiedName(name, child(at, 'name'), errors);
    if (seen.has(name)) duplicate(errors, child(at, 'name'), name);
    seen.add(name);
  });
}

/** Compiles an expression; the error shows the expression. */
export function validateExpression(compiler: PolicyCompiler, expression: string, { scope, results, shown = expression }: { scope: PolicyScope; results: readonly string[]; shown?: string }, path: FieldPath, errors: FieldErrors): void {
  const { problem } = compiler.compile(expression, scope, results);
  if (problem !== undefined) invalid(errors, path, shown, problem);
}

/** The variables of a policy, each visible to those after it. */
export function validateVariables(compiler: PolicyCompiler, variables: readonly Variable[] | undefined, scope: PolicyScope, path: FieldPath, errors: FieldErrors): void {
  variables?.forEach((variable, index) => {
    const at = indexed(path, index);
    const name = variable.name ?? '';
    if (name.trim() === '') required(errors, child(at, 'name'), 'name is not specified');
    else if (!isCelIdentifier(name)) invalid(errors, child(at, 'name'), name, 'must be a valid CEL identifier');
    if ((variable.expression ?? '').trim() === '') { required(errors, child(at, 'expression'), 'expression is not specified'); return; }
    const { problem } = compiler.declare(variable, scope);
    if (problem !== undefined) invalid(errors, child(at, 'expression'), variable.expression, problem);
  });
}

const CEL_RESERVED: ReadonlySet<string> = new Set([
  'true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while',
]);
const isCelIdentifier = (name: string): boolean => /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !CEL_RESERVED.has(name);

/** The kind of the objects that parametrise a policy. */
export function validateParamKind({ apiVersion = '', kind = '' }: ParamKind, path: FieldPath, errors: FieldErrors): void {
  const at = child(path, 'apiVersion');
  if (apiVersion === '') required(errors, at);
  else if (apiVersion.split('/').length > 2) invalid(errors, at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
  else {
    const [group, version] = apiVersion === '/' ? ['', ''] : splitApiVersion(apiVersion);
    const groupMessages = group === '' ? [] : dns1123SubdomainMessages(group);
    if (groupMessages.length > 0) invalid(errors, at, group, groupMessages.join(','));
    const versionMessages = dns1035LabelMessages(version);
    if (version === '') invalid(errors, at, apiVersion, 'version must be specified');
    else if (versionMessages.length > 0) invalid(errors, at, version, versionMessages.join(','));
  }
  const kindMessages = dns1035LabelMessages(kind.toLowerCase());
  if (kind === '') required(errors, child(path, 'kind'));
  else if (kindMessages.length > 0) invalid(errors, child(path, 'kind'), kind, `may have mixed case, but should otherwise match: ${kindMessages.join(',')}`);
}

/** The parameters a binding names or selects. */
function validateParamRef(ref: ParamRef | undefined, path: FieldPath, errors: FieldErrors): void {
  if (ref === undefined) return;
  const both = 'name and selector are mutually exclusive';
  if (ref.name) {
    for (const message of pathSegmentMessages(ref.name, false)) invalid(errors, child(path, 'name'), ref.name, message);
    if (ref.selector !== undefined) forbidden(errors, child(path, 'name'), both);
  }
  if (ref.selector !== undefined) {
    validateLabelSelector(ref.selector, child(path, 'selector'), errors);
    if (ref.name) forbidden(errors, child(path, 'selector'), both);
  }
  if (!ref.name && ref.selector === undefined) required(errors, path, 'one of name or selector must be specified');
  validateRequiredChoice(ref.parameterNotFoundAction, ['Deny', 'Allow'], child(path, 'parameterNotFoundAction'), errors);
}

/** What the bindings of both kinds of policy have. */
type PolicyBindingSpec = Partial<Pick<ValidatingAdmissionPolicyBindingSpec, 'policyName' | 'paramRef' | 'matchResources'>>;

/** What a binding leaves out. */
export function setPolicyBindingDefaults(binding: { spec?: PolicyBindingSpec }): void {
  binding.spec ??= {};
  defaultMatchResources(binding.spec.matchResources);
}

/** The policy a binding is for, its parameters and the requests it narrows down to. */
export function validatePolicyBinding({ policyName, paramRef, matchResources }: PolicyBindingSpec, path: FieldPath, errors: FieldErrors): void {
  if (!policyName) required(errors, child(path, 'policyName'));
  else validateDns1123Subdomain(policyName, child(path, 'policyName'), errors);
  validateParamRef(paramRef, child(path, 'paramRef'), errors);
  validateMatchResources(matchResources, child(path, 'matchResources'), errors);
}

/** Names that end like those of files the server reads at its start. Source: pkg/apis/admissionregistration/validation/static_suffix.go */
export function warningsForStaticName({ metadata: { name = '' } }: KubernetesObject): string[] {
  const isReserved = name.endsWith('.static.k8s.io');
  return isReserved ? ['metadata.name: names ending with ".static.k8s.io" are reserved for static manifest-based configurations and cannot be managed via the API'] : [];
}
