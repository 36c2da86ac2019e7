// The numbers of a rollout: surge, unavailable, size of the new ReplicaSet, proportional scaling.
// Source: pkg/controller/deployment/util/deployment_util.go
import type { Deployment, ReplicaSet } from '../../api/types.js';
import { compareStrings } from '../../util/compare.js';
import { resolveFenceposts } from '../shared/intOrPercent.js';

/** Annotations that the controller keeps on ReplicaSets and Deployments. */
export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** Replicas asked for. */
export function replicasOf(object: Deployment | ReplicaSet): number {
  return object.spec?.replicas ?? 1;
}

/** True for the strategy RollingUpdate. */
export function isRollingUpdate(deployment: Deployment): boolean {
  return (deployment.spec?.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
}

/** Pods that may stand beyond the wanted number. */
export function maxSurge(deployment: Deployment): number {
  return isRollingUpdate(deployment) ? fenceposts(deployment).surge : 0;
}

/** Pods that may be missing from the wanted number. */
export function maxUnavailable(deployment: Deployment): number {
  const replicas = replicasOf(deployment);
  return !isRollingUpdate(deployment) || replicas === 0 ? 0 : Math.min(fenceposts(deployment).unavailable, replicas);
}

function fenceposts(deployment: Deployment): { surge: number; unavailable: number } {
  const rolling = deployment.spec?.strategy?.rollingUpdate;
  return resolveFenceposts(rolling?.maxSurge, rolling?.maxUnavailable, replicasOf(deployment));
}

/** Sum of `spec.replicas`. */
export function totalReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + replicasOf(set), 0);
}

/** Sum of a count of the statuses. */
export function sumStatus(sets: readonly ReplicaSet[], field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number {
  return sets.reduce((sum, set) => sum + (set.status?.[field] ?? 0), 0);
}

/** The size that the new ReplicaSet should have now. */
export function newReplicaSetSize(deployment: Deployment, all: readonly ReplicaSet[], currentSize: number): number {
  const desired = replicasOf(deployment);
  if (!isRollingUpdate(deployment)) return desired;
  const total = totalReplicas(all);
  const allowed = desired + maxSurge(deployment);
  return total >= allowed ? currentSize : currentSize + Math.min(allowed - total, desired - currentSize);
}

/** The share of one ReplicaSet when `toAdd` (negative: to remove) replicas are spread in proportion and `added` are spread already. */
export function proportionOf(set: ReplicaSet, deployment: Deployment, { toAdd, added }: { toAdd: number; added: number }): number {
  if (replicasOf(set) === 0 || toAdd === 0 || toAdd === added) return 0;
  const fraction = fractionOf(set, deployment);
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
}

function fractionOf(set: ReplicaSet, deployment: Deployment): number {
  const size = replicasOf(set);
  if (replicasOf(deployment) === 0) return -size;
  const maxBefore = numberAnnotation(set, MAX_REPLICAS) || (deployment.status?.replicas ?? 0);
  if (maxBefore === 0) return 0;
  const scaled = (size * (replicasOf(deployment) + maxSurge(deployment))) / maxBefore;
  return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5) - size;
}

/** The annotation as an integer; undefined when absent or none. */
export function numberAnnotation(object: Deployment | ReplicaSet, name: string): number | undefined {
  const text = object.metadata.annotations?.[name];
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** The revision of a ReplicaSet; 0 when it has none. */
export function revisionOf(object: Deployment | ReplicaSet): number {
  return numberAnnotation(object, REVISION) ?? 0;
}

/** Oldest first, equally old ones by name. */
export function compareAge(a: ReplicaSet, b: ReplicaSet): number {
  return compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareStrings(a.metadata.name ?? '', b.metadata.name ?? '');
}
