// ValidatingAdmissionPolicyBinding: puts a policy into force for some requests.
// Source: pkg/apis/admissionregistration/{v1/defaults.go,validation/validation.go}
import { asJson, duplicate, invalid, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { ValidatingAdmissionPolicyBinding } from '../api/types.js';
import { defineKind } from './kind.js';
import { setPolicyBindingDefaults, validateChoice, validatePolicyBinding, warningsForStaticName } from './shared/admissionRules.js';

const ACTIONS: readonly string[] = ['Audit', 'Deny', 'Warn'];

/** The kind ValidatingAdmissionPolicyBinding. */
export const validatingAdmissionPolicyBinding = defineKind<ValidatingAdmissionPolicyBinding>('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', {
  allowUnconditionalUpdate: false,
  metadataOnUpdate: 'full',
  warnings: warningsForStaticName,
  hasGeneration: true,
  setDefaults: setPolicyBindingDefaults,
  validate: validateBinding,
  validateUpdate: (binding, _old, errors) => validateBinding(binding, errors),
});

function validateBinding(binding: ValidatingAdmissionPolicyBinding, errors: FieldErrors): void {
  const path = rootPath('spec');
  validatePolicyBinding(binding.spec ?? {}, path, errors);
  validateActions(binding.spec?.validationActions ?? [], child(path, 'validationActions'), errors);
}

function validateActions(actions: readonly string[], path: FieldPath, errors: FieldErrors): void {
  const seen = new Set<string>();
  actions.forEach((action, index) => {
    validateChoice(action, ACTIONS, indexed(path, index), errors);
    if (seen.has(action)) duplicate(errors, indexed(path, index), asJson(action));
    seen.add(action);
  });
  if (seen.has('Deny') && seen.has('Warn')) {
    invalid(errors, path, actions, 'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)');
  }
  if (seen.size === 0) required(errors, path, 'at least one validation action is required');
}
