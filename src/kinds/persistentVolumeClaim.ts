// PersistentVolumeClaim: defaults, data sources, and what may change of a claim. Source: pkg/registry/core/persistentvolumeclaim/strategy.go,
// pkg/apis/core/validation/validation.go (ValidatePersistentVolumeClaimUpdate), pkg/api/persistentvolumeclaim/util.go
import { forbidden, invalid, type FieldErrors } from '../api/fieldError.js';
import { child, rootPath } from '../api/fieldPath.js';
import { compareQuantities, quantityNano } from '../api/quantity.js';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../api/types.js';
import { BETA_STORAGE_CLASS, sizeOfClaim } from '../api/volumeClaims.js';
import { defineKind } from './kind.js';
import { validatePersistentVolumeClaimSpec } from './shared/claimSpec.js';
import { IMMUTABLE, semanticEqualSpec, validateImmutable } from './shared/checks.js';
import { internalForm } from './shared/internalForm.js';
import { hasInvalidSelectorValue } from './shared/labelSelector.js';
import { CLAIM_SPEC_LAYOUT } from './shared/podLayouts.js';
import { roundResourceList } from './shared/resourceNames.js';
import { unifiedDiff } from './shared/unifiedDiff.js';

const SPEC = rootPath('spec');
const SNAPSHOT_GROUP = 'snapshot.storage.k8s.io';
const NANO = 1_000_000_000n;

/** The kind PersistentVolumeClaim. */
export const persistentVolumeClaim = defineKind<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim', {
  metadataOnUpdate: 'both',
  setDefaults(object) {
    const spec = (object.spec ??= {});
    spec.volumeMode ??= 'Filesystem';
    roundResourceList(spec.resources?.limits);
    roundResourceList(spec.resources?.requests);
    const status = (object.status ??= {});
    status.phase ||= 'Pending';
    roundResourceList(status.capacity);
    roundResourceList(status.allocatedResources);
  },
  prepareForCreate(object) {
    object.status = { phase: 'Pending' };
    settleDataSources(object.spec ?? {}, {});
  },
  prepareForUpdate: (object, old) => settleDataSources(object.spec ?? {}, old.spec ?? {}),
  validate: (object, errors) => validatePersistentVolumeClaimSpec(object.spec ?? {}, SPEC, errors),
  validateUpdate(object, old, errors) {
    const { selector, dataSource, dataSourceRef } = old.spec ?? {};
    validatePersistentVolumeClaimSpec(object.spec ?? {}, SPEC, errors, {
      allowInvalidValues: hasInvalidSelectorValue(selector), allowAnySourceGroup: dataSource?.apiGroup !== undefined || dataSourceRef?.apiGroup !== undefined,
    });
    validateChange(object, old, errors);
  },
  warnings: ({ metadata, spec }) => [
    ...(metadata.annotations?.[BETA_STORAGE_CLASS] === undefined ? [] : [`metadata.annotations[${BETA_STORAGE_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`]),
    ...fractionalStorageWarnings(spec ?? {}, 'spec'),
  ],
});

/** Bytes come whole. Source: GetWarningsForPersistentVolumeClaimSpec */
function fractionalStorageWarnings({ resources }: PersistentVolumeClaimSpec, path: string): string[] {
  const found: string[] = [];
  for (const list of ['requests', 'limits'] as const) {
    const quantity = resources?.[list]?.['storage'];
    if (quantity !== undefined && quantityNano(quantity) % NANO !== 0n) found.push(`${path}.resources.${list}[storage]: fractional byte value "${quantity}" is invalid, must be an integer`);
  }
  return found;
}

/**
 * References across namespaces are off, data sources of unknown kinds only work through dataSourceRef, and otherwise the two fields say the same.
 * Source: DropDisabledFields, EnforceDataSourceBackwardsCompatibility, NormalizeDataSources
 */
function settleDataSources(spec: PersistentVolumeClaimSpec, old: PersistentVolumeClaimSpec): void {
  if (spec.dataSourceRef?.namespace && old.dataSourceRef === undefined) delete spec.dataSourceRef;
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined && dataSourceRef === undefined) {
    const { apiGroup = '', kind } = dataSource;
    const isKnown = (kind === 'PersistentVolumeClaim' && apiGroup === '') || (kind === 'VolumeSnapshot' && apiGroup === SNAPSHOT_GROUP);
    if (isKnown || old.dataSource !== undefined || old.dataSourceRef !== undefined) spec.dataSourceRef = { ...dataSource };
    else delete spec.dataSource;
  } else if (dataSource === undefined && dataSourceRef !== undefined && !dataSourceRef.namespace) {
    const { namespace: _namespace, ...rest } = dataSourceRef;
    spec.dataSource = rest;
  }
}

function validateChange(object: PersistentVolumeClaim, old: PersistentVolumeClaim, errors: FieldErrors): void {
  const spec = object.spec ?? {};
  const before = old.spec ?? {};
  const kept: PersistentVolumeClaimSpec = { ...spec };
  const keptBefore: PersistentVolumeClaimSpec = { ...before };
  // The volume is set once.
  if (!before.volumeName) setOrDelete(keptBefore, 'volumeName', spec.volumeName);
  const annotation = object.metadata.annotations?.[BETA_STORAGE_CLASS];
  const oldAnnotation = old.metadata.annotations?.[BETA_STORAGE_CLASS];
  if (oldAnnotation !== undefined && before.storageClassName === undefined && spec.storageClassName === oldAnnotation && (annotation === undefined || annotation === oldAnnotation)) {
    delete kept.storageClassName;
  } else {
    if ((annotation ?? '') !== (oldAnnotation ?? '')) invalid(errors, child(child(rootPath('metadata'), 'annotations'), BETA_STORAGE_CLASS), annotation ?? '', IMMUTABLE);
    if (before.storageClassName === undefined && spec.storageClassName !== undefined && (oldAnnotation === undefined || oldAnnotation === spec.storageClassName)) delete kept.storageClassName;
  }
  if (object.status?.phase === 'Bound') {
    if (spec.resources?.requests !== undefined) kept.resources = { ...spec.resources, requests: { ...spec.resources.requests, storage: sizeOfClaim(old) } };
    setOrDelete(kept, 'volumeAttributesClassName', before.volumeAttributesClassName);
  }
  if (!semanticEqualSpec(kept, keptBefore)) {
    const difference = unifiedDiff(internalForm(CLAIM_SPEC_LAYOUT, keptBefore), internalForm(CLAIM_SPEC_LAYOUT, kept));
    forbidden(errors, SPEC, `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${difference}`);
  }
  validateSizeChange(object, old, errors);
  validateImmutable(spec.volumeMode, before.volumeMode, rootPath('volumeMode'), errors);
  validateAttributesClassChange(spec, before, old, errors);
}

function setOrDelete(spec: PersistentVolumeClaimSpec, field: 'volumeName' | 'volumeAttributesClassName', value: string | undefined): void {
  if (value === undefined) delete spec[field];
  else spec[field] = value;
}

/** A claim may shrink again as far as what it has. */
function validateSizeChange(object: PersistentVolumeClaim, old: PersistentVolumeClaim, errors: FieldErrors): void {
  const size = sizeOfClaim(object);
  if (compareQuantities(size, sizeOfClaim(old)) >= 0 || compareQuantities(size, old.status?.capacity?.['storage'] ?? '0') > 0) return;
  forbidden(errors, child(child(child(SPEC, 'resources'), 'requests'), 'storage'), 'field can not be less than status.capacity');
}

function validateAttributesClassChange(spec: PersistentVolumeClaimSpec, before: PersistentVolumeClaimSpec, old: PersistentVolumeClaim, errors: FieldErrors): void {
  const name = spec.volumeAttributesClassName;
  if (name === before.volumeAttributesClassName || old.status?.currentVolumeAttributesClassName === undefined || (name !== undefined && name !== '')) return;
  const what = name === undefined ? 'nil' : 'empty string';
  forbidden(errors, child(SPEC, 'volumeAttributesClassName'), `update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`);
}
