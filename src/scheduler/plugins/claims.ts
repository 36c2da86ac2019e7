// The claims that a pod mounts, and what is known of them. Source: component-helpers/storage/{ephemeral,volume}/helpers.go
import type { Reader } from '../../apiserver/reader.js';
import type { PersistentVolumeClaim, StorageClass, Volume } from '../../api/types.js';
import type { PodInfo } from '../framework/podInfo.js';

/** The annotation that marks a claim as bound to the end. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** The annotation that marks a volume as chosen by the controller or the scheduler. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** The annotation by which a claim asks for a volume near a node. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

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

/** Name of the claim's class; '' without one. */
export function classNameOf(claim: PersistentVolumeClaim): string {
  return claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? claim.spec?.storageClassName ?? '';
}

/** The claim's class. */
export function classOf(claim: PersistentVolumeClaim, read: Reader): StorageClass | undefined {
  const name = classNameOf(claim);
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
