// ClusterRoleBinding: who has a role in the whole cluster. Source: pkg/apis/rbac/validation/validation.go (ValidateClusterRoleBinding)
import type { ClusterRoleBinding } from '../api/types.js';
import { defineKind } from './kind.js';
import { pathSegment } from './shared/names.js';
import { setBindingDefaults, validateBinding, validateSameRole } from './shared/rbac.js';

const ROLE_KINDS = ['ClusterRole'];

/** The kind ClusterRoleBinding. */
export const clusterRoleBinding = defineKind<ClusterRoleBinding>('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', {
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
