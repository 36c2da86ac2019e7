// The two strategies of a Deployment and the change of its size, each one pass over its ReplicaSets.
// Source: pkg/controller/deployment/{rolling,recreate,sync}.go
import { isPodTerminal } from '../../api/pods.js';
import type { ReplicaSet } from '../../api/types.js';
import { compareAge, DESIRED_REPLICAS, isRollingUpdate, maxSurge, maxUnavailable, newReplicaSetSize, numberAnnotation, proportionOf, replicasOf, sumStatus, totalReplicas } from './arithmetic.js';
import { calculateRolloutStatus, calculateStatus, isComplete, secondsToDeadline } from './conditions.js';
import { ensureNewReplicaSet, syncNewReplicaSet } from './newReplicaSet.js';
import { cleanUpHistory, resizeReplicaSet, scaleReplicaSet, writeStatus, type Rollout } from './rollout.js';

const isActive = (set: ReplicaSet): boolean => replicasOf(set) > 0;
const listOf = (old: readonly ReplicaSet[], newSet: ReplicaSet | undefined): ReplicaSet[] => (newSet === undefined ? [...old] : [...old, newSet]);

/** Writes the status of a rollout. Gives the seconds until its deadline. */
function finish(rollout: Rollout, all: readonly ReplicaSet[], newSet: ReplicaSet | undefined): number | undefined {
  const status = calculateRolloutStatus(rollout.deployment, all, newSet, rollout.nowMs);
  writeStatus(rollout, status);
  return secondsToDeadline(rollout.deployment, status, rollout.nowMs);
}

/** One pass of RollingUpdate. Gives the seconds after which to look again, if any. */
export function rollingUpdate(rollout: Rollout, sets: readonly ReplicaSet[]): number | undefined {
  const { newSet, old } = ensureNewReplicaSet(rollout, sets);
  if (newSet === undefined) return undefined;
  const all = listOf(old, newSet);
  if (growNew(rollout, all, newSet)) return finish(rollout, all, newSet);
  if (old.length > 0 && shrinkOld(rollout, old.filter(isActive), newSet, totalReplicas(all))) return finish(rollout, all, newSet);
  if (rollout.hasFailed) return undefined;
  if (isComplete(rollout.deployment, rollout.deployment.status)) cleanUpHistory(rollout, old);
  const seconds = finish(rollout, all, newSet);
  // Only a rollout that is complete by the status just written has something left to do: its history.
  rollout.isSettled = !rollout.hasFailed && (old.length === 0 || !isComplete(rollout.deployment, rollout.deployment.status));
  return seconds;
}

function growNew(rollout: Rollout, all: readonly ReplicaSet[], newSet: ReplicaSet): boolean {
  const desired = replicasOf(rollout.deployment);
  const current = replicasOf(newSet);
  if (current === desired) return false;
  const size = current > desired ? desired : newReplicaSetSize(rollout.deployment, all, current);
  return resizeReplicaSet(rollout, newSet, size).isScaled;
}

/** Scales old ReplicaSets down: unhealthy pods first, then as many as availability allows. */
function shrinkOld(rollout: Rollout, active: readonly ReplicaSet[], newSet: ReplicaSet, total: number): boolean {
  if (active.length === 0) return false;
  const minAvailable = replicasOf(rollout.deployment) - maxUnavailable(rollout.deployment);
  const newUnavailable = replicasOf(newSet) - (newSet.status?.availableReplicas ?? 0);
  const maxScaledDown = total - minAvailable - newUnavailable;
  if (maxScaledDown <= 0) return false;
  let scaledDown = 0;
  const cleaned: ReplicaSet[] = [];
  for (const set of [...active].sort(compareAge)) {
    const size = replicasOf(set);
    const unhealthy = Math.min(maxScaledDown - scaledDown, size - (set.status?.availableReplicas ?? 0));
    if (unhealthy < 0) {
      // Its status is older than its size: the sync fails and comes again.
      rollout.hasFailed = true;
      return false;
    }
    scaledDown += unhealthy;
    cleaned.push(unhealthy === 0 ? set : resizeReplicaSet(rollout, set, size - unhealthy).set);
  }
  let budget = sumStatus([...cleaned, newSet], 'availableReplicas') - minAvailable;
  for (const set of cleaned) {
    const count = Math.min(replicasOf(set), budget);
    if (count <= 0) continue;
    resizeReplicaSet(rollout, set, replicasOf(set) - count);
    budget -= count;
    scaledDown += count;
  }
  return scaledDown > 0;
}

/** One pass of Recreate: no new pod before the last old one is gone. */
export function recreate(rollout: Rollout, sets: readonly ReplicaSet[]): number | undefined {
  let { newSet, old } = syncNewReplicaSet(rollout, sets);
  let isScaled = false;
  for (const set of old.filter(isActive)) isScaled = resizeReplicaSet(rollout, set, 0).isScaled || isScaled;
  if (isScaled || areOldPodsRunning(rollout, old)) return finish(rollout, listOf(old, newSet), newSet);
  if (newSet === undefined) ({ newSet, old } = ensureNewReplicaSet(rollout, sets));
  if (newSet === undefined) return undefined;
  resizeReplicaSet(rollout, newSet, replicasOf(rollout.deployment));
  if (isComplete(rollout.deployment, rollout.deployment.status)) cleanUpHistory(rollout, old);
  return finish(rollout, listOf(old, newSet), newSet);
}

function areOldPodsRunning({ client }: Rollout, old: readonly ReplicaSet[]): boolean {
  if (sumStatus(old, 'replicas') > 0) return true;
  return old.some((set) => client.read.ownedBy('pods', set.metadata.uid ?? '').some((pod) => !isPodTerminal(pod)));
}

/** True when some active ReplicaSet was sized for another number of replicas than is asked for now. */
export function isScalingEvent(rollout: Rollout, sets: readonly ReplicaSet[]): boolean {
  const desired = replicasOf(rollout.deployment);
  return sets.some((set) => {
    const sizedFor = isActive(set) ? numberAnnotation(set, DESIRED_REPLICAS) : undefined;
    return sizedFor !== undefined && sizedFor !== desired;
  });
}

/** The path of paused and of resized Deployments: sizes only, no new ReplicaSet. */
export function scaleOnly(rollout: Rollout, sets: readonly ReplicaSet[], isRollingBack: boolean): void {
  const { newSet, old } = syncNewReplicaSet(rollout, sets);
  scale(rollout, newSet, old);
  if (rollout.deployment.spec?.paused === true && !isRollingBack) cleanUpHistory(rollout, old);
  writeStatus(rollout, calculateStatus(rollout.deployment, listOf(old, newSet), newSet, rollout.nowMs));
}

function scale(rollout: Rollout, newSet: ReplicaSet | undefined, old: readonly ReplicaSet[]): void {
  const { deployment } = rollout;
  const desired = replicasOf(deployment);
  const active = listOf(old, newSet).filter(isActive);
  if (active.length <= 1) {
    const only = active[0] ?? newSet ?? old.at(-1);
    if (only !== undefined) resizeReplicaSet(rollout, only, desired);
    return;
  }
  const isSaturated = newSet !== undefined && replicasOf(newSet) === desired && numberAnnotation(newSet, DESIRED_REPLICAS) === desired && (newSet.status?.availableReplicas ?? 0) === desired;
  if (isSaturated) {
    for (const set of old.filter(isActive)) resizeReplicaSet(rollout, set, 0);
    return;
  }
  if (!isRollingUpdate(deployment)) return;
  const toAdd = (desired > 0 ? desired + maxSurge(deployment) : 0) - totalReplicas(active);
  if (toAdd > 0) active.sort((a, b) => replicasOf(b) - replicasOf(a) || compareAge(b, a));
  else active.sort((a, b) => replicasOf(b) - replicasOf(a) || compareAge(a, b));
  for (const [index, size] of spread(rollout, active, toAdd).entries()) scaleReplicaSet(rollout, active[index] as ReplicaSet, size);
}

/** The sizes after spreading in proportion; what is left over goes to the first. */
function spread({ deployment }: Rollout, active: readonly ReplicaSet[], toAdd: number): number[] {
  let added = 0;
  const sizes = active.map((set) => {
    const share = proportionOf(set, deployment, { toAdd, added });
    added += share;
    return replicasOf(set) + share;
  });
  if (toAdd !== 0) sizes[0] = Math.max(0, (sizes[0] ?? 0) + toAdd - added);
  return sizes;
}

/** The status alone, for a Deployment that is being deleted. */
export function statusOnly(rollout: Rollout, sets: readonly ReplicaSet[]): void {
  const { newSet, old } = syncNewReplicaSet(rollout, sets);
  writeStatus(rollout, calculateStatus(rollout.deployment, listOf(old, newSet), newSet, rollout.nowMs));
}
