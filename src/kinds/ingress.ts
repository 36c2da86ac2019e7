// Ingress: hosts, paths, backends, certificates. Source: pkg/apis/networking/validation/validation.go (ValidateIngressCreate, ValidateIngressSpec)
import { asJson, invalid, notSupported, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath, type FieldPath } from '../api/fieldPath.js';
import type { HTTPIngressPath, Ingress, IngressBackend, IngressRule, IngressTLS, TypedLocalObjectReference } from '../api/types.js';
import { defineKind } from './kind.js';
import { dns1123SubdomainMessages, pathSegmentMessages } from './shared/formats.js';
import { parseIp } from './shared/ip.js';
import { invalidEach, validateDns1123Label, validateDns1123Subdomain, validatePortName, validatePortNumber, validateWildcardSubdomain } from './shared/names.js';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const SPEC = rootPath('spec');
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_SUFFIXES = ['/..', '/.'];

/** What an update may keep of the stored object. */
interface Tolerated {
  readonly wildcardRules: boolean;
  readonly secretNames: boolean;
}

/** The kind Ingress. */
export const ingress = defineKind<Ingress>('networking.k8s.io/v1', 'Ingress', {
  hasGeneration: true,
  setDefaults(object) {
    (object.status ??= {}).loadBalancer ??= {};
  },
  validate(object, errors) {
    validate(object, errors, { wildcardRules: false, secretNames: false });
    const annotation = object.metadata.annotations?.[CLASS_ANNOTATION];
    const className = object.spec?.ingressClassName;
    if (annotation !== undefined && className !== undefined && annotation !== className) {
      invalid(errors, child(rootPath('annotations'), CLASS_ANNOTATION), annotation, 'must match `ingressClassName` when both are specified');
    }
  },
  validateUpdate(object, old, errors) {
    const wildcardRules = (old.spec?.rules ?? []).some((rule) => {
      const found: FieldErrors = [];
      if (rule.host?.includes('*') === true) validateRuleValue(rule, SPEC, found);
      return found.length > 0;
    });
    const secretNames = (old.spec?.tls ?? []).some(({ secretName = '' }) => secretName !== '' && dns1123SubdomainMessages(secretName).length > 0);
    validate(object, errors, { wildcardRules, secretNames });
  },
  warnings({ metadata }, old) {
    if (old !== undefined || metadata.annotations?.[CLASS_ANNOTATION] === undefined) return [];
    return [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`];
  },
});

function validate({ spec = {} }: Ingress, errors: FieldErrors, tolerated: Tolerated): void {
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  if (rules.length === 0 && defaultBackend === undefined) invalid(errors, SPEC, asJson(spec.rules ?? null), 'either `defaultBackend` or `rules` must be specified');
  if (defaultBackend !== undefined) validateBackend(defaultBackend, child(SPEC, 'defaultBackend'), errors);
  rules.forEach((rule, index) => validateRule(rule, indexed(child(SPEC, 'rules'), index), errors, tolerated));
  tls.forEach((entry, index) => validateTls(entry, indexed(child(SPEC, 'tls'), index), errors, tolerated));
  if (ingressClassName !== undefined) validateDns1123Subdomain(ingressClassName, child(SPEC, 'ingressClassName'), errors);
}

function validateHost(host: string, path: FieldPath, errors: FieldErrors): void {
  if (host.includes('*')) validateWildcardSubdomain(host, path, errors);
  else validateDns1123Subdomain(host, path, errors);
}

function validateTls({ hosts = [], secretName = '' }: IngressTLS, path: FieldPath, errors: FieldErrors, tolerated: Tolerated): void {
  hosts.forEach((host, index) => validateHost(host, indexed(child(path, 'hosts'), index), errors));
  if (secretName !== '' && !tolerated.secretNames) validateDns1123Subdomain(secretName, child(path, 'secretName'), errors);
}

function validateRule(rule: IngressRule, path: FieldPath, errors: FieldErrors, tolerated: Tolerated): void {
  const { host = '' } = rule;
  if (host !== '') {
    if (parseIp(host) !== undefined) invalid(errors, child(path, 'host'), host, 'must be a DNS name, not an IP address');
    validateHost(host, child(path, 'host'), errors);
  }
  if (!host.includes('*') || !tolerated.wildcardRules) validateRuleValue(rule, path, errors);
}

function validateRuleValue({ http }: IngressRule, path: FieldPath, errors: FieldErrors): void {
  if (http === undefined) return;
  const paths = child(child(path, 'http'), 'paths');
  if ((http.paths ?? []).length === 0) required(errors, paths);
  http.paths?.forEach((entry, index) => validatePath(entry, indexed(paths, index), errors));
}

function validatePath(entry: HTTPIngressPath, at: FieldPath, errors: FieldErrors): void {
  const { path = '', pathType, backend = {} } = entry;
  if (pathType === undefined) return required(errors, child(at, 'pathType'), 'pathType must be specified');
  const pathAt = child(at, 'path');
  switch (pathType) {
    case 'Exact':
    case 'Prefix':
      if (!path.startsWith('/')) invalid(errors, pathAt, path, 'must be an absolute path');
      for (const sequence of BAD_SEQUENCES) if (path.includes(sequence)) invalid(errors, pathAt, path, `must not contain '${sequence}'`);
      for (const suffix of BAD_SUFFIXES) if (path.endsWith(suffix)) invalid(errors, pathAt, path, `cannot end with '${suffix}'`);
      break;
    case 'ImplementationSpecific':
      if (path !== '' && !path.startsWith('/')) invalid(errors, pathAt, path, 'must be an absolute path');
      break;
    default:
      notSupported(errors, child(at, 'pathType'), pathType, PATH_TYPES);
  }
  validateBackend(backend, child(at, 'backend'), errors);
}

function validateBackend({ resource, service }: IngressBackend, path: FieldPath, errors: FieldErrors): void {
  if (resource !== undefined && service !== undefined) return invalid(errors, path, '', 'cannot set both resource and service backends');
  if (resource !== undefined) return validateResourceReference(resource, child(path, 'resource'), errors);
  if (service === undefined) return invalid(errors, path, '', 'resource or service backend is required');
  const at = child(path, 'service');
  if (!service.name) required(errors, child(at, 'name'));
  else validateDns1123Label(service.name, child(at, 'name'), errors);
  const { name = '', number = 0 } = service.port ?? {};
  if (name !== '' && number !== 0) invalid(errors, path, '', 'cannot set both port name & port number');
  else if (name !== '') validatePortName(name, child(child(at, 'port'), 'name'), errors);
  else if (number !== 0) validatePortNumber(number, child(child(at, 'port'), 'number'), errors);
  else required(errors, path, 'port name or number is required');
}

function validateResourceReference({ apiGroup, kind = '', name = '' }: TypedLocalObjectReference, path: FieldPath, errors: FieldErrors): void {
  if (apiGroup !== undefined) validateDns1123Subdomain(apiGroup, child(path, 'apiGroup'), errors);
  for (const [field, value] of [['kind', kind], ['name', name]] as const) {
    if (value === '') required(errors, child(path, field));
    else invalidEach(errors, child(path, field), value, pathSegmentMessages(value, false));
  }
}
