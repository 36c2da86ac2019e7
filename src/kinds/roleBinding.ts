// RoleBinding: who has a role in a namespace. Source: pkg/apis/rbac/validation/validation.go (ValidateRoleBinding)
import type { RoleBinding } from '../api/types.js';
import { defineKind } from './kind.js';
import { bindingStrategy } from './shared/rbac.js';

/** The kind RoleBinding. */
export const roleBinding = defineKind<RoleBinding>('rbac.authorization.k8s.io/v1', 'RoleBinding', bindingStrategy(['Role', 'ClusterRole']));
