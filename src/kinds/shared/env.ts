// Environment variables of containers and the fields of a pod that they and volumes may show.
// Source: pkg/apis/core/validation/validation.go (ValidateEnv, ValidateEnvFrom, validateObjectFieldSelector, validateContainerResourceFieldSelector)
import { invalid, notSupported, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, type FieldPath } from '../../api/fieldPath.js';
import { quantityNano } from '../../api/quantity.js';
import type { EnvFromSource, EnvVar, EnvVarSource, FileKeySelector, ObjectFieldSelector, ResourceFieldSelector } from '../../api/types.js';
import { configMapKeyMessages, dns1123LabelMessages, dns1123SubdomainMessages, envVarNameMessages, qualifiedNameMessages } from './formats.js';
import { invalidEach } from './names.js';
import { validateNoBacksteps } from './paths.js';

const ENV_FIELD_PATHS = [
  'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs',
];
const VOLUME_FIELD_PATHS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
/** Source: pkg/apis/core/pods/helpers.go (ConvertDownwardAPIFieldLabel) */
const POD_FIELD_LABELS = new Set([
  'metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.restartPolicy', 'spec.serviceAccountName',
  'spec.schedulerName', 'status.phase', 'status.podIP', 'status.podIPs', 'status.hostIP', 'status.hostIPs', 'spec.host',
]);
const RESOURCE_FIELDS = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory'];
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** Checks the variables of a container. */
export function validateEnv(variables: readonly EnvVar[] | undefined, path: FieldPath, errors: FieldErrors): void {
  variables?.forEach((variable, index) => {
    const at = indexed(path, index);
    if (!variable.name) required(errors, child(at, 'name'));
    else {
      const messages = envVarNameMessages(variable.name);
      if (messages.length > 0) invalidEach(errors, child(at, 'name'), variable.name, messages);
    }
    if (variable.valueFrom !== undefined) validateValueFrom(variable.valueFrom, variable.value ?? '', child(at, 'valueFrom'), errors);
  });
}

function validateValueFrom(source: EnvVarSource, value: string, path: FieldPath, errors: FieldErrors): void {
  let count = 0;
  if (source.fieldRef !== undefined) {
    count++;
    validateObjectFieldSelector(source.fieldRef, ENV_FIELD_PATHS, child(path, 'fieldRef'), errors);
  }
  if (source.resourceFieldRef !== undefined) {
    count++;
    validateResourceFieldSelector(source.resourceFieldRef, false, child(path, 'resourceFieldRef'), errors);
  }
  for (const field of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const selector = source[field];
    if (selector === undefined) continue;
    count++;
    const at = child(path, field);
    invalidEach(errors, child(at, 'name'), selector.name ?? '', dns1123SubdomainMessages(selector.name ?? ''));
    if (!selector.key) required(errors, child(at, 'key'));
    else invalidEach(errors, child(at, 'key'), selector.key, configMapKeyMessages(selector.key));
  }
  if (source.fileKeyRef !== undefined) {
    count++;
    validateFileKeySelector(source.fileKeyRef, child(path, 'fileKeyRef'), errors);
  }
  if (count === 0) invalid(errors, path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`');
  if (value !== '') {
    if (count !== 0) invalid(errors, path, '', 'may not be specified when `value` is not empty');
  } else if (count > 1) invalid(errors, path, '', 'may not have more than one field specified at a time');
}

function validateFileKeySelector(selector: FileKeySelector, path: FieldPath, errors: FieldErrors): void {
  if (!selector.key) required(errors, child(path, 'key'));
  else invalidEach(errors, child(path, 'key'), selector.key, envVarNameMessages(selector.key));
  if (!selector.volumeName) required(errors, child(path, 'volumeName'));
  else invalidEach(errors, child(path, 'volumeName'), selector.volumeName, dns1123LabelMessages(selector.volumeName));
  if (!selector.path) required(errors, child(path, 'path'));
  else if (selector.path.startsWith('/')) {
    invalid(errors, child(path, 'path'), selector.path, 'must be a relative path');
    validateNoBacksteps(selector.path, child(path, 'path'), errors);
  } else {
    validateNoBacksteps(selector.path, child(path, 'path'), errors);
    if (selector.path.startsWith('..') && !selector.path.startsWith('../')) invalid(errors, child(path, 'path'), selector.path, "must not start with '..'");
  }
}

/** The field of a pod that a variable or a file of a volume shows. */
function validateObjectFieldSelector(selector: ObjectFieldSelector, allowed: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (!selector.apiVersion) return required(errors, child(path, 'apiVersion'));
  const fieldPath = selector.fieldPath ?? '';
  if (fieldPath === '') return required(errors, child(path, 'fieldPath'));
  const unconverted = (problem: string): void => invalid(errors, child(path, 'fieldPath'), fieldPath, `error converting fieldPath: ${problem}`);
  if (selector.apiVersion !== 'v1') return unconverted(`unsupported pod version: ${selector.apiVersion}`);
  const subscript = /^([^]+?)\['([^]*)'\]$/.exec(fieldPath);
  if (subscript !== null) {
    const [, base, key] = subscript as unknown as [string, string, string];
    if (base === 'metadata.annotations') invalidEach(errors, path, key.toLowerCase(), qualifiedNameMessages(key.toLowerCase()));
    else if (base === 'metadata.labels') invalidEach(errors, path, key, qualifiedNameMessages(key));
    else unconverted(`field label does not support subscript: ${fieldPath}`);
    return;
  }
  if (!POD_FIELD_LABELS.has(fieldPath)) return unconverted(`field label not supported: ${fieldPath}`);
  const shown = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath;
  if (!allowed.includes(shown)) notSupported(errors, child(path, 'fieldPath'), shown, allowed);
}

/** As validateObjectFieldSelector, with the fields that volumes may show. */
export function validateVolumeFieldSelector(selector: ObjectFieldSelector, path: FieldPath, errors: FieldErrors): void {
  validateObjectFieldSelector(selector, VOLUME_FIELD_PATHS, path, errors);
}

/** The resource of a container that a variable or a file shows. */
export function validateResourceFieldSelector(selector: ResourceFieldSelector, isVolume: boolean, path: FieldPath, errors: FieldErrors): void {
  const resource = selector.resource ?? '';
  const isHugePages = resource.startsWith('limits.hugepages-') || resource.startsWith('requests.hugepages-');
  if (isVolume && !selector.containerName) required(errors, child(path, 'containerName'));
  else if (resource === '') required(errors, child(path, 'resource'));
  else if (!isHugePages && !RESOURCE_FIELDS.includes(resource)) notSupported(errors, child(path, 'resource'), resource, RESOURCE_FIELDS);
  const divisor = selector.divisor;
  if (divisor === undefined || quantityNano(divisor) === 0n || (!isHugePages && !RESOURCE_FIELDS.includes(resource))) return;
  const check = (allowed: readonly string[], what: string): void => {
    if (!allowed.includes(divisor)) invalid(errors, child(path, 'divisor'), resource, `only divisor's values ${what}`);
  };
  if (resource.endsWith('.cpu')) check(['1m', '1'], '1m and 1 are supported with the cpu resource');
  else check(BYTE_DIVISORS, `${BYTE_DIVISORS.join(', ')} are supported with the ${isHugePages ? 'hugepages' : resource.endsWith('.memory') ? 'memory' : 'local ephemeral storage'} resource`);
}

/** Checks the sources that a container takes whole sets of variables from. */
export function validateEnvFrom(sources: readonly EnvFromSource[] | undefined, path: FieldPath, errors: FieldErrors): void {
  sources?.forEach((source, index) => {
    const at = indexed(path, index);
    if (source.prefix) invalidEach(errors, child(at, 'prefix'), source.prefix, envVarNameMessages(source.prefix));
    let count = 0;
    for (const field of ['configMapRef', 'secretRef'] as const) {
      const reference = source[field];
      if (reference === undefined) continue;
      count++;
      const namePath = child(child(at, field), 'name');
      if (!reference.name) required(errors, namePath);
      else invalidEach(errors, namePath, reference.name, dns1123SubdomainMessages(reference.name));
    }
    if (count === 0) invalid(errors, path, '', 'must specify one of: `configMapRef` or `secretRef`');
    else if (count > 1) invalid(errors, path, '', 'may not have more than one field specified at a time');
  });
}
