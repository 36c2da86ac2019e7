// Role: rules within a namespace. Source: pkg/apis/rbac/validation/validation.go (ValidateRole)
import type { FieldErrors } from '../api/fieldError.js';
import type { Role } from '../api/types.js';
import { defineKind } from './kind.js';
import { pathSegment } from './shared/names.js';
import { validatePolicyRules } from './shared/rbac.js';

/** The kind Role. */
export const role = defineKind<Role>('rbac.authorization.k8s.io/v1', 'Role', {
  nameRule: pathSegment,
  metadataOnUpdate: 'both',
  allowCreateOnUpdate: true,
  validate,
  validateUpdate: (object, _old, errors) => validate(object, errors),
});

function validate({ rules }: Role, errors: FieldErrors): void {
  validatePolicyRules(rules, true, errors);
}
