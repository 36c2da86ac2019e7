// Which volume that is there already serves a claim best. Source: component-helpers/storage/volume/pv_helpers.go (FindMatchingVolume)
import { labelSelectorMatches } from '../../api/labelSelector.js';
import { objectKey } from '../../api/meta.js';
import { nodeIdentity, nodeSelectorMatches } from '../../api/nodeAffinity.js';
import { compareQuantities } from '../../api/quantity.js';
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../../api/types.js';
import { classOfClaim, classOfVolume, isVolumeForClaim } from '../../api/volumeClaims.js';
import type { Reader } from '../../apiserver/reader.js';
import { compareStrings } from '../../util/compare.js';

/** Volumes that would do for a claim on any node that reaches them. */
export interface VolumeCandidates {
  /** The one that names the claim; it comes before all others, and where it cannot be reached they do not count. */
  readonly reserved: PersistentVolume | undefined;
  /** The smallest first, the first by name among equals. */
  readonly free: readonly PersistentVolume[];
}

/** The candidates for the claim; `isPromised` tells of volumes that are meant for another one. */
export function volumeCandidates(claim: PersistentVolumeClaim, { read, isPromised }: { read: Reader; isPromised: (name: string) => boolean }): VolumeCandidates {
  const suits = (volume: PersistentVolume): boolean => !isPromised(volume.metadata.name ?? '') && isLikeClaim(volume, claim);
  const reserved = read.volumesNaming(objectKey(claim)).filter((volume) => isVolumeForClaim(volume, claim) && suits(volume)).sort(byName)[0];
  if (reserved !== undefined) return { reserved, free: [] };
  const free = read.freeVolumes(classOfClaim(claim)).filter((volume) => suits(volume) && isAvailableFor(volume, claim));
  return { reserved, free: free.sort((a, b) => compareQuantities(sizeOf(a), sizeOf(b)) || byName(a, b)) };
}

/** The best of the candidates that the node reaches. */
export function findVolume({ reserved, free }: VolumeCandidates, { node, isTaken }: { node: Node; isTaken: (name: string) => boolean }): PersistentVolume | undefined {
  const reaches = ({ spec }: PersistentVolume): boolean => spec?.nodeAffinity?.required === undefined || nodeSelectorMatches(spec.nodeAffinity.required, { ...nodeIdentity(node), name: '' });
  if (reserved !== undefined) return reaches(reserved) ? reserved : undefined;
  return free.find((volume) => !isTaken(volume.metadata.name ?? '') && reaches(volume));
}

/** True when class, size, mode and attributes are as the claim wants them. */
function isLikeClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { spec, metadata } = volume;
  if (spec === undefined || metadata.deletionTimestamp !== undefined || classOfVolume(volume) !== classOfClaim(claim)) return false;
  return (
    compareQuantities(sizeOf(volume), claim.spec?.resources?.requests?.['storage'] ?? '0') >= 0 &&
    (spec.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem') &&
    (spec.volumeAttributesClassName ?? '') === (claim.spec?.volumeAttributesClassName ?? '')
  );
}

/** True when the volume is to be had for any claim that can use it, and this one can. */
function isAvailableFor({ spec, status, metadata }: PersistentVolume, { spec: wanted }: PersistentVolumeClaim): boolean {
  if (status?.phase !== undefined && status.phase !== 'Available' && status.phase !== 'Pending') return false;
  if (wanted?.selector !== undefined && !labelSelectorMatches(wanted.selector, metadata.labels)) return false;
  return (wanted?.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode) === true);
}

function sizeOf({ spec }: PersistentVolume): string {
  return spec?.capacity?.['storage'] ?? '0';
}

function byName(a: PersistentVolume, b: PersistentVolume): number {
  return compareStrings(a.metadata.name ?? '', b.metadata.name ?? '');
}
