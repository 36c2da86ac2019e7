// Checks of single volume sources; those that a PersistentVolume has too are exported one by one.
// Source: pkg/apis/core/validation/validation.go (validateHostPathVolumeSource … validateImageVolumeSource)
import { asJson, forbidden, invalid, notSupported, required, tooLong, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, keyed, type FieldPath } from '../../api/fieldPath.js';
import type {
  AWSElasticBlockStoreVolumeSource, AzureDiskVolumeSource, ConfigMapVolumeSource, DownwardAPIVolumeFile, DownwardAPIVolumeSource, FCVolumeSource, FlockerVolumeSource,
  GCEPersistentDiskVolumeSource, HostPathVolumeSource, ISCSIVolumeSource, KeyToPath, NFSVolumeSource, ProjectedVolumeSource, QuobyteVolumeSource, SecretVolumeSource, StorageOSVolumeSource,
} from '../../api/types.js';
import { byteLength } from '../../util/utf8.js';
import { validateEnum } from './enums.js';
import { validateResourceFieldSelector, validateVolumeFieldSelector } from './env.js';
import { dns1123LabelMessages, dns1123SubdomainMessages } from './formats.js';
import { invalidEach } from './names.js';
import { validateFileMode, validateNonReservedPath, validateNoBacksteps } from './paths.js';

const LUN_MESSAGE = 'must be between 0 and 255, inclusive';
const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

/** Requires a field that is not empty. */
export function requireField(value: unknown, path: FieldPath, field: string, errors: FieldErrors): void {
  if (value === undefined || value === '' || value === 0 || (Array.isArray(value) && value.length === 0)) required(errors, child(path, field));
}

/** The check of a source whose only rule is that these fields are not empty. */
export function requireFields<T>(...fields: readonly (keyof T & string)[]): (source: T, path: FieldPath, errors: FieldErrors) => void {
  return (source, path, errors) => {
    for (const field of fields) requireField(source[field], path, field, errors);
  };
}

/** Source: validateHostPathVolumeSource */
export function validateHostPath(source: HostPathVolumeSource, path: FieldPath, errors: FieldErrors): void {
  if (!source.path) return required(errors, child(path, 'path'));
  validateNoBacksteps(source.path, child(path, 'path'), errors);
  if (source.type !== undefined) validateEnum(source.type, HOST_PATH_TYPES, child(path, 'type'), errors);
}

/** Source: validateGCEPersistentDiskVolumeSource */
export function validateGcePersistentDisk(source: GCEPersistentDiskVolumeSource, path: FieldPath, errors: FieldErrors): void {
  requireField(source.pdName, path, 'pdName', errors);
  validatePartition(source.partition, path, errors);
}

/** Source: validateAWSElasticBlockStoreVolumeSource */
export function validateAwsElasticBlockStore(source: AWSElasticBlockStoreVolumeSource, path: FieldPath, errors: FieldErrors): void {
  requireField(source.volumeID, path, 'volumeID', errors);
  validatePartition(source.partition, path, errors);
}

function validatePartition(partition: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (partition !== undefined && (partition < 0 || partition > 255)) invalid(errors, child(path, 'partition'), partition, 'must be between 1 and 255, inclusive');
}

/** Source: validateNFSVolumeSource */
export function validateNfs(source: NFSVolumeSource, path: FieldPath, errors: FieldErrors): void {
  requireField(source.server, path, 'server', errors);
  requireField(source.path, path, 'path', errors);
  if (!(source.path ?? '').startsWith('/')) invalid(errors, child(path, 'path'), source.path ?? '', 'must be an absolute path');
}

const ISCSI_FORMAT = 'must be valid format';

/** Checks an iSCSI qualified name, of a target or an initiator. `unknownText` is said of one that begins with none of the known prefixes. */
function validateIscsiName(name: string, unknownText: string, path: FieldPath, errors: FieldErrors): void {
  const pattern = name.startsWith('iqn') ? /iqn\.\d{4}-\d{2}\.([A-Za-z0-9-.]+)(:[^,;*&$|\s]+)$/
    : name.startsWith('eui') ? /^eui.[A-Za-z0-9]{16}$/
    : name.startsWith('naa') ? /^naa.[A-Za-z0-9]{32}$/
    : undefined;
  if (pattern === undefined) invalid(errors, path, name, unknownText);
  else if (!pattern.test(name)) invalid(errors, path, name, ISCSI_FORMAT);
}

/** Source: validateISCSIVolumeSource */
export function validateIscsi(source: ISCSIVolumeSource, path: FieldPath, errors: FieldErrors): void {
  requireField(source.targetPortal, path, 'targetPortal', errors);
  validateIscsiRest(source, { unknownText: `${ISCSI_FORMAT} starting with iqn, eui, or naa`, namesSecret: false }, path, errors);
}

/** The source of the persistent volume of this name. Source: validateISCSIPersistentVolumeSource */
export function validatePersistentIscsi(source: ISCSIVolumeSource, volumeName: string, path: FieldPath, errors: FieldErrors): void {
  requireField(source.targetPortal, path, 'targetPortal', errors);
  if (isIscsiSessionNameTooLong(volumeName, source)) invalid(errors, child(path, 'targetportal'), source.targetPortal ?? '', ISCSI_SESSION_NAME_TOO_LONG);
  validateIscsiRest(source, { unknownText: ISCSI_FORMAT, namesSecret: true }, path, errors);
}

function validateIscsiRest(source: ISCSIVolumeSource, { unknownText, namesSecret }: { unknownText: string; namesSecret: boolean }, path: FieldPath, errors: FieldErrors): void {
  if (!source.iqn) required(errors, child(path, 'iqn'));
  else validateIscsiName(source.iqn, unknownText, child(path, 'iqn'), errors);
  const lun = source.lun ?? 0;
  if (lun < 0 || lun > 255) invalid(errors, child(path, 'lun'), lun, LUN_MESSAGE);
  if ((source.chapAuthDiscovery === true || source.chapAuthSession === true) && source.secretRef === undefined) required(errors, child(path, 'secretRef'));
  if (namesSecret && source.secretRef !== undefined) requireField(source.secretRef.name, child(path, 'secretRef'), 'name', errors);
  if (source.initiatorName !== undefined) validateIscsiName(source.initiatorName, unknownText, child(path, 'initiatorname'), errors);
}

/** The volume's name and the portal are joined to a session name. */
export function isIscsiSessionNameTooLong(volumeName: string, source: { initiatorName?: string; targetPortal?: string }): boolean {
  return source.initiatorName !== undefined && byteLength(`${volumeName}:${source.targetPortal ?? ''}`) > 64;
}

/** What isIscsiSessionNameTooLong is met with. */
export const ISCSI_SESSION_NAME_TOO_LONG = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';

/** Source: validateFlockerVolumeSource */
export function validateFlocker(source: FlockerVolumeSource, path: FieldPath, errors: FieldErrors): void {
  if (!source.datasetName && !source.datasetUUID) required(errors, path, 'one of datasetName and datasetUUID is required');
  if (source.datasetName && source.datasetUUID) invalid(errors, path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously');
  if ((source.datasetName ?? '').includes('/')) invalid(errors, child(path, 'datasetName'), source.datasetName, "must not contain '/'");
}

/** Source: validateQuobyteVolumeSource */
export function validateQuobyte(source: QuobyteVolumeSource, path: FieldPath, errors: FieldErrors): void {
  const detail = 'must be a host:port pair or multiple pairs separated by commas';
  if (!source.registry) required(errors, child(path, 'registry'), detail);
  else if ((source.tenant ?? '').length >= 65) required(errors, child(path, 'tenant'), 'must be a UUID and may not exceed a length of 64 characters');
  else for (const pair of source.registry.split(',')) if (!isHostPort(pair)) invalid(errors, child(path, 'registry'), source.registry, detail);
  requireField(source.volume, path, 'volume', errors);
}

/** Source: net.SplitHostPort */
function isHostPort(text: string): boolean {
  return /^\[[^[\]]*\]:[^:[\]]*$/.test(text) || /^[^:[\]]*:[^:[\]]*$/.test(text);
}

/** Source: validateFCVolumeSource */
export function validateFc(source: FCVolumeSource, path: FieldPath, errors: FieldErrors): void {
  const targets = source.targetWWNs ?? [];
  const wwids = source.wwids ?? [];
  if (targets.length === 0 && wwids.length === 0) required(errors, child(path, 'targetWWNs'), 'must specify either targetWWNs or wwids, but not both');
  if (targets.length > 0 && wwids.length > 0) invalid(errors, child(path, 'targetWWNs'), targets, 'targetWWNs and wwids can not be specified simultaneously');
  if (targets.length === 0) return;
  if (source.lun === undefined) required(errors, child(path, 'lun'), 'lun is required if targetWWNs is specified');
  else if (source.lun < 0 || source.lun > 255) invalid(errors, child(path, 'lun'), source.lun, LUN_MESSAGE);
}

/** Source: validateFlexVolumeSource */
export function validateFlexVolume(source: { driver?: string; options?: Record<string, string> }, path: FieldPath, errors: FieldErrors): void {
  requireField(source.driver, path, 'driver', errors);
  for (const key in source.options) {
    const slash = key.indexOf('/');
    const domain = `.${(slash < 0 ? key : key.slice(0, slash)).toLowerCase()}`;
    if (domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io')) invalid(errors, keyed(child(path, 'options'), key), key, 'kubernetes.io and k8s.io namespaces are reserved');
  }
}

/** Source: validateAzureDisk */
export function validateAzureDisk(source: AzureDiskVolumeSource, path: FieldPath, errors: FieldErrors): void {
  requireField(source.diskName, path, 'diskName', errors);
  requireField(source.diskURI, path, 'diskURI', errors);
  if (source.cachingMode !== undefined) validateEnum(source.cachingMode, ['None', 'ReadOnly', 'ReadWrite'], child(path, 'cachingMode'), errors);
  if (source.kind !== undefined) validateEnum(source.kind, ['Dedicated', 'Managed', 'Shared'], child(path, 'kind'), errors);
  const uri = source.diskURI ?? '';
  if (source.kind === 'Managed' && !uri.startsWith('/subscriptions/')) {
    notSupported(errors, child(path, 'diskURI'), uri, ['/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}']);
  }
  if (source.kind !== undefined && source.kind !== 'Managed' && !uri.startsWith('https://')) {
    notSupported(errors, child(path, 'diskURI'), uri, ['https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd']);
  }
}

/** Source: validateStorageOSVolumeSource */
export function validateStorageOs(source: StorageOSVolumeSource, path: FieldPath, errors: FieldErrors): void {
  if (!source.volumeName) required(errors, child(path, 'volumeName'));
  else invalidEach(errors, child(path, 'volumeName'), source.volumeName, dns1123LabelMessages(source.volumeName));
  if (source.volumeNamespace) invalidEach(errors, child(path, 'volumeNamespace'), source.volumeNamespace, dns1123LabelMessages(source.volumeNamespace));
  if (source.secretRef !== undefined) requireField(source.secretRef.name, child(path, 'secretRef'), 'name', errors);
}

/** The name of a CSI driver. Source: ValidateCSIDriverName */
export function validateCsiDriverName(name: string | undefined, path: FieldPath, errors: FieldErrors): void {
  if (!name) required(errors, path);
  else {
    if (byteLength(name) > 63) tooLong(errors, path, 63);
    invalidEach(errors, path, name, dns1123SubdomainMessages(name.toLowerCase()));
  }
}

/** Source: validateKeyToPath */
function validateKeyToPath(item: KeyToPath, path: FieldPath, errors: FieldErrors): void {
  requireField(item.key, path, 'key', errors);
  requireField(item.path, path, 'path', errors);
  validateNonReservedPath(item.path ?? '', child(path, 'path'), errors);
  validateFileMode(item.mode, child(path, 'mode'), errors);
}

/** Source: validateSecretVolumeSource */
export function validateSecretVolume(source: SecretVolumeSource, path: FieldPath, errors: FieldErrors): void {
  requireField(source.secretName, path, 'secretName', errors);
  validateFileMode(source.defaultMode, child(path, 'defaultMode'), errors);
  source.items?.forEach((item, index) => validateKeyToPath(item, indexed(child(path, 'items'), index), errors));
}

/** Source: validateConfigMapVolumeSource */
export function validateConfigMapVolume(source: ConfigMapVolumeSource, path: FieldPath, errors: FieldErrors): void {
  requireField(source.name, path, 'name', errors);
  validateFileMode(source.defaultMode, child(path, 'defaultMode'), errors);
  source.items?.forEach((item, index) => validateKeyToPath(item, indexed(child(path, 'items'), index), errors));
}

/** Source: validateDownwardAPIVolumeSource; errors of items name no index. */
export function validateDownwardApiVolume(source: DownwardAPIVolumeSource, path: FieldPath, errors: FieldErrors): void {
  validateFileMode(source.defaultMode, child(path, 'defaultMode'), errors);
  for (const file of source.items ?? []) validateDownwardApiFile(file, path, errors);
}

function validateDownwardApiFile(file: DownwardAPIVolumeFile, path: FieldPath, errors: FieldErrors): void {
  requireField(file.path, path, 'path', errors);
  validateNonReservedPath(file.path ?? '', child(path, 'path'), errors);
  if (file.fieldRef !== undefined) {
    validateVolumeFieldSelector(file.fieldRef, child(path, 'fieldRef'), errors);
    if (file.resourceFieldRef !== undefined) invalid(errors, path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
  } else if (file.resourceFieldRef !== undefined) validateResourceFieldSelector(file.resourceFieldRef, true, child(path, 'resourceFieldRef'), errors);
  else required(errors, path, 'one of fieldRef and resourceFieldRef is required');
  validateFileMode(file.mode, child(path, 'mode'), errors);
}

/** Source: validateProjectedVolumeSource, validateProjectionSources */
export function validateProjectedVolume(source: ProjectedVolumeSource, allowAnyTokenPath: boolean, path: FieldPath, errors: FieldErrors): void {
  validateFileMode(source.defaultMode, child(path, 'defaultMode'), errors);
  const taken = new Set<string>();
  const take = (target: string | undefined, shown: string): void => {
    if (!target) return;
    if (taken.has(target)) invalid(errors, path, shown, 'conflicting duplicate paths');
    else taken.add(target);
  };
  source.sources?.forEach((projection, index) => {
    const at = indexed(child(path, 'sources'), index);
    let count = 0;
    for (const field of ['secret', 'configMap'] as const) {
      const keys = projection[field];
      if (keys === undefined) continue;
      count++;
      requireField(keys.name, child(at, field), 'name', errors);
      keys.items?.forEach((item, position) => {
        validateKeyToPath(item, indexed(child(child(at, field), 'items'), position), errors);
        take(item.path, keys.name ?? '');
      });
    }
    if (projection.downwardAPI !== undefined) {
      count++;
      for (const file of projection.downwardAPI.items ?? []) {
        validateDownwardApiFile(file, child(at, 'downwardAPI'), errors);
        take(file.path, file.path ?? '');
      }
    }
    const token = projection.serviceAccountToken;
    if (token !== undefined) {
      count++;
      const seconds = token.expirationSeconds ?? 0;
      const secondsPath = child(child(at, 'serviceAccountToken'), 'expirationSeconds');
      if (seconds < 600) invalid(errors, secondsPath, seconds, 'may not specify a duration less than 10 minutes');
      if (seconds > 2 ** 32) invalid(errors, secondsPath, seconds, 'may not specify a duration larger than 2^32 seconds');
      if (!token.path) required(errors, child(path, 'path'));
      else if (!allowAnyTokenPath) validateNonReservedPath(token.path, child(path, 'path'), errors);
    }
    if (count > 1) forbidden(errors, at, 'may not specify more than 1 volume type per source');
  });
}

/** The pull policy of a container or an image volume. */
export function validatePullPolicy(policy: string | undefined, path: FieldPath, errors: FieldErrors): void {
  if (!policy) required(errors, path);
  else if (policy !== 'IfNotPresent' && policy !== 'Always' && policy !== 'Never') notSupported(errors, path, asJson(policy), ['Always', 'IfNotPresent', 'Never']);
}
