// MutatingAdmissionPolicy: changes in CEL made to every matching object.
// Source: pkg/apis/admissionregistration/{v1/defaults.go,validation/validation.go}
import { invalid, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { MutatingAdmissionPolicy, Mutation } from '../api/types.js';
import { defineKind } from './kind.js';
import {
  defaultMatchResources, FAILURE_POLICIES, REINVOCATION_POLICIES, validateChoice, validateExpression, validateMatchConditions, validateMatchResources,
  validateMutatingOperations, validateParamKind, validateRequiredChoice, validateVariables, warningsForStaticName,
} from './shared/admissionRules.js';
import { createPolicyCompiler, type PolicyCompiler } from './shared/policyExpressions.js';

const PATCH_TYPES: readonly string[] = ['ApplyConfiguration', 'JSONPatch'];

/** The kind MutatingAdmissionPolicy. */
export const mutatingAdmissionPolicy = defineKind<MutatingAdmissionPolicy>('admissionregistration.k8s.io/v1', 'MutatingAdmissionPolicy', {
  allowUnconditionalUpdate: false,
  metadataOnUpdate: 'full',
  warnings: warningsForStaticName,
  hasGeneration: true,
  setDefaults(policy) {
    const spec = (policy.spec ??= {});
    spec.failurePolicy ??= 'Fail';
    defaultMatchResources(spec.matchConstraints);
  },
  validate: validatePolicy,
  validateUpdate: (policy, _old, errors) => validatePolicy(policy, errors),
});

function validatePolicy(policy: MutatingAdmissionPolicy, errors: FieldErrors): void {
  const spec = policy.spec ?? {};
  const path = rootPath('spec');
  const { variables = [], mutations = [] } = spec;
  const hasParams = spec.paramKind !== undefined;
  const compiler = createPolicyCompiler(true);
  validateChoice(spec.failurePolicy, FAILURE_POLICIES, child(path, 'failurePolicy'), errors);
  if (spec.paramKind !== undefined) validateParamKind(spec.paramKind, child(path, 'paramKind'), errors);
  const matchPath = child(path, 'matchConstraints');
  if (spec.matchConstraints === undefined) required(errors, matchPath);
  else {
    validateMatchResources(spec.matchConstraints, matchPath, errors);
    if ((spec.matchConstraints.resourceRules ?? []).length === 0) required(errors, child(matchPath, 'resourceRules'));
    validateMutatingOperations(spec.matchConstraints, matchPath, errors);
  }
  validateMatchConditions(spec.matchConditions, hasParams, child(path, 'matchConditions'), errors);
  validateVariables(compiler, variables, { hasParams, hasAuthorizer: true }, child(path, 'variables'), errors);
  if (mutations.length === 0) required(errors, child(path, 'mutations'), 'mutations must contain at least one item');
  mutations.forEach((mutation, index) => validateMutation(compiler, mutation, hasParams, indexed(child(path, 'mutations'), index), errors));
  validateRequiredChoice(spec.reinvocationPolicy, REINVOCATION_POLICIES, child(path, 'reinvocationPolicy'), errors);
}

function validateMutation(compiler: PolicyCompiler, mutation: Mutation, hasParams: boolean, path: FieldPath, errors: FieldErrors): void {
  const typePath = child(path, 'patchType');
  if (!mutation.patchType) { required(errors, typePath); return; }
  validateChoice(mutation.patchType, PATCH_TYPES, typePath, errors);
  const isApply = mutation.patchType === 'ApplyConfiguration';
  const isPatch = mutation.patchType === 'JSONPatch';
  const wanted = isApply ? mutation.applyConfiguration : isPatch ? mutation.jsonPatch : undefined;
  const [name, otherName] = isApply ? ['applyConfiguration', 'jsonPatch'] : ['jsonPatch', 'applyConfiguration'];
  if (!isApply && !isPatch) return;
  if (wanted === undefined) required(errors, child(path, name), `must be specified when patchType is ${mutation.patchType}`);
  else {
    const at = child(child(path, name), 'expression');
    const expression = (wanted.expression ?? '').trim();
    if (expression === '') required(errors, at);
    else validateExpression(compiler, expression, { scope: { hasParams, hasAuthorizer: true, isMutation: true }, results: [isApply ? 'Object' : 'list(JSONPatch)'] }, at, errors);
  }
  const other = isApply ? mutation.jsonPatch : mutation.applyConfiguration;
  if (other !== undefined) invalid(errors, child(path, otherName), `{${otherName}}`, `must not be specified when patchType is ${mutation.patchType}`);
}
