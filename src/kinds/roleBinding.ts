// RoleBinding: who has a role in a namespace. Source: pkg/apis/rbac/validation/validation.go (ValidateRoleBinding)
import type { RoleBinding } from '../api/types.js';
import { defineKind } from './kind.js';
import { pathSegment } from './shared/names.js';
import { setBindingDefaults, validateBinding, validateSameRole } from './shared/rbac.js';

const ROLE_KINDS = ['Role', 'ClusterRole'];

/** The kind RoleBinding. */
export const roleBinding = defineKind<RoleBinding>('rbac.authorization.k8s.io/v1', 'RoleBinding', {
  nameRule: pathSegment,
  metadataOnUpdate: 'both',
  allowCreateOnUpdate: true,
  setDefaults: setBindingDefaults,
  validate: (object, errors) => validateBinding(object, ROLE_KINDS, errors),
  validateUpdate(object, old, errors) {
    validateBinding(object, ROLE_KINDS, errors);
    validateSameRole(object, old, errors);
  },
});
