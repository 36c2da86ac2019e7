// The volumes that a claim may be bound to, found without a look at all of them.
// Source: pkg/controller/volume/persistentvolume/index.go, component-helpers/storage/volume/pv_helpers.go (FindMatchingVolume)
import { labelSelectorMatches } from '../../api/labelSelector.js';
import { objectKey, type WatchEvent } from '../../api/meta.js';
import { compareQuantities } from '../../api/quantity.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types.js';
import { classOfClaim, classOfVolume, isVolumeForClaim } from '../../api/volumeClaims.js';
import { compareStrings } from '../../util/compare.js';

/** Volumes by what makes them fit. */
export interface VolumeIndex {
  onVolume(event: WatchEvent<PersistentVolume>): void;
  /** The volume to bind the claim to. With `isDelayed` only one that names the claim already. */
  bestFor(claim: PersistentVolumeClaim, isDelayed: boolean): PersistentVolume | undefined;
}

/** An index without volumes. */
export function createVolumeIndex(): VolumeIndex {
  /** 'class:x' or 'claim:namespace/name' → volumes by name. */
  const filed = new Map<string, Map<string, PersistentVolume>>();
  const placeOf = (volume: PersistentVolume): string => {
    const reference = volume.spec?.claimRef;
    return reference === undefined ? `class:${classOfVolume(volume)}` : `claim:${reference.namespace ?? ''}/${reference.name ?? ''}`;
  };
  return {
    onVolume({ type, object, old }) {
      const name = object.metadata.name ?? '';
      if (old !== undefined) filed.get(placeOf(old))?.delete(name);
      if (type === 'DELETED') {
        filed.get(placeOf(object))?.delete(name);
        return;
      }
      const place = placeOf(object);
      const volumes = filed.get(place);
      if (volumes === undefined) filed.set(place, new Map([[name, object]]));
      else volumes.set(name, object);
    },
    bestFor(claim, isDelayed) {
      const reserved = filed.get(`claim:${objectKey(claim)}`);
      const free = isDelayed ? undefined : filed.get(`class:${classOfClaim(claim)}`);
      let best: PersistentVolume | undefined;
      for (const volume of [...(reserved?.values() ?? []), ...(free?.values() ?? [])]) {
        if (fits(volume, claim) && (best === undefined || compareFit(volume, best, claim) < 0)) best = volume;
      }
      return best;
    },
  };
}

function fits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { spec, status, metadata } = volume;
  if (spec === undefined || metadata.deletionTimestamp !== undefined) return false;
  if (refusalOf(volume, claim, ['size', 'mode', 'access', 'attributes']) !== undefined) return false;
  if (spec.claimRef !== undefined) return isVolumeForClaim(volume, claim);
  return status?.phase === 'Available' && (claim.spec?.selector === undefined || labelSelectorMatches(claim.spec.selector, metadata.labels));
}

/** Fewest access modes first; among these one that names the claim, then the smallest, then the first by name. */
function compareFit(a: PersistentVolume, b: PersistentVolume, claim: PersistentVolumeClaim): number {
  const modes = ({ spec }: PersistentVolume): number => new Set(spec?.accessModes ?? []).size;
  const reserved = (volume: PersistentVolume): number => (isVolumeForClaim(volume, claim) ? 0 : 1);
  return modes(a) - modes(b) || reserved(a) - reserved(b) || compareQuantities(sizeOf(a), sizeOf(b)) || compareStrings(a.metadata.name ?? '', b.metadata.name ?? '');
}

function sizeOf({ spec }: PersistentVolume): string {
  return spec?.capacity?.['storage'] ?? '0';
}

type Aspect = 'size' | 'class' | 'attributes' | 'mode' | 'access';

/** Why the volume does not satisfy the claim, in the words of the event. */
export function refusalOf(volume: PersistentVolume, claim: PersistentVolumeClaim, aspects: readonly Aspect[]): string | undefined {
  const { spec } = volume;
  for (const aspect of aspects) {
    switch (aspect) {
      case 'size':
        if (compareQuantities(sizeOf(volume), claim.spec?.resources?.requests?.['storage'] ?? '0') < 0) return 'requested PV is too small';
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
