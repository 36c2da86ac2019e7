// Roles and bindings.
import { describe, test } from 'vitest';
import { expectStored, expectUpdateVerdict, expectVerdict } from './verdicts.js';

const object = (kind: string, fields: object): object => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata: { name: 'System:x' }, ...fields });
const rules = (rule: object): object => ({ rules: [rule] });
const ROLE_REF = { kind: 'ClusterRole', name: 'admin' };

describe('roles', () => {
  test.each<[string, object, string]>([
    ['a rule about nothing', object('Role', rules({ verbs: ['get'] })),
      '[rules[0].apiGroups: Required value: resource rules must supply at least one api group, rules[0].resources: Required value: resource rules must supply at least one resource]'],
    ['URLs in a namespace', object('Role', rules({ verbs: ['get'], nonResourceURLs: ['/x'] })), 'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs'],
    ['URLs and resources', object('ClusterRole', rules({ verbs: ['get'], nonResourceURLs: ['/x'], resources: ['pods'] })), 'rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs'],
    ['an empty aggregation', object('ClusterRole', { aggregationRule: {} }), 'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil'],
  ])('%s', (_title, role, verdict) => expectVerdict(role, verdict));
});

describe('bindings', () => {
  test.each<[string, object, string]>([
    ['a role for the whole cluster', object('ClusterRoleBinding', { roleRef: { kind: 'Role', name: 'r' } }), 'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"'],
    ['an account of nowhere', object('ClusterRoleBinding', { roleRef: ROLE_REF, subjects: [{ kind: 'ServiceAccount', name: 'a' }] }), 'subjects[0].namespace: Required value'],
    ['an account of this namespace', object('RoleBinding', { roleRef: ROLE_REF, subjects: [{ kind: 'ServiceAccount', name: 'a' }] }), 'accepted'],
    ['a subject of no kind', object('RoleBinding', { roleRef: ROLE_REF, subjects: [{ name: 'a', kind: '' }] }), 'subjects[0].kind: Unsupported value: "": supported values: "ServiceAccount", "User", "Group"'],
  ])('%s', (_title, binding, verdict) => expectVerdict(binding, verdict));
  test('groups go without saying', () => {
    expectStored(object('RoleBinding', { roleRef: ROLE_REF, subjects: [{ kind: 'User', name: 'a' }] }), { roleRef: { apiGroup: 'rbac.authorization.k8s.io' }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io' }] });
  });
  test('the role stays', () => {
    expectUpdateVerdict(object('RoleBinding', { roleRef: ROLE_REF }), object('RoleBinding', { roleRef: { kind: 'Role', name: 'b' } }), 'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"b"}: cannot change roleRef');
  });
});
