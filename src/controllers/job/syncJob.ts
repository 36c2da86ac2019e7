// One sync of a Job: counts its pods, decides whether it is over, makes or deletes pods, and has the status written.
// Source: pkg/controller/job/job_controller.go (syncJob, manageJob)
import { findCondition } from '../../api/conditions.js';
import { isPodReady, isPodTerminating } from '../../api/pods.js';
import type { Job, JobStatus, Pod } from '../../api/types.js';
import { formatTime, parseTime } from '../../util/time.js';
import { BURST_REPLICAS, createPod, deletePod, slowStartBatch } from '../shared/podControl.js';
import { finishedMs, nextBackoff, remainingMs, type BackoffRecord } from './backoff.js';
import { absoluteIndexFailures, firstFreeIndexes, indexFailures, indexOf, isIndexedJob, validIndexOf } from './indexes.js';
import { createIndexSet, parseIndexes } from './indexSet.js';
import { isTracked, jobPod, removeFinalizer, trackedTemplate } from './jobPods.js';
import { newCondition, type IndexState, type JobSync, type Verdict } from './jobSync.js';
import { isPastRestarts, isPodFailed, judgeFailure, matchSuccessPolicy, replacesOnlyFailed } from './policies.js';
import { podsToRemove } from './surplus.js';
import { track } from './track.js';

/** A Job that waits to make pods is not looked at again sooner. */
const SHORTEST_WAIT_MS = 1000;

/** What is left to do after a sync. */
export interface JobOutcome {
  backoff: BackoffRecord;
  hasFailed: boolean;
  /** When to look again, if not earlier. */
  againAfterMs?: number;
}

/** Counts that change while the sync makes and deletes pods. */
interface Tally {
  active: number;
  ready: number;
  terminating: number;
  succeeded: number;
}

/** Carries the Job one step further. */
export function syncJob(sync: JobSync): JobOutcome {
  const { job, pods, nowMs } = sync;
  const spec = job.spec;
  const status: JobStatus = { ...job.status };
  const uncounted = { succeeded: new Set(job.status?.uncountedTerminatedPods?.succeeded), failed: new Set(job.status?.uncountedTerminatedPods?.failed) };
  const fresh = (pod: Pod, known: ReadonlySet<string>): boolean => isTracked(pod) && !known.has(pod.metadata.uid ?? '') && (!isIndexedJob(job) || validIndexOf(job, pod) !== undefined);
  const ended = [...pods.ended.values()];
  const newSucceeded = ended.filter((pod) => pod.status?.phase === 'Succeeded' && fresh(pod, uncounted.succeeded));
  const newFailed = ended.filter((pod) => isPodFailed(job, pod) && fresh(pod, uncounted.failed));
  const failed = (status.failed ?? 0) + newFailed.filter((pod) => spec?.podFailurePolicy === undefined || judgeFailure(job, pod).isCounted).length + uncounted.failed.size;
  const outcome: JobOutcome = { backoff: nextBackoff(sync.backoff, { succeeded: newSucceeded, failed: newFailed, nowMs }), hasFailed: false };
  if (status.startTime === undefined && spec?.suspend !== true) status.startTime = formatTime(nowMs);

  const indexes = isIndexedJob(job) ? indexState(sync, ended) : undefined;
  const tally: Tally = {
    active: pods.active.size, ready: pods.ready, terminating: ended.filter(isPodTerminating).length,
    succeeded: indexes?.succeeded.size ?? (status.succeeded ?? 0) + newSucceeded.length + uncounted.succeeded.size,
  };
  let verdict = storedVerdict(job) ?? decideFailure(sync, { ended, failed, startTime: status.startTime, outcome }) ?? decideByIndexes(job, indexes);
  // A Job that ends lets go of all its pods; they are counted as they stood before any was deleted.
  const finished = verdict !== undefined || job.metadata.deletionTimestamp !== undefined ? [...ended, ...pods.active.values()] : ended;
  if (verdict !== undefined) {
    const error = removePods(sync, [...pods.active.values()], tally, false);
    if (error !== undefined) {
      outcome.hasFailed = true;
      verdict = undefined;
    }
  } else {
    const isManaged = job.metadata.deletionTimestamp === undefined;
    if (isManaged) manage(sync, { ended, tally, indexes, outcome });
    const isComplete = spec?.completions === undefined ? tally.succeeded > 0 && tally.active === 0 : tally.succeeded >= spec.completions && tally.active === 0;
    if (isComplete) verdict = { type: 'SuccessCriteriaMet', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
    else if (isManaged) suspendOrResume(sync, status);
  }
  status.active = tally.active;
  status.ready = tally.ready;
  status.terminating = tally.terminating;
  if (!track(sync, { finished, status, uncounted, verdict, indexes })) outcome.hasFailed = true;
  return outcome;
}

function storedVerdict(job: Job): Verdict | undefined {
  for (const type of ['SuccessCriteriaMet', 'FailureTarget'] as const) {
    const condition = findCondition(job.status?.conditions, type);
    if (condition?.status === 'True') return { type, reason: condition.reason ?? '', message: condition.message ?? '' };
  }
  return undefined;
}

const failure = (reason: string, message: string): Verdict => ({ type: 'FailureTarget', reason, message });

function decideFailure({ job, pods, nowMs }: JobSync, { ended, failed, startTime, outcome }: { ended: readonly Pod[]; failed: number; startTime: string | undefined; outcome: JobOutcome }): Verdict | undefined {
  const spec = job.spec;
  if (spec?.podFailurePolicy !== undefined) {
    for (const pod of ended) {
      const message = isPodFailed(job, pod) ? judgeFailure(job, pod).message : undefined;
      if (message !== undefined) return failure('PodFailurePolicy', message);
    }
  }
  if (failed > (spec?.backoffLimit ?? 6) || isPastRestarts(job, pods.restarts)) return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  if (spec?.activeDeadlineSeconds === undefined || spec.suspend === true || startTime === undefined) return undefined;
  const leftMs = (parseTime(startTime) ?? nowMs) + spec.activeDeadlineSeconds * 1000 - nowMs;
  if (leftMs <= 0) return failure('DeadlineExceeded', 'Job was active longer than specified deadline');
  lookAgain(outcome, leftMs);
  return undefined;
}

function lookAgain(outcome: JobOutcome, afterMs: number): void {
  outcome.againAfterMs = Math.min(outcome.againAfterMs ?? afterMs, afterMs);
}

function decideByIndexes(job: Job, indexes: IndexState | undefined): Verdict | undefined {
  if (indexes === undefined) return undefined;
  const { succeeded, failed } = indexes;
  if (failed !== undefined) {
    const limit = job.spec?.maxFailedIndexes;
    if (limit !== undefined && failed.size > limit) return failure('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
    if (failed.size > 0 && failed.size + succeeded.size >= (job.spec?.completions ?? 0)) return failure('FailedIndexes', 'Job has failed indexes');
  }
  const message = matchSuccessPolicy(job, succeeded);
  return message === undefined ? undefined : { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message };
}

function indexState({ job, pods, nowMs }: JobSync, ended: readonly Pod[]): IndexState {
  const completions = job.spec?.completions ?? 0;
  const before = parseIndexes(job.status?.completedIndexes, completions);
  const succeeded = createIndexSet(before.runs());
  const limit = job.spec?.backoffLimitPerIndex;
  const failed = limit === undefined ? undefined : parseIndexes(job.status?.failedIndexes, completions);
  for (const pod of ended) {
    const index = isTracked(pod) ? validIndexOf(job, pod) : undefined;
    if (index === undefined) continue;
    if (pod.status?.phase === 'Succeeded') succeeded.add(index);
    else if (failed !== undefined && isIndexFailed(job, pod, limit ?? 0)) failed.add(index);
  }
  const delayed = new Map<number, Pod>();
  if (failed === undefined) return { before, succeeded, failed, delayed };
  const waiting = ended.filter((pod) => isTracked(pod) && isPodFailed(job, pod));
  const activeIndexes = new Set(waiting.length === 0 ? [] : [...pods.active.values()].map(indexOf));
  for (const pod of waiting) {
    const index = validIndexOf(job, pod);
    if (index === undefined || succeeded.has(index) || failed.has(index) || activeIndexes.has(index)) continue;
    const last = delayed.get(index);
    if (last === undefined || (absoluteIndexFailures(last) <= absoluteIndexFailures(pod) && finishedMs(last, nowMs) <= finishedMs(pod, nowMs))) delayed.set(index, pod);
  }
  return { before, succeeded, failed, delayed };
}

function isIndexFailed(job: Job, pod: Pod, limit: number): boolean {
  if (!isPodFailed(job, pod)) return false;
  const { action, isCounted } = judgeFailure(job, pod);
  return action === 'FailIndex' || (isCounted && indexFailures(pod) >= limit);
}

/** Deletes pods, letting go of them first when they are not to be counted. Gives the first error. */
function removePods({ client, job }: JobSync, pods: readonly Pod[], tally: Tally, letsGo: boolean): string | undefined {
  let firstError: string | undefined;
  for (const pod of pods) {
    const target = letsGo && isTracked(pod) ? (removeFinalizer(client, pod) ?? pod) : pod;
    const error = deletePod(client, job, target);
    if (error === undefined) {
      tally.active--;
      tally.terminating++;
      if (isPodReady(pod)) tally.ready--;
    }
    firstError ??= error;
  }
  return firstError;
}

/** Deletes or creates towards the wanted number of active pods; never both in one sync. */
function manage(sync: JobSync, { ended, tally, indexes, outcome }: { ended: readonly Pod[]; tally: Tally; indexes: IndexState | undefined; outcome: JobOutcome }): void {
  const { job } = sync;
  const { active } = sync.pods;
  const spec = job.spec;
  if (spec?.suspend === true) {
    if (removePods(sync, [...active.values()], tally, true) !== undefined) outcome.hasFailed = true;
    return;
  }
  const parallelism = spec?.parallelism ?? 1;
  const wanted = spec?.completions === undefined ? (tally.succeeded > 0 ? tally.active : parallelism) : Math.max(0, Math.min(spec.completions - tally.succeeded, parallelism));
  const surplus = podsToRemove(job, sync.pods, Math.max(0, tally.active - wanted)).slice(0, BURST_REPLICAS);
  if (surplus.length > 0) {
    if (removePods(sync, surplus, tally, true) !== undefined) outcome.hasFailed = true;
    return;
  }
  const blocking = replacesOnlyFailed(job) || spec?.podFailurePolicy !== undefined ? tally.terminating : 0;
  const missing = wanted - blocking - tally.active;
  if (missing > 0) create(sync, { count: Math.min(missing, BURST_REPLICAS), ended, tally, indexes, outcome });
}

function create(sync: JobSync, { count, ended, tally, indexes, outcome }: { count: number; ended: readonly Pod[]; tally: Tally; indexes: IndexState | undefined; outcome: JobOutcome }): void {
  const { client, job, nowMs } = sync;
  let waitMs = job.spec?.backoffLimitPerIndex === undefined ? remainingMs(outcome.backoff, nowMs) : 0;
  let wanted: (number | undefined)[] = Array.from({ length: count }, () => undefined);
  if (waitMs === 0 && indexes !== undefined) {
    const pending = pendingIndexes(sync, indexes, { count, ended });
    const waits = pending.map((index) => indexWaitMs(indexes.delayed.get(index), nowMs));
    wanted = pending.filter((_, at) => waits[at] === 0);
    if (wanted.length === 0 && pending.length > 0) waitMs = Math.min(...waits);
  }
  if (waitMs > 0) {
    lookAgain(outcome, Math.max(waitMs, SHORTEST_WAIT_MS));
    tally.active = 0;
    return;
  }
  const template = trackedTemplate(job);
  const error = slowStartBatch(wanted.length, (at) => {
    const index = wanted[at];
    const failed = createPod(client, job, jobPod(job, template, { index, before: index === undefined ? undefined : indexes?.delayed.get(index) }));
    if (failed === undefined) tally.active++;
    return failed;
  });
  if (error !== undefined) outcome.hasFailed = true;
}

function pendingIndexes({ job, pods }: JobSync, { succeeded, failed }: IndexState, { count, ended }: { count: number; ended: readonly Pod[] }): number[] {
  const taken = new Set<number | undefined>();
  for (const pod of pods.active.values()) taken.add(indexOf(pod));
  if (replacesOnlyFailed(job)) for (const pod of ended) if (isPodTerminating(pod)) taken.add(indexOf(pod));
  return firstFreeIndexes(count, job.spec?.completions ?? 0, { sets: failed === undefined ? [succeeded] : [succeeded, failed], isTaken: (index) => taken.has(index) });
}

function indexWaitMs(before: Pod | undefined, nowMs: number): number {
  return before === undefined ? 0 : remainingMs({ failures: absoluteIndexFailures(before) + 1, lastFailureMs: finishedMs(before, nowMs) }, nowMs);
}

function suspendOrResume({ client, job, nowMs }: JobSync, status: JobStatus): void {
  const isSuspended = job.spec?.suspend === true;
  const known = findCondition(status.conditions, 'Suspended');
  if (known === undefined ? !isSuspended : known.status === (isSuspended ? 'True' : 'False')) return;
  const condition = isSuspended
    ? newCondition({ type: 'Suspended', reason: 'JobSuspended', message: 'Job suspended' }, nowMs)
    : { ...newCondition({ type: 'Suspended', reason: 'JobResumed', message: 'Job resumed' }, nowMs), status: 'False' };
  status.conditions = known === undefined ? [...(status.conditions ?? []), condition] : (status.conditions ?? []).map((each) => (each === known ? condition : each));
  if (isSuspended) delete status.startTime;
  else status.startTime = formatTime(nowMs);
  client.event(job, 'Normal', isSuspended ? 'Suspended' : 'Resumed', isSuspended ? 'Job suspended' : 'Job resumed');
}
