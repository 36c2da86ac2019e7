// The rules of flow schemas: who, and which requests. Source: pkg/apis/flowcontrol/validation/validation.go
import { asJson, forbidden, invalid, notSupported, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, type FieldPath } from '../../api/fieldPath.js';
import type { FlowcontrolSubject, NonResourcePolicyRule, PolicyRulesWithSubjects, ResourcePolicyRule } from '../../api/types.js';
import { dns1123LabelMessages } from './formats.js';
import { invalidEach, validateDns1123Label, validateDns1123Subdomain } from './names.js';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const MEMBERS = [['serviceAccount', 'ServiceAccount'], ['user', 'User'], ['group', 'Group']] as const;

/** Checks one entry of `rules`. */
export function validatePolicyRulesWithSubjects(rule: PolicyRulesWithSubjects, path: FieldPath, errors: FieldErrors): void {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  if (subjects.length === 0) required(errors, child(path, 'subjects'), 'subjects must contain at least one value');
  subjects.forEach((subject, index) => validateSubject(subject, indexed(child(path, 'subjects'), index), errors));
  if (resourceRules.length === 0 && nonResourceRules.length === 0) required(errors, path, 'at least one of resourceRules and nonResourceRules has to be non-empty');
  resourceRules.forEach((entry, index) => validateResourceRule(entry, indexed(child(path, 'resourceRules'), index), errors));
  nonResourceRules.forEach((entry, index) => validateNonResourceRule(entry, indexed(child(path, 'nonResourceRules'), index), errors));
}

function validateSubject(subject: FlowcontrolSubject, path: FieldPath, errors: FieldErrors): void {
  const { kind = '', user, group, serviceAccount } = subject;
  if (!MEMBERS.some(([, name]) => name === kind)) return notSupported(errors, child(path, 'kind'), kind, ['Group', 'ServiceAccount', 'User']);
  for (const [field, name] of MEMBERS) {
    if (name !== kind) continue;
    const at = child(path, field);
    if (subject[field] === undefined) required(errors, at, `${field} is required when subject kind is '${name}'`);
    else if (field === 'serviceAccount') validateServiceAccount(serviceAccount, at, errors);
    else if (!(field === 'user' ? user : group)?.name) required(errors, child(at, 'name'));
  }
  for (const [field, name] of MEMBERS) if (name !== kind && subject[field] !== undefined) forbidden(errors, child(path, field), `${field} is forbidden when subject kind is not '${name}'`);
}

function validateServiceAccount(account: FlowcontrolSubject['serviceAccount'], path: FieldPath, errors: FieldErrors): void {
  const { name = '', namespace = '' } = account ?? {};
  if (name === '') required(errors, child(path, 'name'));
  else if (name !== '*') validateDns1123Subdomain(name, child(path, 'name'), errors);
  if (namespace === '') required(errors, child(path, 'namespace'), 'must specify namespace for service account');
  else validateDns1123Label(namespace, child(path, 'namespace'), errors);
}

function validateList(list: readonly string[], path: FieldPath, errors: FieldErrors, texts: { missing: string; others: string }): void {
  if (list.length === 0) required(errors, path, texts.missing);
  else if (list.length > 1 && list.includes('*')) invalid(errors, path, asJson(list), `if '*' is present, must not specify other ${texts.others}`);
}

function validateVerbs(verbs: readonly string[], path: FieldPath, errors: FieldErrors): void {
  validateList(verbs, path, errors, { missing: 'verbs must contain at least one value', others: 'verbs' });
  if (!verbs.includes('*') && verbs.some((verb) => !VERBS.includes(verb))) notSupported(errors, path, asJson(verbs), VERBS);
}

function validateResourceRule(rule: ResourcePolicyRule, path: FieldPath, errors: FieldErrors): void {
  const { verbs = [], apiGroups = [], resources = [], namespaces = [], clusterScope = false } = rule;
  validateVerbs(verbs, child(path, 'verbs'), errors);
  validateList(apiGroups, child(path, 'apiGroups'), errors, { missing: 'resource rules must supply at least one api group', others: 'api groups' });
  validateList(resources, child(path, 'resources'), errors, { missing: 'resource rules must supply at least one resource', others: 'resources' });
  const at = child(path, 'namespaces');
  if (namespaces.length === 0) {
    if (!clusterScope) required(errors, at, 'resource rules that are not cluster scoped must supply at least one namespace');
  } else if (namespaces.includes('*')) {
    if (namespaces.length > 1) invalid(errors, at, asJson(namespaces), "if '*' is present, must not specify other namespaces");
  } else {
    namespaces.forEach((namespace, index) => {
      const messages = dns1123LabelMessages(namespace).map((message) => `each member of this list must be '*' or a DNS-1123 label; ${message}`);
      invalidEach(errors, indexed(at, index), namespace, messages);
    });
  }
}

function validateNonResourceRule({ verbs = [], nonResourceURLs = [] }: NonResourcePolicyRule, path: FieldPath, errors: FieldErrors): void {
  validateVerbs(verbs, child(path, 'verbs'), errors);
  validateList(nonResourceURLs, child(path, 'nonResourceURLs'), errors, { missing: 'nonResourceURLs must contain at least one value', others: 'non-resource URLs' });
  if (nonResourceURLs.includes('*')) return;
  nonResourceURLs.forEach((url, index) => validateUrlPath(url, indexed(child(path, 'nonResourceURLs'), index), errors));
}

/** Source: ValidateNonResourceURLPath */
function validateUrlPath(url: string, path: FieldPath, errors: FieldErrors): void {
  if (url === '') return invalid(errors, path, url, 'must not be empty');
  if (url === '/') return;
  if (!url.startsWith('/')) return invalid(errors, path, url, "must start with slash");
  if (url.includes(' ')) return invalid(errors, path, url, 'must not contain white-space');
  if (url.includes('//')) return invalid(errors, path, url, 'must not contain double slash');
  const star = url.indexOf('*');
  if (star >= 0 && (star !== url.length - 1 || url[star - 1] !== '/')) invalid(errors, path, url, 'wildcard can only do suffix matching');
}
