// Which volume that is there already serves a claim best. Source: component-helpers/storage/volume/pv_helpers.go (FindMatchingVolume)
import { labelSelectorMatches } from '../../api/labelSelector.js';
import { nodeIdentity, nodeSelectorMatches } from '../../api/nodeAffinity.js';
import { compareQuantities } from '../../api/quantity.js';
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../../api/types.js';
import { classOfClaim, classOfVolume, isVolumeForClaim } from '../../api/volumeClaims.js';

/** The volume that is bound to the claim beforehand, or the smallest that fits; the first by name among equals. */
export function findVolume(
  claim: PersistentVolumeClaim,
  { volumes, node, isTaken }: { volumes: readonly PersistentVolume[]; node: Node; isTaken: (name: string) => boolean },
): PersistentVolume | undefined {
  const size = claim.spec?.resources?.requests?.['storage'] ?? '0';
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    const { spec, status, metadata } = volume;
    if (spec === undefined || isTaken(metadata.name ?? '') || classOfVolume(volume) !== classOfClaim(claim)) continue;
    const isForClaim = isVolumeForClaim(volume, claim);
    if (spec.claimRef !== undefined && !isForClaim) continue;
    if (compareQuantities(spec.capacity?.['storage'] ?? '0', size) < 0) continue;
    if ((spec.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) continue;
    if ((spec.volumeAttributesClassName ?? '') !== (claim.spec?.volumeAttributesClassName ?? '')) continue;
    if (metadata.deletionTimestamp !== undefined) continue;
    const isReachable = spec.nodeAffinity?.required === undefined || nodeSelectorMatches(spec.nodeAffinity.required, { ...nodeIdentity(node), name: '' });
    if (isForClaim) return isReachable ? volume : undefined;
    if (status?.phase !== undefined && status.phase !== 'Available' && status.phase !== 'Pending') continue;
    if (claim.spec?.selector !== undefined && !labelSelectorMatches(claim.spec.selector, metadata.labels)) continue;
    if (!isReachable || !(claim.spec?.accessModes ?? []).every((mode) => spec.accessModes?.includes(mode) === true)) continue;
    if (best === undefined || compareQuantities(spec.capacity?.['storage'] ?? '0', best.spec?.capacity?.['storage'] ?? '0') < 0) best = volume;
  }
  return best;
}
