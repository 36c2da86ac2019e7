// ClusterRoleBinding: who has a role in the whole cluster. Source: pkg/apis/rbac/validation/validation.go (ValidateClusterRoleBinding)
import type { ClusterRoleBinding } from '../api/types.js';
import { defineKind } from './kind.js';
import { bindingStrategy } from './shared/rbac.js';

/** The kind ClusterRoleBinding. */
export const clusterRoleBinding = defineKind<ClusterRoleBinding>('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', bindingStrategy(['ClusterRole']));
