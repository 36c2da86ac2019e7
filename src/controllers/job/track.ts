// The counting of a Job's finished pods: noted in the status, let go of, counted, in the order that loses no count; then the end of the Job.
// Source: pkg/controller/job/job_controller.go (trackJobStatusAndRemoveFinalizers, flushUncountedAndRemoveFinalizers, enactJobFinished)
import { findCondition } from '../../api/conditions.js';
import type { Job, JobStatus, Pod } from '../../api/types.js';
import type { Client } from '../../apiserver/client.js';
import { deepEqual } from '../../util/objects.js';
import { formatTime } from '../../util/time.js';
import { indexOf, validIndexOf } from './indexes.js';
import { formatIndexes } from './indexSet.js';
import { isTracked, removeFinalizer } from './jobPods.js';
import { newCondition, type IndexState, type JobSync, type Verdict } from './jobSync.js';
import { isPodFailed, judgeFailure } from './policies.js';

const MAX_UNCOUNTED = 500;

/** What the counting of a sync works on. */
export interface Tracking {
  /** The pods that may have to be counted, as they stood when the sync began. */
  finished: readonly Pod[];
  status: JobStatus;
  uncounted: { succeeded: Set<string>; failed: Set<string> };
  verdict: Verdict | undefined;
  indexes: IndexState | undefined;
}

/** Notes finished pods in the status, lets go of them, counts them, and ends the Job when nothing is left. False when a write was refused. */
export function track(sync: JobSync, tracking: Tracking): boolean {
  const { client, job, nowMs } = sync;
  const { status, uncounted, verdict, indexes } = tracking;
  countReleased(sync, tracking);
  const { release, isFull } = noteFinished(sync, tracking);
  if (indexes !== undefined) {
    status.succeeded = indexes.succeeded.size;
    const completed = formatIndexes(indexes.succeeded);
    if (completed === '') delete status.completedIndexes;
    else status.completedIndexes = completed;
    if (indexes.failed !== undefined) status.failedIndexes = formatIndexes(indexes.failed);
  }
  if (verdict !== undefined && findCondition(status.conditions, verdict.type) === undefined) status.conditions = [...(status.conditions ?? []), newCondition(verdict, nowMs)];
  let current = writeStatus(client, job, tracking);
  if (current === undefined) return false;
  let isRefused = false;
  for (const pod of release) {
    if (removeFinalizer(client, pod) === undefined) isRefused = true;
  }
  countReleased(sync, tracking);
  const isOver = verdict !== undefined && !isFull && uncounted.succeeded.size + uncounted.failed.size === 0 && (status.terminating ?? 0) === 0;
  if (isOver) {
    status.conditions = [...(status.conditions ?? []), newCondition({ ...verdict, type: verdict.type === 'FailureTarget' ? 'Failed' : 'Complete' }, nowMs)];
    if (verdict.type === 'SuccessCriteriaMet') status.completionTime = formatTime(nowMs);
  }
  current = writeStatus(client, current, tracking);
  if (current === undefined) return false;
  if (isOver) tellOfEnd(client, current, verdict);
  return !isRefused;
}

function tellOfEnd(client: Client, job: Job, verdict: Verdict): void {
  if (verdict.type === 'FailureTarget') {
    client.event(job, 'Warning', verdict.reason, verdict.message);
    return;
  }
  if (job.spec?.completions !== undefined && (job.status?.succeeded ?? 0) > job.spec.completions) {
    client.event(job, 'Warning', 'TooManySucceededPods', 'Too many succeeded pods running after completion count reached');
  }
  client.event(job, 'Normal', 'Completed', 'Job completed');
}

/** Moves pods that carry no finalizer any more from the list of the uncounted to the counters. */
function countReleased({ pods }: JobSync, { status, uncounted }: Tracking): void {
  const isHeld = (uid: string): boolean => {
    const pod = pods.active.get(uid) ?? pods.ended.get(uid);
    return pod !== undefined && isTracked(pod);
  };
  for (const field of ['succeeded', 'failed'] as const) {
    for (const uid of uncounted[field]) {
      if (isHeld(uid)) continue;
      uncounted[field].delete(uid);
      status[field] = (status[field] ?? 0) + 1;
    }
  }
}

/** Puts finished pods on the list of the uncounted. Gives the pods that can be let go of afterwards. */
function noteFinished({ job }: JobSync, { finished, uncounted, verdict, indexes }: Tracking): { release: Pod[]; isFull: boolean } {
  const release: Pod[] = [];
  const delayed = new Set<Pod>(indexes === undefined || verdict !== undefined || job.metadata.deletionTimestamp !== undefined ? [] : indexes.delayed.values());
  const isFailing = verdict?.type === 'FailureTarget';
  const ordered = indexes === undefined ? finished : [...finished].sort((a, b) => (indexOf(a) ?? -1) - (indexOf(b) ?? -1));
  let newIndexes = 0;
  for (const pod of ordered) {
    if (!isTracked(pod)) continue;
    const uid = pod.metadata.uid ?? '';
    const isFailed = isPodFailed(job, pod);
    const isSucceeded = pod.status?.phase === 'Succeeded';
    const isReleased = (isSucceeded || isFailed || verdict !== undefined || job.metadata.deletionTimestamp !== undefined) && !delayed.has(pod);
    if (!isReleased) continue;
    release.push(pod);
    const isOurs = indexes === undefined || validIndexOf(job, pod) !== undefined;
    if (isSucceeded && !uncounted.failed.has(uid)) {
      if (indexes === undefined) uncounted.succeeded.add(uid);
      else if (isOurs && !indexes.before.has(indexOf(pod) as number)) newIndexes++;
    } else if ((isFailed || isFailing) && isOurs && !uncounted.failed.has(uid)) {
      if (job.spec?.podFailurePolicy === undefined || judgeFailure(job, pod).isCounted) uncounted.failed.add(uid);
    }
    if (newIndexes + uncounted.succeeded.size + uncounted.failed.size >= MAX_UNCOUNTED) return { release, isFull: true };
  }
  return { release, isFull: false };
}

/** Writes the status if it differs. Gives the Job as it stands then. */
function writeStatus(client: Client, job: Job, { status, uncounted }: Tracking): Job | undefined {
  const next: JobStatus = { ...status, uncountedTerminatedPods: {} };
  const lists = next.uncountedTerminatedPods as { succeeded?: string[]; failed?: string[] };
  if (uncounted.succeeded.size > 0) lists.succeeded = [...uncounted.succeeded];
  if (uncounted.failed.size > 0) lists.failed = [...uncounted.failed];
  for (const field of ['active', 'succeeded', 'failed'] as const) if (next[field] === 0) delete next[field];
  if (deepEqual(next, job.status)) return job;
  return client.updateStatus({ ...job, status: next }).object;
}
