// The volumes of a pod: one source each, unique names.
// Source: pkg/apis/core/validation/validation.go (ValidateVolumes, validateVolumeSource)
import { duplicate, forbidden, invalid, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, type FieldPath } from '../../api/fieldPath.js';
import { quantityNano } from '../../api/quantity.js';
import type { PersistentVolumeClaimTemplate, Volume } from '../../api/types.js';
import { goQuote } from '../../util/goText.js';
import { dns1123LabelMessages, dns1123SubdomainMessages } from './formats.js';
import { invalidEach } from './names.js';
import { validateAnnotations, validateLabels } from './objectMeta.js';
import { validateDescendingPath } from './paths.js';
import { validatePersistentVolumeClaimSpec } from './claimSpec.js';
import { isKnownSound, rememberIfSound } from './sound.js';
import {
  isIscsiSessionNameTooLong, ISCSI_SESSION_NAME_TOO_LONG, requireField, requireFields, validateAwsElasticBlockStore, validateAzureDisk, validateConfigMapVolume,
  validateCsiDriverName, validateDownwardApiVolume, validateFc, validateFlexVolume, validateFlocker, validateGcePersistentDisk, validateHostPath, validateIscsi,
  validateNfs, validateProjectedVolume, validatePullPolicy, validateQuobyte, validateSecretVolume, validateStorageOs,
} from './volumeSources.js';

/** What the checks of volumes need to know. */
export interface VolumeRules {
  /** The pod's name; undefined in a template. Names of claims made for ephemeral volumes begin with it. */
  readonly podName?: string | undefined;
  /** True in a pod: an image volume must name its image. */
  readonly isPod: boolean;
  /** True when the stored object already had a token path that leaves its volume. */
  readonly allowAnyTokenPath?: boolean | undefined;
}

type SourceCheck<T> = (source: T, path: FieldPath, errors: FieldErrors, rules: VolumeRules) => void;
type SourceName = Exclude<keyof Volume, 'name'>;
type SourceRow<K extends SourceName = SourceName> = readonly [field: K, forbiddenAs: string, check: SourceCheck<NonNullable<Volume[K]>>, checkedAt?: string];

function row<K extends SourceName>(field: K, check: SourceCheck<NonNullable<Volume[K]>>, { forbiddenAs = field as string, checkedAt = field as string } = {}): SourceRow {
  return [field, forbiddenAs, check as SourceCheck<unknown>, checkedAt] as unknown as SourceRow;
}

/** In the order in which the server looks; the first source present is checked, others are one too many. */
const SOURCES: readonly SourceRow[] = [
  row('emptyDir', (source, path, errors) => {
    if (source.sizeLimit !== undefined && quantityNano(source.sizeLimit) < 0n) forbidden(errors, child(path, 'sizeLimit'), 'SizeLimit field must be a valid resource quantity');
  }),
  row('hostPath', validateHostPath),
  row('gitRepo', (source, path, errors) => {
    requireField(source.repository, path, 'repository', errors);
    validateDescendingPath(source.directory ?? '', child(path, 'directory'), errors);
  }),
  row('gcePersistentDisk', validateGcePersistentDisk, { checkedAt: 'persistentDisk' }),
  row('awsElasticBlockStore', validateAwsElasticBlockStore),
  row('secret', validateSecretVolume),
  row('nfs', validateNfs),
  row('iscsi', validateIscsi),
  row('glusterfs', requireFields('endpoints', 'path')),
  row('flocker', validateFlocker),
  row('persistentVolumeClaim', requireFields('claimName')),
  row('rbd', requireFields('monitors', 'image')),
  row('cinder', (source, path, errors) => {
    requireField(source.volumeID, path, 'volumeID', errors);
    if (source.secretRef !== undefined) requireField(source.secretRef.name, child(path, 'secretRef'), 'name', errors);
  }),
  row('cephfs', requireFields('monitors'), { forbiddenAs: 'cephFS' }),
  row('quobyte', validateQuobyte),
  row('downwardAPI', validateDownwardApiVolume, { forbiddenAs: 'downwarAPI' }),
  row('fc', validateFc),
  row('flexVolume', validateFlexVolume),
  row('configMap', validateConfigMapVolume),
  row('azureFile', requireFields('secretName', 'shareName')),
  row('vsphereVolume', requireFields('volumePath')),
  row('photonPersistentDisk', requireFields('pdID')),
  row('portworxVolume', requireFields('volumeID')),
  row('azureDisk', validateAzureDisk),
  row('storageos', validateStorageOs),
  row('projected', (source, path, errors, rules) => {
    if (isKnownSound(source)) return;
    const before = errors.length;
    validateProjectedVolume(source, rules.allowAnyTokenPath === true, path, errors);
    if (rules.allowAnyTokenPath !== true) rememberIfSound(source, before, errors);
  }),
  row('scaleIO', requireFields('gateway', 'system', 'volumeName')),
  row('csi', (source, path, errors) => {
    validateCsiDriverName(source.driver, child(path, 'driver'), errors);
    const secret = source.nodePublishSecretRef;
    if (secret === undefined) return;
    if (!secret.name) required(errors, child(child(path, 'nodePublishSecretRef'), 'name'));
    else invalidEach(errors, child(path, 'name'), secret.name, dns1123SubdomainMessages(secret.name));
  }),
  row('ephemeral', (source, path, errors) => {
    const template = source.volumeClaimTemplate;
    if (template === undefined) required(errors, child(path, 'volumeClaimTemplate'));
    else validateClaimTemplate(template, child(path, 'volumeClaimTemplate'), errors);
  }),
  row('image', (source, path, errors, rules) => {
    if (rules.isPod) requireField(source.reference, path, 'reference', errors);
    validatePullPolicy(source.pullPolicy, child(path, 'pullPolicy'), errors);
  }),
];

const CHECKS: ReadonlyMap<string, SourceRow> = new Map(SOURCES.map((entry) => [entry[0], entry]));

const NO_VOLUMES: ReadonlyMap<string, Volume> = new Map();

/** Checks the volumes; the answer holds the valid ones by name, which mounts may refer to. */
export function validateVolumes(volumes: readonly Volume[] | undefined, rules: VolumeRules, path: FieldPath, errors: FieldErrors): ReadonlyMap<string, Volume> {
  if (volumes === undefined || volumes.length === 0) return NO_VOLUMES;
  const valid = new Map<string, Volume>();
  volumes.forEach((volume, index) => {
    const at = indexed(path, index);
    const name = volume.name ?? '';
    const before = errors.length;
    validateSource(volume, at, errors, rules);
    if (name === '') required(errors, child(at, 'name'));
    else {
      const messages = dns1123LabelMessages(name);
      if (messages.length > 0) invalidEach(errors, child(at, 'name'), name, messages);
    }
    if (valid.has(name)) duplicate(errors, child(at, 'name'), name);
    if (errors.length === before) valid.set(name, volume);
    const claimName = volume.persistentVolumeClaim?.claimName;
    if (claimName !== undefined && rules.podName && isMadeClaim(claimName, rules.podName, volumes)) {
      invalid(errors, child(child(at, 'persistentVolumeClaim'), 'claimName'), claimName, 'must not reference a PVC that gets created for an ephemeral volume');
    }
  });
  return valid;
}

/** True when the claim is one that the pod gets for an ephemeral volume. */
function isMadeClaim(claimName: string, podName: string, volumes: readonly Volume[]): boolean {
  return volumes.some(({ name = '', ephemeral }) => ephemeral !== undefined && claimName === `${podName}-${name}`);
}

function validateSource(volume: Volume, path: FieldPath, errors: FieldErrors, rules: VolumeRules): void {
  let found: SourceRow | undefined;
  let count = 0;
  for (const field in volume) {
    const entry = volume[field as SourceName] === undefined ? undefined : CHECKS.get(field);
    if (entry === undefined) continue;
    found = entry;
    count++;
  }
  if (found === undefined) return required(errors, path, 'must specify a volume type');
  if (count === 1) return checkSource(found, volume, path, errors, rules);
  let isFirst = true;
  for (const entry of SOURCES) {
    if (volume[entry[0]] === undefined) continue;
    if (isFirst) checkSource(entry, volume, path, errors, rules);
    else {
      forbidden(errors, child(path, entry[1]), 'may not specify more than 1 volume type');
      if (entry[0] === 'iscsi') validateIscsiSessionName(volume, path, errors);
    }
    isFirst = false;
  }
}

function checkSource([field, , check, checkedAt]: SourceRow, volume: Volume, path: FieldPath, errors: FieldErrors, rules: VolumeRules): void {
  (check as SourceCheck<unknown>)(volume[field], child(path, checkedAt as string), errors, rules);
  const name = volume.name ?? '';
  if (field === 'iscsi') validateIscsiSessionName(volume, path, errors);
  if (field === 'ephemeral' && rules.podName && name !== '') {
    const claim = `${rules.podName}-${name}`;
    for (const message of dns1123SubdomainMessages(claim)) invalid(errors, child(path, 'name'), name, `PVC name ${goQuote(claim)}: ${message}`);
  }
}

/** Said of an iSCSI source even when it is one too many. */
function validateIscsiSessionName({ name = '', iscsi }: Volume, path: FieldPath, errors: FieldErrors): void {
  if (iscsi !== undefined && isIscsiSessionNameTooLong(name, iscsi)) invalid(errors, child(path, 'name'), name, ISCSI_SESSION_NAME_TOO_LONG);
}

/** Metadata fields that a claim template cannot carry, in the order of Go's struct; 'uID' is how the server prints it. */
const FORBIDDEN_TEMPLATE_FIELDS = [
  ['name', 'name'], ['generateName', 'generateName'], ['namespace', 'namespace'], ['selfLink', 'selfLink'], ['uid', 'uID'], ['resourceVersion', 'resourceVersion'],
  ['generation', 'generation'], ['creationTimestamp', 'creationTimestamp'], ['deletionTimestamp', 'deletionTimestamp'],
  ['deletionGracePeriodSeconds', 'deletionGracePeriodSeconds'], ['ownerReferences', 'ownerReferences'], ['finalizers', 'finalizers'], ['managedFields', 'managedFields'],
] as const;

/** Source: ValidatePersistentVolumeClaimTemplate */
function validateClaimTemplate(template: PersistentVolumeClaimTemplate, path: FieldPath, errors: FieldErrors): void {
  const meta = template.metadata ?? {};
  const metaPath = child(path, 'metadata');
  validateAnnotations(meta.annotations, child(metaPath, 'annotations'), errors);
  validateLabels(meta.labels, child(metaPath, 'labels'), errors);
  for (const [field, shown] of FORBIDDEN_TEMPLATE_FIELDS) {
    const value = meta[field];
    // Lists and pointers are set even when they are empty or point at zero.
    if (value !== undefined && value !== '' && !(field === 'generation' && value === 0)) forbidden(errors, child(metaPath, shown), 'cannot be set');
  }
  validatePersistentVolumeClaimSpec(template.spec ?? {}, child(path, 'spec'), errors);
}
