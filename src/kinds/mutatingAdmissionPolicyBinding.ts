// MutatingAdmissionPolicyBinding: puts a mutating policy into force for some requests.
// Source: pkg/apis/admissionregistration/{v1/defaults.go,validation/validation.go}
import type { FieldErrors } from '../api/fieldError.js';
import { child, rootPath } from '../api/fieldPath.js';
import type { MutatingAdmissionPolicyBinding } from '../api/types.js';
import { defineKind } from './kind.js';
import { setPolicyBindingDefaults, validateMutatingOperations, validatePolicyBinding, warningsForStaticName } from './shared/admissionRules.js';

/** The kind MutatingAdmissionPolicyBinding. */
export const mutatingAdmissionPolicyBinding = defineKind<MutatingAdmissionPolicyBinding>('admissionregistration.k8s.io/v1', 'MutatingAdmissionPolicyBinding', {
  allowUnconditionalUpdate: false,
  metadataOnUpdate: 'full',
  warnings: warningsForStaticName,
  hasGeneration: true,
  setDefaults: setPolicyBindingDefaults,
  validate: validateBinding,
  validateUpdate: (binding, _old, errors) => validateBinding(binding, errors),
});

function validateBinding({ spec = {} }: MutatingAdmissionPolicyBinding, errors: FieldErrors): void {
  const path = rootPath('spec');
  validatePolicyBinding(spec, path, errors);
  validateMutatingOperations(spec.matchResources, child(path, 'matchResources'), errors);
}
