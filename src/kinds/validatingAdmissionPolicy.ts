// ValidatingAdmissionPolicy: rules in CEL that every matching request must satisfy.
// Source: pkg/apis/admissionregistration/{v1/defaults.go,validation/validation.go}, pkg/registry/admissionregistration/validatingadmissionpolicy/strategy.go
import { asJson, duplicate, invalid, notSupported, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { AuditAnnotation, ValidatingAdmissionPolicy, Validation } from '../api/types.js';
import { byteLength } from '../util/utf8.js';
import { defineKind } from './kind.js';
import {
  defaultMatchResources, FAILURE_POLICIES, validateChoice, validateExpression, validateMatchConditions, validateMatchResources, validateParamKind, validateVariables,
  warningsForStaticName,
} from './shared/admissionRules.js';
import { createPolicyCompiler, type PolicyCompiler } from './shared/policyExpressions.js';
import { validateQualifiedName } from './shared/names.js';

const REASONS: readonly string[] = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const MAX_AUDIT_ANNOTATIONS = 20;
const MAX_VALUE_EXPRESSION_BYTES = 5 * 1024;

/** The kind ValidatingAdmissionPolicy. */
export const validatingAdmissionPolicy = defineKind<ValidatingAdmissionPolicy>('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', {
  allowUnconditionalUpdate: false,
  metadataOnUpdate: 'full',
  warnings: warningsForStaticName,
  hasGeneration: true,
  setDefaults(policy) {
    const spec = (policy.spec ??= {});
    spec.failurePolicy ??= 'Fail';
    defaultMatchResources(spec.matchConstraints);
  },
  prepareForCreate(policy) {
    policy.status = {};
  },
  validate: validatePolicy,
  validateUpdate: (policy, _old, errors) => validatePolicy(policy, errors),
});

function validatePolicy(policy: ValidatingAdmissionPolicy, errors: FieldErrors): void {
  const spec = policy.spec ?? {};
  const path = rootPath('spec');
  const { variables = [], validations = [], auditAnnotations = [] } = spec;
  const hasParams = spec.paramKind !== undefined;
  const compiler = createPolicyCompiler(variables.length > 0);
  validateChoice(spec.failurePolicy, FAILURE_POLICIES, child(path, 'failurePolicy'), errors);
  if (spec.paramKind !== undefined) validateParamKind(spec.paramKind, child(path, 'paramKind'), errors);
  if (spec.matchConstraints === undefined) required(errors, child(path, 'matchConstraints'));
  else {
    validateMatchResources(spec.matchConstraints, child(path, 'matchConstraints'), errors);
    if ((spec.matchConstraints.resourceRules ?? []).length === 0) required(errors, child(child(path, 'matchConstraints'), 'resourceRules'));
  }
  validateMatchConditions(spec.matchConditions, hasParams, child(path, 'matchConditions'), errors);
  validateVariables(compiler, variables, { hasParams, hasAuthorizer: true }, child(path, 'variables'), errors);
  if (validations.length === 0 && auditAnnotations.length === 0) {
    for (const name of ['validations', 'auditAnnotations']) required(errors, child(path, name), 'validations or auditAnnotations must contain at least one item');
    return;
  }
  validations.forEach((validation, index) => validateValidation(compiler, validation, hasParams, indexed(child(path, 'validations'), index), errors));
  const auditPath = child(path, 'auditAnnotations');
  if (auditAnnotations.length > MAX_AUDIT_ANNOTATIONS) {
    invalid(errors, auditPath, asJson(auditAnnotations.map((annotation) => ({ Key: annotation.key ?? '', ValueExpression: annotation.valueExpression ?? '' }))), `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`);
  }
  const keys = new Set<string>();
  auditAnnotations.forEach((annotation, index) => {
    const at = indexed(auditPath, index);
    validateAuditAnnotation(compiler, annotation, { policyName: policy.metadata.name ?? '', hasParams }, at, errors);
    if (keys.has(annotation.key)) duplicate(errors, child(at, 'key'), annotation.key);
    keys.add(annotation.key);
  });
}

const hasNewlines = (text: string): boolean => /[\n\r]/.test(text);

function validateValidation(compiler: PolicyCompiler, validation: Validation, hasParams: boolean, path: FieldPath, errors: FieldErrors): void {
  const { expression = '', message = '', messageExpression = '' } = validation;
  if (expression.trim() === '') required(errors, child(path, 'expression'), 'expression is not specified');
  else validateExpression(compiler, expression, { scope: { hasParams, hasAuthorizer: true }, results: ['bool'] }, child(path, 'expression'), errors);
  if (messageExpression !== '' && messageExpression.trim() === '') invalid(errors, child(path, 'messageExpression'), messageExpression, 'must be non-empty if specified');
  else if (messageExpression !== '') validateExpression(compiler, messageExpression, { scope: { hasParams, hasAuthorizer: false }, results: ['string'] }, child(path, 'messageExpression'), errors);
  if (message !== '' && message.trim() === '') invalid(errors, child(path, 'message'), message, 'must be non-empty if specified');
  else if (hasNewlines(message.trim())) invalid(errors, child(path, 'message'), message, 'must not contain line breaks');
  if (validation.reason !== undefined && !REASONS.includes(validation.reason)) notSupported(errors, child(path, 'reason'), asJson(validation.reason), REASONS);
}

function validateAuditAnnotation(compiler: PolicyCompiler, { key = '', valueExpression = '' }: AuditAnnotation, { policyName, hasParams }: { policyName: string; hasParams: boolean }, path: FieldPath, errors: FieldErrors): void {
  if (policyName === '') invalid(errors, child(path, 'key'), key, 'requires metadata.name be non-empty');
  else validateQualifiedName(`${policyName}/${key}`, child(path, 'key'), errors);
  const trimmed = valueExpression.trim();
  const at = child(path, 'valueExpression');
  if (trimmed === '') required(errors, at, 'valueExpression is not specified');
  else if (byteLength(trimmed) > MAX_VALUE_EXPRESSION_BYTES) required(errors, at, `must not exceed ${MAX_VALUE_EXPRESSION_BYTES} bytes in length`);
  else validateExpression(compiler, trimmed, { scope: { hasParams, hasAuthorizer: true }, results: ['string', 'null_type'], shown: valueExpression }, at, errors);
}
