// The claims that a pod mounts, and what is known of them. Source: component-helpers/storage/{ephemeral,volume}/helpers.go
import type { Reader } from '../../apiserver/reader.js';
import { BIND_COMPLETED, classOfClaim } from '../../api/volumeClaims.js';
import type { PersistentVolumeClaim, StorageClass, Volume } from '../../api/types.js';
import type { PodInfo } from '../framework/podInfo.js';

/** Name of the claim behind the volume: its own, or the one made for a generic ephemeral volume. */
export function claimNameOf(pod: PodInfo, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim !== undefined) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral === undefined ? undefined : `${pod.name}-${volume.name}`;
}

/** True when a volume of the pod is a claim. */
export function hasClaims(pod: PodInfo): boolean {
  for (const volume of pod.facts.volumes) if (volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined) return true;
  return false;
}

/** True when a volume of the pod is this claim, one made for the pod aside. */
export function isClaimOf(pod: PodInfo, { namespace, name }: { namespace?: string; name?: string }): boolean {
  return namespace === pod.namespace && pod.facts.volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === name && name !== undefined);
}

/** The claim's class. */
export function classOf(claim: PersistentVolumeClaim, read: Reader): StorageClass | undefined {
  const name = classOfClaim(claim);
  return name === '' ? undefined : read.get('storageclasses.storage.k8s.io', '', name);
}

/** True when the claim waits for a pod before it is bound. */
export function waitsForConsumer(storageClass: StorageClass | undefined): boolean {
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
}

/** True when the claim is bound and the binding is complete. */
export function isFullyBound(claim: PersistentVolumeClaim): boolean {
  return Boolean(claim.spec?.volumeName) && claim.metadata.annotations?.[BIND_COMPLETED] !== undefined;
}
