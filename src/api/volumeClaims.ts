// Words that volumes and claims are tied together with, and whether the one satisfies the other. Source: component-helpers/storage/volume/pv_helpers.go
import { compareQuantities } from './quantity.js';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from './types.js';

/** Marks a claim as bound to the end. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** Marks a volume or claim whose other half was chosen by a controller or the scheduler, not by a person. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** The annotation by which a claim asks for a volume near a node. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** Names who made the volume. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** Names who is to make a volume for the claim. */
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';

/** Named the class of a claim or volume before there was a field for it, and still comes first. */
export const BETA_STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** Name of the claim's class; '' without one. */
export function classOfClaim({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[BETA_STORAGE_CLASS] ?? spec?.storageClassName ?? '';
}

/** Name of the volume's class; '' without one. */
export function classOfVolume({ metadata, spec }: PersistentVolume): string {
  return metadata.annotations?.[BETA_STORAGE_CLASS] ?? spec?.storageClassName ?? '';
}

/** How much the claim asks for. */
export function sizeOfClaim({ spec }: PersistentVolumeClaim): string {
  return spec?.resources?.requests?.['storage'] ?? '0';
}

/** How much the volume holds. */
export function sizeOfVolume({ spec }: PersistentVolume): string {
  return spec?.capacity?.['storage'] ?? '0';
}

/** What a claim may find wanting in a volume. */
type VolumeAspect = 'deletion' | 'size' | 'class' | 'attributes' | 'mode' | 'access';

/** The first of the aspects in which the volume does not satisfy the claim, in the words of the event. Source: pkg/controller/volume/persistentvolume/pv_controller.go (checkVolumeSatisfyClaim) */
export function volumeMismatch(volume: PersistentVolume, claim: PersistentVolumeClaim, aspects: readonly VolumeAspect[]): string | undefined {
  const { metadata, spec } = volume;
  for (const aspect of aspects) {
    switch (aspect) {
      case 'deletion':
        if (metadata.deletionTimestamp !== undefined) return `the volume is marked for deletion "${metadata.name ?? ''}"`;
        break;
      case 'size':
        if (compareQuantities(sizeOfVolume(volume), sizeOfClaim(claim)) < 0) return 'requested PV is too small';
        break;
      case 'class':
        if (classOfVolume(volume) !== classOfClaim(claim)) return 'storageClassName does not match';
        break;
      case 'attributes':
        if ((spec?.volumeAttributesClassName ?? '') !== (claim.spec?.volumeAttributesClassName ?? '')) return 'volumeAttributesClassName does not match';
        break;
      case 'mode':
        if ((spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) return 'incompatible volumeMode';
        break;
      default:
        if (!(claim.spec?.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode) === true)) return 'incompatible accessMode';
    }
  }
  return undefined;
}

/** True when the volume names this claim, whatever its uid if it names none. */
export function isVolumeForClaim({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const reference = spec?.claimRef;
  if (reference === undefined || reference.name !== metadata.name || reference.namespace !== metadata.namespace) return false;
  return !reference.uid || reference.uid === metadata.uid;
}

/** 'namespace/name' of the claim that the volume names. */
export function claimKeyOf({ spec }: PersistentVolume): string | undefined {
  const reference = spec?.claimRef;
  return reference === undefined ? undefined : `${reference.namespace ?? ''}/${reference.name ?? ''}`;
}

const NONE: readonly string[] = [];

/** Names of the claims that the pod mounts, those made for its ephemeral volumes included. */
export function claimNamesOf({ metadata, spec }: Pod): readonly string[] {
  const volumes = spec?.volumes;
  if (volumes === undefined) return NONE;
  // Asked of every pod by many, and nearly all mount none.
  let names: string[] | undefined;
  for (let index = 0; index < volumes.length; index++) {
    const { name, persistentVolumeClaim, ephemeral } = volumes[index] as Volume;
    if (persistentVolumeClaim !== undefined) (names ??= []).push(persistentVolumeClaim.claimName);
    else if (ephemeral !== undefined) (names ??= []).push(`${metadata.name ?? ''}-${name}`);
  }
  return names ?? NONE;
}
