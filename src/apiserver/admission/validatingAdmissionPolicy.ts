// Admission by ValidatingAdmissionPolicies and their bindings.
// Source: apiserver/pkg/admission/plugin/policy/validating/{dispatcher,validator}.go
import type { StatusCause } from '../../api/meta.js';
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../../api/types.js';
import type { Refusal } from '../refusal.js';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from './admission.js';
import { collectParams, compilePolicy, createActivation, matchesConditions, paramKindProblem, textResult, type CompiledExpression, type CompiledPolicy } from './policyEvaluation.js';
import { isOpenToPolicies, matchesRequest } from './requestMatching.js';

const MAX_MESSAGE_BYTES = 5 * 1024;
const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Invalid: 422, RequestEntityTooLarge: 413, Unauthorized: 401 };

interface CompiledValidation { readonly expression: CompiledExpression; readonly message: CompiledExpression | undefined; readonly fixedMessage: string; readonly reason: string }
interface CompiledValidatingPolicy { readonly shared: CompiledPolicy; readonly validations: readonly CompiledValidation[]; readonly annotations: readonly CompiledExpression[] }

/** What one validation says no with. */
interface Denial { readonly message: string; readonly reason: string }

const compiledPolicies = new WeakMap<ValidatingAdmissionPolicy, CompiledValidatingPolicy>();

/** Refuses what ValidatingAdmissionPolicies deny. */
export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  validate(attributes, context) {
    const policies = context.read.list('validatingadmissionpolicies.admissionregistration.k8s.io');
    if (policies.length === 0 || !isOpenToPolicies(attributes)) return undefined;
    const bindings = context.read.list('validatingadmissionpolicybindings.admissionregistration.k8s.io');
    let refusal: Refusal | undefined;
    for (const policy of policies) {
      const bound = bindings.filter((binding) => binding.spec?.policyName === policy.metadata.name);
      if (bound.length === 0 || !matchesRequest(policy.spec?.matchConstraints ?? {}, attributes, context)) continue;
      const problem = paramKindProblem(policy.spec?.paramKind, context);
      if (problem !== undefined) {
        if (policy.spec?.failurePolicy !== 'Ignore') refusal ??= refusalOf(attributes, `ValidatingAdmissionPolicy '${policy.metadata.name ?? ''}'`, { message: problem, reason: 'Invalid' });
        continue;
      }
      for (const binding of bound) {
        if (!matchesRequest(binding.spec?.matchResources ?? {}, attributes, context)) continue;
        const denied = applyBinding(policy, binding, attributes, context);
        refusal ??= denied;
      }
    }
    return refusal;
  },
};

/** The refusal of a request that `who` denies. */
function refusalOf({ kind, object, name }: AdmissionAttributes, who: string, { message, reason }: Denial): Refusal {
  const text = `${who} denied request: ${message}`;
  const shown = name || object.metadata.name || object.metadata.generateName || 'Unknown';
  return {
    code: CODES[reason] ?? 422, reason, message: `${kind.resource} ${JSON.stringify(shown)} is forbidden: ${text}`,
    // The server gives this cause neither a reason nor a field.
    causes: [{ message: text } as StatusCause],
  };
}

/** Evaluates a policy as one binding wants it: warns, and returns the refusal if there is one. */
function applyBinding(policy: ValidatingAdmissionPolicy, binding: ValidatingAdmissionPolicyBinding, attributes: AdmissionAttributes, context: AdmissionContext): Refusal | undefined {
  const policyName = policy.metadata.name ?? '';
  const bindingName = binding.metadata.name ?? '';
  const refuse = (denial: Denial): Refusal => refusalOf(attributes, `ValidatingAdmissionPolicy '${policyName}' with binding '${bindingName}'`, denial);
  const isIgnored = policy.spec?.failurePolicy === 'Ignore';
  const collected = collectParams(policy.spec?.paramKind, binding.spec?.paramRef, attributes.namespace, context);
  if (collected.problem !== undefined) return isIgnored ? undefined : refuse({ message: `failed to configure binding: ${collected.problem}`, reason: 'Invalid' });
  const actions = binding.spec?.validationActions ?? [];
  let refusal: Refusal | undefined;
  for (const params of collected.params) {
    const outcome = evaluatePolicy(policy, attributes, context, params);
    for (const text of outcome.unevaluable) attributes.warn(`ValidatingAdmissionPolicy '${policyName}' with binding '${bindingName}' was not evaluated: ${text}`);
    for (const denial of outcome.denials) {
      if (actions.includes('Warn')) attributes.warn(`Validation failed for ValidatingAdmissionPolicy '${policyName}' with binding '${bindingName}': ${denial.message}`);
      if (actions.includes('Deny')) refusal ??= refuse(denial);
    }
    const [annotationError] = outcome.annotationErrors;
    if (annotationError !== undefined) refusal ??= refuse({ message: annotationError, reason: 'Invalid' });
  }
  return refusal;
}

/** What a policy says about a request. `unevaluable` holds what only a real cluster could have answered. */
interface PolicyOutcome { readonly denials: readonly Denial[]; readonly annotationErrors: readonly string[]; readonly unevaluable: readonly string[] }

function evaluatePolicy(policy: ValidatingAdmissionPolicy, attributes: AdmissionAttributes, context: AdmissionContext, params: Parameters<typeof createActivation>[3]): PolicyOutcome {
  const { shared, validations, annotations } = compiledPolicy(policy);
  const isIgnored = policy.spec?.failurePolicy === 'Ignore';
  const activation = createActivation(shared, attributes, context, params);
  const denials: Denial[] = [];
  const annotationErrors: string[] = [];
  const unevaluable: string[] = [];
  const failed = (error: { message: string; isUnevaluable?: boolean }): void => {
    if (error.isUnevaluable === true) unevaluable.push(error.message);
    else if (!isIgnored) denials.push({ message: error.message, reason: 'Invalid' });
  };
  const matched = matchesConditions(shared, attributes, params);
  if (matched.error !== undefined) failed(matched.error);
  if (!matched.matches) return { denials, annotationErrors, unevaluable };
  for (const { expression, message, fixedMessage, reason } of validations) {
    const { value, error } = activation.evaluate(expression);
    if (error !== undefined) { failed(error); continue; }
    if (value === true) continue;
    let text = message === undefined ? '' : (textResult(activation.evaluate(message).value) ?? '').trim();
    if (text.length > MAX_MESSAGE_BYTES || text.includes('\n')) text = '';
    denials.push({ message: text || fixedMessage || `failed expression: ${expression.source.trim()}`, reason });
  }
  for (const annotation of annotations) {
    const { error } = activation.evaluate(annotation);
    if (error === undefined || isIgnored) continue;
    if (error.isUnevaluable === true) unevaluable.push(error.message);
    else annotationErrors.push(error.message);
  }
  return { denials, annotationErrors, unevaluable };
}

function compiledPolicy(policy: ValidatingAdmissionPolicy): CompiledValidatingPolicy {
  const known = compiledPolicies.get(policy);
  if (known !== undefined) return known;
  const spec = policy.spec ?? {};
  const hasParams = spec.paramKind !== undefined;
  const shared = compilePolicy(spec, hasParams);
  const compiled: CompiledValidatingPolicy = {
    shared,
    validations: (spec.validations ?? []).map((validation) => ({
      expression: shared.compile(validation.expression, { hasParams, hasAuthorizer: true }, ['bool']),
      message: validation.messageExpression ? shared.compile(validation.messageExpression, { hasParams, hasAuthorizer: false }, ['string']) : undefined,
      fixedMessage: (validation.message ?? '').trim(),
      reason: validation.reason ?? 'Invalid',
    })),
    annotations: (spec.auditAnnotations ?? []).map((annotation) => shared.compile(annotation.valueExpression.trim(), { hasParams, hasAuthorizer: true }, ['string', 'null_type'])),
  };
  compiledPolicies.set(policy, compiled);
  return compiled;
}
