// The volume that a claim is bound to.
// Source: pkg/controller/volume/persistentvolume/index.go, component-helpers/storage/volume/pv_helpers.go (FindMatchingVolume)
import { labelSelectorMatches } from '../../api/labelSelector.js';
import { objectKey } from '../../api/meta.js';
import { compareQuantities } from '../../api/quantity.js';
import type { Reader } from '../../apiserver/reader.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types.js';
import { classOfClaim, isVolumeForClaim, sizeOfVolume, volumeMismatch } from '../../api/volumeClaims.js';
import { compareStrings } from '../../util/compare.js';

/** The volume to bind the claim to. With `isDelayed` only one that names the claim already. */
export function bestVolumeFor(claim: PersistentVolumeClaim, { read, isDelayed }: { read: Reader; isDelayed: boolean }): PersistentVolume | undefined {
  let best: PersistentVolume | undefined;
  for (const volumes of [read.volumesNaming(objectKey(claim)), isDelayed ? [] : read.freeVolumes(classOfClaim(claim))]) {
    for (const volume of volumes) if (fits(volume, claim) && (best === undefined || compareFit(volume, best, claim) < 0)) best = volume;
  }
  return best;
}

function fits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { spec, status, metadata } = volume;
  if (volumeMismatch(volume, claim, ['deletion', 'size', 'mode', 'access', 'attributes']) !== undefined) return false;
  if (spec?.claimRef !== undefined) return isVolumeForClaim(volume, claim);
  return status?.phase === 'Available' && (claim.spec?.selector === undefined || labelSelectorMatches(claim.spec.selector, metadata.labels));
}

/** Fewest access modes first; among these one that names the claim, then the smallest, then the first by name. */
function compareFit(a: PersistentVolume, b: PersistentVolume, claim: PersistentVolumeClaim): number {
  const modes = ({ spec }: PersistentVolume): number => new Set(spec?.accessModes ?? []).size;
  const reserved = (volume: PersistentVolume): number => (isVolumeForClaim(volume, claim) ? 0 : 1);
  return modes(a) - modes(b) || reserved(a) - reserved(b) || compareQuantities(sizeOfVolume(a), sizeOfVolume(b)) || compareStrings(a.metadata.name ?? '', b.metadata.name ?? '');
}
