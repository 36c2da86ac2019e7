// The spec of a PersistentVolume, and of one written inline into a VolumeAttachment.
// Source: pkg/apis/core/validation/validation.go (ValidatePersistentVolumeSpec)
import { asJson, forbidden, invalid, notSupported, required, type FieldErrors } from '../../api/fieldError.js';
import { child, keyed, type FieldPath } from '../../api/fieldPath.js';
import { quantityNano } from '../../api/quantity.js';
import type { CSIPersistentVolumeSource, PersistentVolumeSpec, SecretReference } from '../../api/types.js';
import { sortedKeys } from '../../util/compare.js';
import { validateAccessModes } from './claimSpec.js';
import { validateEnum } from './enums.js';
import { validateNodeSelector } from './nodeSelector.js';
import { validateDns1123Label, validateDns1123Subdomain } from './names.js';
import { validateNoBacksteps } from './paths.js';
import {
  requireField, requireFields, validateAwsElasticBlockStore, validateAzureDisk, validateCsiDriverName, validateFc, validateFlexVolume, validateFlocker,
  validateGcePersistentDisk, validateHostPath, validateNfs, validatePersistentIscsi, validateQuobyte, validateStorageOs,
} from './volumeSources.js';

const NANO = 1_000_000_000n;

type Source<K extends keyof PersistentVolumeSpec> = NonNullable<PersistentVolumeSpec[K]>;
type Check<T> = (source: T, path: FieldPath, errors: FieldErrors, context: { spec: PersistentVolumeSpec; volumeName: string; specPath: FieldPath }) => void;
type Row = readonly [field: keyof PersistentVolumeSpec, check: Check<unknown>, forbiddenAs: string, checkedAt: string];

function row<K extends keyof PersistentVolumeSpec>(field: K, check: Check<Source<K>>, { forbiddenAs = field as string, checkedAt = field as string } = {}): Row {
  return [field, check as Check<unknown>, forbiddenAs, checkedAt];
}

function requireReference(ref: SecretReference | undefined, path: FieldPath, errors: FieldErrors): void {
  if (ref === undefined) return;
  requireField(ref.name, path, 'name', errors);
  requireField(ref.namespace, path, 'namespace', errors);
}

/** In the order in which the server looks; the first source is checked, others are one too many. */
const SOURCES: readonly Row[] = [
  row('hostPath', validateHostPath),
  row('gcePersistentDisk', validateGcePersistentDisk, { checkedAt: 'persistentDisk' }),
  row('awsElasticBlockStore', validateAwsElasticBlockStore),
  row('glusterfs', (source, path, errors) => {
    requireField(source.endpoints, path, 'endpoints', errors);
    requireField(source.path, path, 'path', errors);
    const namespace = source.endpointsNamespace;
    if (namespace === '') invalid(errors, child(path, 'endpointsNamespace'), namespace, 'if the endpointnamespace is set, it must be a valid namespace name');
    else if (namespace !== undefined) validateDns1123Label(namespace, child(path, 'endpointsNamespace'), errors);
  }),
  row('flocker', validateFlocker),
  row('nfs', validateNfs),
  row('rbd', requireFields('monitors', 'image')),
  row('quobyte', validateQuobyte),
  row('cephfs', requireFields('monitors'), { forbiddenAs: 'cephFS' }),
  row('iscsi', (source, path, errors, { volumeName }) => validatePersistentIscsi(source, volumeName, path, errors)),
  row('cinder', (source, path, errors) => {
    requireField(source.volumeID, path, 'volumeID', errors);
    requireReference(source.secretRef, child(path, 'secretRef'), errors);
  }),
  row('fc', validateFc),
  row('flexVolume', validateFlexVolume),
  row('azureFile', (source, path, errors) => {
    requireField(source.secretName, path, 'secretName', errors);
    requireField(source.shareName, path, 'shareName', errors);
    if (source.secretNamespace === '') required(errors, child(path, 'secretNamespace'));
  }),
  row('vsphereVolume', requireFields('volumePath')),
  row('photonPersistentDisk', requireFields('pdID')),
  row('portworxVolume', requireFields('volumeID')),
  row('azureDisk', validateAzureDisk),
  row('scaleIO', requireFields('gateway', 'system', 'volumeName')),
  row('local', (source, path, errors, { spec, specPath }) => {
    if (!source.path) required(errors, child(path, 'path'));
    else validateNoBacksteps(source.path, child(path, 'path'), errors);
    if (spec.nodeAffinity === undefined) required(errors, child(specPath, 'nodeAffinity'), 'Local volume requires node affinity');
  }),
  row('storageos', (source, path, errors) => {
    const { secretRef, ...rest } = source;
    validateStorageOs(rest, path, errors);
    requireReference(secretRef, child(path, 'secretRef'), errors);
  }),
  row('csi', validateCsi),
];

/** The JSON names of all sources. */
export const VOLUME_SOURCE_FIELDS: readonly string[] = SOURCES.map(([field]) => field);

function validateCsi(source: CSIPersistentVolumeSource, path: FieldPath, errors: FieldErrors): void {
  validateCsiDriverName(source.driver, child(path, 'driver'), errors);
  requireField(source.volumeHandle, path, 'volumeHandle', errors);
  for (const field of ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const) {
    const ref = source[field];
    if (ref === undefined) continue;
    const at = child(path, field);
    if (!ref.name) required(errors, child(at, 'name'));
    else validateDns1123Subdomain(ref.name, child(at, 'name'), errors);
    if (!ref.namespace) required(errors, child(at, 'namespace'));
    else validateDns1123Label(ref.namespace, child(at, 'namespace'), errors);
  }
}

/** Checks the spec of the volume of this name. */
export function validatePersistentVolumeSpec(spec: PersistentVolumeSpec, volumeName: string, path: FieldPath, errors: FieldErrors): void {
  if ((spec.accessModes ?? []).length === 0) required(errors, child(path, 'accessModes'));
  validateAccessModes(spec.accessModes, child(path, 'accessModes'), errors);
  validateCapacity(spec.capacity, child(path, 'capacity'), errors);
  const policyPath = child(path, 'persistentVolumeReclaimPolicy');
  const policy = spec.persistentVolumeReclaimPolicy;
  if (policy) validateEnum(policy, ['Delete', 'Recycle', 'Retain'], policyPath, errors);
  if (spec.nodeAffinity !== undefined) {
    const at = child(child(path, 'nodeAffinity'), 'required');
    if (spec.nodeAffinity.required === undefined) required(errors, at, 'must specify required node constraints');
    else validateNodeSelector(spec.nodeAffinity.required, at, errors);
  }
  validateSources(spec, volumeName, path, errors);
  if (spec.hostPath !== undefined && isRootPath(spec.hostPath.path ?? '') && policy === 'Recycle') forbidden(errors, policyPath, "may not be 'recycle' for a hostPath mount of '/'");
  if (spec.storageClassName) validateDns1123Subdomain(spec.storageClassName, child(path, 'storageClassName'), errors);
  if (spec.volumeMode !== undefined) validateEnum(spec.volumeMode, ['Block', 'Filesystem'], child(path, 'volumeMode'), errors);
  validateAttributesClass(spec, path, errors);
}

/** Checks the spec of a volume that exists only within a VolumeAttachment. */
export function validateInlineVolumeSpec(spec: PersistentVolumeSpec, path: FieldPath, errors: FieldErrors): void {
  const elsewhere = 'may not be specified in the context of inline volumes';
  if (spec.claimRef !== undefined) forbidden(errors, child(path, 'claimRef'), elsewhere);
  if (sortedKeys(spec.capacity).length > 0) forbidden(errors, child(path, 'capacity'), elsewhere);
  if (spec.csi === undefined) required(errors, child(path, 'csi'), 'has to be specified in the context of inline volumes');
  if ((spec.accessModes ?? []).length === 0) required(errors, child(path, 'accessModes'));
  validateAccessModes(spec.accessModes, child(path, 'accessModes'), errors);
  const policy = spec.persistentVolumeReclaimPolicy;
  if (policy && policy !== 'Retain') forbidden(errors, child(path, 'persistentVolumeReclaimPolicy'), 'may only be Retain in the context of inline volumes');
  if (spec.nodeAffinity !== undefined) forbidden(errors, child(path, 'nodeAffinity'), elsewhere);
  validateSources(spec, '', path, errors);
  if (spec.storageClassName) forbidden(errors, child(path, 'storageClassName'), elsewhere);
  if (spec.volumeMode !== undefined && spec.volumeMode !== 'Filesystem') forbidden(errors, child(path, 'volumeMode'), 'may not specify volumeMode other than Filesystem in the context of inline volumes');
  validateAttributesClass(spec, path, errors);
}

function validateCapacity(capacity: Record<string, string> | undefined, path: FieldPath, errors: FieldErrors): void {
  const names = sortedKeys(capacity);
  if (names.length === 0) required(errors, path);
  if (capacity?.['storage'] === undefined || names.length > 1) notSupported(errors, path, asJson(capacity ?? null, { sorted: true }), ['storage']);
  for (const name of names) {
    const quantity = capacity?.[name] as string;
    const nano = quantityNano(quantity);
    if (nano < 0n) invalid(errors, keyed(path, name), (nano - NANO + 1n) / NANO, 'must be a valid resource quantity');
    if (nano <= 0n) invalid(errors, keyed(path, name), quantity, 'must be greater than zero');
  }
}

function validateSources(spec: PersistentVolumeSpec, volumeName: string, path: FieldPath, errors: FieldErrors): void {
  let count = 0;
  for (const [field, check, forbiddenAs, checkedAt] of SOURCES) {
    if (spec[field] === undefined) continue;
    // A second source is not looked at, but for a flexVolume, which is never refused.
    if (count++ > 0 && field !== 'flexVolume') forbidden(errors, child(path, forbiddenAs), 'may not specify more than 1 volume type');
    else check(spec[field], child(path, checkedAt), errors, { spec, volumeName, specPath: path });
  }
  if (count === 0) required(errors, path, 'must specify a volume type');
}

function validateAttributesClass({ volumeAttributesClassName: name, csi }: PersistentVolumeSpec, path: FieldPath, errors: FieldErrors): void {
  if (name === undefined) return;
  if (name === '') required(errors, child(path, 'volumeAttributesClassName'), 'an empty string is disallowed');
  else validateDns1123Subdomain(name, child(path, 'volumeAttributesClassName'), errors);
  if (csi === undefined) required(errors, child(path, 'csi'), 'has to be specified when using volumeAttributesClassName');
}

/** True for '/', '//', '/./' and the like. Source: path.Clean */
function isRootPath(path: string): boolean {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return path.startsWith('/') && kept.length === 0;
}
