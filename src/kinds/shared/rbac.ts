// Rules, subjects and role references of role-based access control. Source: pkg/apis/rbac/validation/validation.go
import { asJson, invalid, notSupported, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, rootPath, type FieldPath } from '../../api/fieldPath.js';
import type { KubernetesObject } from '../../api/meta.js';
import type { PolicyRule, RbacSubject, RoleRef } from '../../api/types.js';
import type { Strategy } from '../kind.js';
import { semanticEqual, validateNonempty } from './checks.js';
import { pathSegmentMessages } from './formats.js';
import { asInternal, type GoLayout } from './internalForm.js';
import { invalidEach, pathSegment, validateDns1123Subdomain } from './names.js';

/** The API group of roles. */
const RBAC_GROUP = 'rbac.authorization.k8s.io';

const ROLE_REF: GoLayout = [['APIGroup', 'apiGroup', 'string'], ['Kind', 'kind', 'string'], ['Name', 'name', 'string']];

/** Checks the rules of a role. */
export function validatePolicyRules(rules: readonly PolicyRule[] | undefined, isNamespaced: boolean, errors: FieldErrors): void {
  rules?.forEach((rule, index) => validatePolicyRule(rule, isNamespaced, indexed(rootPath('rules'), index), errors));
}

function validatePolicyRule(rule: PolicyRule, isNamespaced: boolean, path: FieldPath, errors: FieldErrors): void {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  if (verbs.length === 0) required(errors, child(path, 'verbs'), 'verbs must contain at least one value');
  if (nonResourceURLs.length > 0) {
    const urls = child(path, 'nonResourceURLs');
    if (isNamespaced) invalid(errors, urls, asJson(nonResourceURLs), 'namespaced rules cannot apply to non-resource URLs');
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0) {
      invalid(errors, urls, asJson(nonResourceURLs), 'rules cannot apply to both regular resources and non-resource URLs');
    }
    return;
  }
  if (apiGroups.length === 0) required(errors, child(path, 'apiGroups'), 'resource rules must supply at least one api group');
  if (resources.length === 0) required(errors, child(path, 'resources'), 'resource rules must supply at least one resource');
}

/** What a binding holds. */
interface Binding {
  roleRef?: RoleRef;
  subjects?: RbacSubject[];
}

/** The strategy of bindings to roles of these kinds. Source: pkg/registry/rbac/{rolebinding,clusterrolebinding}/strategy.go */
export function bindingStrategy<T extends KubernetesObject & Binding>(roleKinds: readonly string[]): Strategy<T> {
  return {
    nameRule: pathSegment,
    metadataOnUpdate: 'both',
    allowCreateOnUpdate: true,
    setDefaults: setBindingDefaults,
    validate: (object, errors) => validateBinding(object, roleKinds, errors),
    validateUpdate(object, old, errors) {
      validateBinding(object, roleKinds, errors);
      validateSameRole(object, old, errors);
    },
  };
}

/** The group of a reference and of subjects goes without saying. Source: pkg/apis/rbac/v1/defaults.go */
function setBindingDefaults({ roleRef, subjects }: Binding): void {
  if (roleRef !== undefined) roleRef.apiGroup ||= RBAC_GROUP;
  for (const subject of subjects ?? []) if (!subject.apiGroup && (subject.kind === 'User' || subject.kind === 'Group')) subject.apiGroup = RBAC_GROUP;
}

function validateBinding({ roleRef, subjects }: Binding, roleKinds: readonly string[], errors: FieldErrors): void {
  const path = rootPath('roleRef');
  const { apiGroup = '', kind = '', name = '' } = roleRef ?? ({} as Partial<RoleRef>);
  if (apiGroup !== RBAC_GROUP) notSupported(errors, child(path, 'apiGroup'), apiGroup, [RBAC_GROUP]);
  if (!roleKinds.includes(kind)) notSupported(errors, child(path, 'kind'), kind, roleKinds);
  validateNonempty(name, child(path, 'name'), errors);
  if (name !== '') invalidEach(errors, child(path, 'name'), name, pathSegmentMessages(name, false));
  const isNamespaced = roleKinds.includes('Role');
  subjects?.forEach((subject, index) => validateSubject(subject, isNamespaced, indexed(rootPath('subjects'), index), errors));
}

function validateSubject({ kind = '', name = '', namespace, apiGroup = '' }: RbacSubject, isNamespaced: boolean, path: FieldPath, errors: FieldErrors): void {
  validateNonempty(name, child(path, 'name'), errors);
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') validateDns1123Subdomain(name, child(path, 'name'), errors);
      if (apiGroup !== '') notSupported(errors, child(path, 'apiGroup'), apiGroup, ['']);
      if (!isNamespaced) validateNonempty(namespace, child(path, 'namespace'), errors);
      break;
    case 'User':
    case 'Group':
      if (apiGroup !== RBAC_GROUP) notSupported(errors, child(path, 'apiGroup'), apiGroup, [RBAC_GROUP]);
      break;
    default:
      notSupported(errors, child(path, 'kind'), kind, ['ServiceAccount', 'User', 'Group']);
  }
}

/** A binding stays with its role. */
function validateSameRole(object: Binding, old: Binding, errors: FieldErrors): void {
  if (!semanticEqual(object.roleRef, old.roleRef)) invalid(errors, rootPath('roleRef'), asInternal(ROLE_REF, object.roleRef ?? {}), 'cannot change roleRef');
}
