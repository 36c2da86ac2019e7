// PersistentVolume: defaults, and what stays once the volume exists. Source: pkg/registry/core/persistentvolume/strategy.go,
// pkg/apis/core/validation/validation.go (ValidatePersistentVolumeUpdate), pkg/api/persistentvolume/util.go
import { asJson, forbidden, invalid, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, pathText, rootPath } from '../api/fieldPath.js';
import type { NodeSelectorTerm, PersistentVolume, PersistentVolumeSpec } from '../api/types.js';
import { BETA_STORAGE_CLASS } from '../api/volumeClaims.js';
import { formatTime } from '../util/time.js';
import { deepCopy } from '../util/objects.js';
import { defineKind } from './kind.js';
import { setSharedSourceDefaults } from './shared/podDefaults.js';
import { IMMUTABLE, semanticEqual, validateImmutable } from './shared/checks.js';
import { nodeLabelDeprecation } from './shared/deprecatedLabels.js';
import { asInternal, internalForm, type GoLayout } from './shared/internalForm.js';
import { VOLUME_SOURCE_LAYOUT } from './shared/persistentVolumeLayout.js';
import { validatePersistentVolumeSpec, VOLUME_SOURCE_FIELDS } from './shared/persistentVolumeSpec.js';
import { NODE_SELECTOR_LAYOUT } from './shared/podLayouts.js';
import { roundResourceList } from './shared/resourceNames.js';
import { unifiedDiff } from './shared/unifiedDiff.js';

const SPEC = rootPath('spec');
const NODE_AFFINITY: GoLayout = [['Required', 'required', { pointer: NODE_SELECTOR_LAYOUT }]];
const MOUNT_ANNOTATION = 'volume.beta.kubernetes.io/mount-options';
const MOUNT_OPTION_SOURCES = [
  'gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'nfs', 'rbd', 'quobyte', 'iscsi', 'cinder', 'cephfs', 'azureFile', 'vsphereVolume', 'azureDisk', 'photonPersistentDisk',
] as const;
/** A label of nodes → the one that takes its place. */
const RENAMED_LABELS: Record<string, string> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
};
const REMOVED_SOURCES = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
] as const;

/** The kind PersistentVolume. */
export const persistentVolume = defineKind<PersistentVolume>('v1', 'PersistentVolume', {
  metadataOnUpdate: 'fullTwice',
  setDefaults(object) {
    const spec = (object.spec ??= {});
    spec.persistentVolumeReclaimPolicy ||= 'Retain';
    spec.volumeMode ??= 'Filesystem';
    roundResourceList(spec.capacity);
    setSharedSourceDefaults(spec);
    (object.status ??= {}).phase ||= 'Pending';
  },
  prepareForCreate(object, { nowMs }) {
    object.status = { phase: 'Pending', lastPhaseTransitionTime: formatTime(nowMs) };
  },
  validate(object, errors) {
    validate(object, errors);
    validateMountAnnotation(object, errors);
  },
  validateUpdate(object, old, errors) {
    // The server checks the whole volume, then checks it again together with the change.
    validate(object, errors);
    validateMountAnnotation(object, errors);
    validate(object, errors);
    validateChange(object.spec ?? {}, old.spec ?? {}, errors);
  },
  warnings,
});

function validate({ spec = {}, metadata }: PersistentVolume, errors: FieldErrors): void {
  validatePersistentVolumeSpec(spec, metadata.name ?? '', SPEC, errors);
}

/** The annotation is for the sources that had mount options when it was the only way to give them. Source: pkg/volume/validation/pv_validation.go (checkMountOption) */
function validateMountAnnotation({ spec = {}, metadata }: PersistentVolume, errors: FieldErrors): void {
  if (metadata.annotations?.[MOUNT_ANNOTATION] === undefined || MOUNT_OPTION_SOURCES.some((field) => spec[field] !== undefined)) return;
  forbidden(errors, child(child(rootPath('metadata'), 'annotations'), MOUNT_ANNOTATION), 'may not specify mount options for this volume type');
}

function validateChange(spec: PersistentVolumeSpec, before: PersistentVolumeSpec, errors: FieldErrors): void {
  const source = sourceOf(spec);
  const oldSource = sourceOf(before);
  // The secret for growing a volume may be added later.
  if (before.csi !== undefined && before.csi.controllerExpandSecretRef === undefined && spec.csi?.controllerExpandSecretRef !== undefined) {
    const { controllerExpandSecretRef: _added, ...rest } = spec.csi;
    source['csi'] = rest;
  }
  if (!semanticEqual(source, oldSource)) {
    const difference = unifiedDiff(internalForm(VOLUME_SOURCE_LAYOUT, oldSource), internalForm(VOLUME_SOURCE_LAYOUT, source));
    forbidden(errors, child(SPEC, 'persistentvolumesource'), `spec.persistentvolumesource is immutable after creation\n${difference}`);
  }
  validateImmutable(spec.volumeMode, before.volumeMode, rootPath('volumeMode'), errors);
  if (before.nodeAffinity !== undefined && !semanticEqual(spec.nodeAffinity, withRenamedLabels(before.nodeAffinity, spec.nodeAffinity))) {
    const shown = spec.nodeAffinity === undefined ? asJson(null) : asInternal(NODE_AFFINITY, spec.nodeAffinity);
    invalid(errors, rootPath('nodeAffinity'), shown, `${IMMUTABLE}, except for updating from beta label to GA`);
  }
  if (before.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) {
    forbidden(errors, child(SPEC, 'volumeAttributesClassName'), 'update from non-nil value to nil is forbidden');
  }
}

function sourceOf(spec: PersistentVolumeSpec): Record<string, unknown> {
  const source: Record<string, unknown> = {};
  for (const field of VOLUME_SOURCE_FIELDS) {
    const value = spec[field as keyof PersistentVolumeSpec];
    if (value !== undefined) source[field] = value;
  }
  return source;
}

/** The old affinity with each key replaced that the new one replaced as it may; a key without a successor may become empty, as the server has it. */
function withRenamedLabels(old: PersistentVolumeSpec['nodeAffinity'], affinity: PersistentVolumeSpec['nodeAffinity']): PersistentVolumeSpec['nodeAffinity'] {
  const renamed = deepCopy(old);
  const terms: readonly NodeSelectorTerm[] = affinity?.required?.nodeSelectorTerms ?? [];
  renamed?.required?.nodeSelectorTerms?.forEach((term, index) => {
    term.matchExpressions?.forEach((requirement, at) => {
      const key = terms[index]?.matchExpressions?.[at]?.key ?? '';
      if (terms[index]?.matchExpressions?.[at] !== undefined && key === (RENAMED_LABELS[requirement.key] ?? '')) requirement.key = key;
    });
  });
  affinity?.required?.nodeSelectorTerms?.forEach((term) => term.matchExpressions?.forEach((requirement) => void (requirement.key ??= '')));
  return renamed;
}

function warnings({ metadata, spec = {} }: PersistentVolume): string[] {
  const found: string[] = [];
  if (metadata.annotations?.[BETA_STORAGE_CLASS] !== undefined) found.push(`metadata.annotations[${BETA_STORAGE_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`);
  if (metadata.annotations?.[MOUNT_ANNOTATION] !== undefined) found.push(`metadata.annotations[${MOUNT_ANNOTATION}]: deprecated since v1.31; use "mountOptions" attribute instead`);
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') {
    found.push('spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.');
  }
  const terms = child(child(child(SPEC, 'nodeAffinity'), 'required'), 'nodeSelectorTerms');
  spec.nodeAffinity?.required?.nodeSelectorTerms?.forEach(({ matchExpressions }, index) => {
    matchExpressions?.forEach(({ key }, at) => {
      const text = nodeLabelDeprecation(key);
      if (text !== undefined) found.push(`${pathText(child(indexed(child(indexed(terms, index), 'matchExpressions'), at), 'key'))}: ${key} is ${text}`);
    });
  });
  for (const [field, shown, text] of REMOVED_SOURCES) if (spec[field] !== undefined) found.push(`spec.${shown}: ${text}`);
  return found;
}
