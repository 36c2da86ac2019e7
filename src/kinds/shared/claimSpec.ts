// The spec of a persistent volume claim: in claims, in claim templates of stateful sets and of ephemeral volumes.
// Source: pkg/apis/core/validation/validation.go (ValidatePersistentVolumeClaimSpec)
import { asJson, forbidden, invalid, notSupported, required, type FieldErrors } from '../../api/fieldError.js';
import { child, keyed, type FieldPath } from '../../api/fieldPath.js';
import { quantityNano } from '../../api/quantity.js';
import type { PersistentVolumeClaimSpec, TypedObjectReference } from '../../api/types.js';
import { validateEnum } from './enums.js';
import { dns1123LabelMessages, dns1123SubdomainMessages } from './formats.js';
import { validateLabelSelector, type LabelSelectorOptions } from './labelSelector.js';
import { invalidEach } from './names.js';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** Access modes: known ones, ReadWriteOncePod alone. */
export function validateAccessModes(modes: readonly string[] | undefined, path: FieldPath, errors: FieldErrors): void {
  for (const mode of modes ?? []) if (!ACCESS_MODES.includes(mode)) notSupported(errors, path, asJson(mode), ACCESS_MODES);
  const known = (modes ?? []).filter((mode) => ACCESS_MODES.includes(mode));
  if (known.includes('ReadWriteOncePod') && known.some((mode) => mode !== 'ReadWriteOncePod')) forbidden(errors, path, 'may not use ReadWriteOncePod with other access modes');
}

/** What an update may keep of a stored claim. */
export interface ClaimOptions extends LabelSelectorOptions {
  /** True when the stored claim's data source already named an API group. */
  readonly allowAnySourceGroup?: boolean;
}

/** Checks the spec of a claim. */
export function validatePersistentVolumeClaimSpec(spec: PersistentVolumeClaimSpec, path: FieldPath, errors: FieldErrors, options: ClaimOptions = {}): void {
  if ((spec.accessModes ?? []).length === 0) required(errors, child(path, 'accessModes'), 'at least 1 access mode is required');
  validateLabelSelector(spec.selector, child(path, 'selector'), errors, options);
  validateAccessModes(spec.accessModes, child(path, 'accessModes'), errors);
  const storage = spec.resources?.requests?.['storage'];
  const storagePath = keyed(child(path, 'resources'), 'storage');
  if (storage === undefined) required(errors, storagePath);
  else if (quantityNano(storage) <= 0n) invalid(errors, storagePath, storage, 'must be greater than zero');
  if (spec.storageClassName) invalidEach(errors, child(path, 'storageClassName'), spec.storageClassName, dns1123SubdomainMessages(spec.storageClassName));
  if (spec.volumeMode !== undefined) validateEnum(spec.volumeMode, ['Block', 'Filesystem'], child(path, 'volumeMode'), errors);
  if (spec.dataSource !== undefined) validateDataSource(spec.dataSource, child(path, 'dataSource'), errors, options);
  if (spec.dataSourceRef !== undefined) validateDataSource(spec.dataSourceRef, child(path, 'dataSourceRef'), errors, options);
  const { dataSource, dataSourceRef } = spec;
  if (dataSourceRef?.namespace) {
    if (dataSource !== undefined) invalid(errors, path, asJson({}), 'may not be specified when dataSourceRef.namespace is specified');
  } else if (dataSource !== undefined && dataSourceRef !== undefined) {
    const isSame = dataSource.apiGroup === dataSourceRef.apiGroup && (dataSource.kind ?? '') === (dataSourceRef.kind ?? '') && (dataSource.name ?? '') === (dataSourceRef.name ?? '');
    if (!isSame) invalid(errors, path, asJson({}), 'must match dataSourceRef');
  }
  const attributesClass = spec.volumeAttributesClassName;
  if (attributesClass) invalidEach(errors, child(path, 'volumeAttributesClassName'), attributesClass, dns1123SubdomainMessages(attributesClass));
}

function validateDataSource(source: Omit<TypedObjectReference, 'namespace'> & { namespace?: string }, path: FieldPath, errors: FieldErrors, { allowAnySourceGroup }: ClaimOptions): void {
  if (!source.name) required(errors, child(path, 'name'));
  if (!source.kind) required(errors, child(path, 'kind'));
  const group = source.apiGroup ?? '';
  if (group === '' && source.kind !== 'PersistentVolumeClaim') invalid(errors, path, source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
  if (group !== '' && allowAnySourceGroup !== true) invalidEach(errors, child(path, 'apiGroup'), group, dns1123SubdomainMessages(group));
  if (source.namespace) invalidEach(errors, child(path, 'namespace'), source.namespace, dns1123LabelMessages(source.namespace));
}
