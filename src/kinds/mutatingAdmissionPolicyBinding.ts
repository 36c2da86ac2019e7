// MutatingAdmissionPolicyBinding: puts a mutating policy into force for some requests.
// Source: pkg/apis/admissionregistration/{v1/defaults.go,validation/validation.go}
import type { FieldErrors } from '../api/fieldError.js';
import { child, rootPath } from '../api/fieldPath.js';
import type { MutatingAdmissionPolicyBinding } from '../api/types.js';
import { defineKind } from './kind.js';
import { defaultMatchResources, validateMatchResources, validateParamRef } from './shared/admissionRules.js';
import { validatePolicyName } from './validatingAdmissionPolicyBinding.js';

export const mutatingAdmissionPolicyBinding = defineKind<MutatingAdmissionPolicyBinding>('admissionregistration.k8s.io/v1', 'MutatingAdmissionPolicyBinding', {
  allowUnconditionalUpdate: false,
  hasGeneration: true,
  setDefaults(binding) {
    binding.spec ??= {} as NonNullable<typeof binding.spec>;
    defaultMatchResources(binding.spec.matchResources);
  },
  validate: validateBinding,
  validateUpdate: (binding, _old, errors) => validateBinding(binding, errors),
});

function validateBinding(binding: MutatingAdmissionPolicyBinding, errors: FieldErrors): void {
  const spec: Partial<NonNullable<typeof binding.spec>> = binding.spec ?? {};
  const path = rootPath('spec');
  validatePolicyName(spec.policyName, child(path, 'policyName'), errors);
  validateParamRef(spec.paramRef, child(path, 'paramRef'), errors);
  validateMatchResources(spec.matchResources, child(path, 'matchResources'), errors);
}
