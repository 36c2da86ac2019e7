// A Deployment's conditions and status. Source: pkg/controller/deployment/{sync,progress}.go, util/deployment_util.go
import { findCondition } from '../../api/conditions.js';
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../api/types.js';
import { formatTime, parseTime } from '../../util/time.js';
import { maxUnavailable, replicasOf } from './arithmetic.js';

/** The value of `progressDeadlineSeconds` that means none. */
const NO_DEADLINE = 2147483647;

/** True when the Deployment has a progress deadline. */
export function hasProgressDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec?.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== NO_DEADLINE;
}

/** A condition to set. */
export type NewCondition = Pick<DeploymentCondition, 'type' | 'status'> & { reason: string; message: string };

/** A new list with the condition at its end, or the very same one when its status and reason stand there already. */
export function withCondition(conditions: DeploymentCondition[] = [], condition: NewCondition, nowMs: number): DeploymentCondition[] {
  const current = findCondition(conditions, condition.type);
  return current !== undefined && current.status === condition.status && current.reason === condition.reason ? conditions : withUpdate(conditions, condition, nowMs);
}

/** A new list with the condition at its end as of now. */
function withUpdate(conditions: readonly DeploymentCondition[], { type, status, reason, message }: NewCondition, nowMs: number): DeploymentCondition[] {
  const now = formatTime(nowMs);
  const updated: DeploymentCondition[] = [];
  let lastTransitionTime = now;
  for (let index = 0; index < conditions.length; index++) {
    const condition = conditions[index] as DeploymentCondition;
    if (condition.type !== type) updated.push(condition);
    else if (condition.status === status) lastTransitionTime = condition.lastTransitionTime ?? now;
  }
  updated.push({ type, status, reason, message, lastUpdateTime: now, lastTransitionTime });
  return updated;
}

/** The list without that type: the very same one when none is there. */
function withoutCondition(conditions: DeploymentCondition[] = [], type: string): DeploymentCondition[] {
  return findCondition(conditions, type) === undefined ? conditions : conditions.filter((condition) => condition.type !== type);
}

/** The status that follows from the ReplicaSets, without the logic of a rollout. */
export function calculateStatus(deployment: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet | undefined, nowMs: number): DeploymentStatus {
  let wanted = 0;
  let replicas = 0;
  let ready = 0;
  let available = 0;
  let terminating: number | undefined = 0;
  for (let index = 0; index < all.length; index++) {
    const set = all[index] as ReplicaSet;
    wanted += replicasOf(set);
    replicas += set.status?.replicas ?? 0;
    ready += set.status?.readyReplicas ?? 0;
    available += set.status?.availableReplicas ?? 0;
    terminating = terminating === undefined || set.status?.terminatingReplicas === undefined ? undefined : terminating + set.status.terminatingReplicas;
  }
  const updated = newSet?.status?.replicas ?? 0;
  const status: DeploymentStatus = {};
  if (deployment.metadata.generation !== undefined) status.observedGeneration = deployment.metadata.generation;
  if (replicas > 0) status.replicas = replicas;
  if (updated > 0) status.updatedReplicas = updated;
  if (ready > 0) status.readyReplicas = ready;
  if (available > 0) status.availableReplicas = available;
  if (wanted > available) status.unavailableReplicas = wanted - available;
  if (terminating !== undefined) status.terminatingReplicas = terminating;
  if (deployment.status?.collisionCount !== undefined) status.collisionCount = deployment.status.collisionCount;
  const isAvailable = available >= replicasOf(deployment) - maxUnavailable(deployment);
  status.conditions = withCondition(deployment.status?.conditions, isAvailable
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' }, nowMs);
  return status;
}

/** True when every wanted pod is of the new template and available, and no other stands. */
export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const wanted = replicasOf(deployment);
  return (status?.updatedReplicas ?? 0) === wanted && (status?.replicas ?? 0) === wanted && (status?.availableReplicas ?? 0) === wanted
    && (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);
}

function isProgressing(before: DeploymentStatus | undefined, after: DeploymentStatus): boolean {
  const updated = after.updatedReplicas ?? 0;
  const updatedBefore = before?.updatedReplicas ?? 0;
  return updated > updatedBefore || (after.replicas ?? 0) - updated < (before?.replicas ?? 0) - updatedBefore
    || (after.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) || (after.availableReplicas ?? 0) > (before?.availableReplicas ?? 0);
}

function isTimedOut(deployment: Deployment, status: DeploymentStatus, nowMs: number): boolean {
  const progressing = findCondition(status.conditions, 'Progressing');
  if (progressing === undefined || progressing.reason === 'NewReplicaSetAvailable') return false;
  return progressing.reason === 'ProgressDeadlineExceeded' || deadlineMs(deployment, progressing) < nowMs;
}

function deadlineMs(deployment: Deployment, progressing: DeploymentCondition): number {
  return (parseTime(progressing.lastUpdateTime ?? '') ?? 0) + (deployment.spec?.progressDeadlineSeconds ?? 0) * 1000;
}

/** The status with what a rollout adds: progress, completion, deadline and failures of ReplicaSets. */
export function calculateRolloutStatus(deployment: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet | undefined, nowMs: number): DeploymentStatus {
  const status = calculateStatus(deployment, all, newSet, nowMs);
  const current = findCondition(deployment.status?.conditions, 'Progressing');
  const wasComplete = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
  if (!hasProgressDeadline(deployment)) status.conditions = withoutCondition(status.conditions, 'Progressing');
  else if (!wasComplete) {
    const subject = newSet === undefined ? `Deployment "${deployment.metadata.name ?? ''}"` : `ReplicaSet "${newSet.metadata.name ?? ''}"`;
    if (isComplete(deployment, status)) {
      status.conditions = withCondition(status.conditions, { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: `${subject} has successfully progressed.` }, nowMs);
    } else if (isProgressing(deployment.status, status)) {
      status.conditions = withUpdate(status.conditions ?? [], { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.` }, nowMs);
    } else if (isTimedOut(deployment, status, nowMs)) {
      status.conditions = withCondition(status.conditions, { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: `${subject} has timed out progressing.` }, nowMs);
    }
  }
  const failure = replicaFailure(all, newSet);
  status.conditions = failure === undefined
    ? withoutCondition(status.conditions, 'ReplicaFailure')
    // As of when the ReplicaSet failed.
    : withCondition(status.conditions, { type: failure.type, status: failure.status, reason: failure.reason ?? '', message: failure.message ?? '' }, parseTime(failure.lastTransitionTime ?? '') ?? nowMs);
  return status;
}

function replicaFailure(all: readonly ReplicaSet[], newSet: ReplicaSet | undefined) {
  const own = findCondition(newSet?.status?.conditions, 'ReplicaFailure');
  if (own !== undefined) return own;
  for (const set of all) {
    const failure = findCondition(set.status?.conditions, 'ReplicaFailure');
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Seconds until an unfinished rollout has to be looked at again because of its deadline. */
export function secondsToDeadline(deployment: Deployment, status: DeploymentStatus, nowMs: number): number | undefined {
  const progressing = findCondition(deployment.status?.conditions, 'Progressing');
  if (!hasProgressDeadline(deployment) || progressing === undefined) return undefined;
  // What was complete once, and lost pods or was resized since, never times out: looking again would change nothing.
  if (isComplete(deployment, status) || progressing.reason === 'ProgressDeadlineExceeded' || progressing.reason === 'NewReplicaSetAvailable') return undefined;
  return Math.max((deadlineMs(deployment, progressing) - nowMs) / 1000, 0) + 1;
}
