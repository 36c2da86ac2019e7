// Jobs: pods run to completion, counted one by one.
// Source: pkg/controller/job/job_controller.go
import { findCondition, isConditionTrue } from '../../api/conditions.js';
import { compileLabelSelector, selectorMatches } from '../../api/labelSelector.js';
import { objectKey, type WatchEvent } from '../../api/meta.js';
import { controllerOf } from '../../api/ownerReference.js';
import type { Job, Pod } from '../../api/types.js';
import { deepEqual } from '../../util/objects.js';
import type { Controller, ControllerContext, ControllerDescription, ReconcileResult } from '../controller.js';
import { claim } from '../shared/claim.js';
import type { BackoffRecord } from './backoff.js';
import { isTracked, removeFinalizer, TRACKING_FINALIZER } from './jobPods.js';
import { createJobPodIndex } from './podIndex.js';
import { syncJob } from './syncJob.js';

const CONTROLLER_NAME = 'kubernetes.io/job-controller';
const BATCH_SECONDS = 1;
const LONGEST_RETRY_SECONDS = 60;
/** Keys of pods that are to be let go because their Job is gone or over. */
const ORPHAN = 'orphan:';

/** Runs Jobs. */
export const job: ControllerDescription = { name: 'job-controller', create: createJobController };

/** True when the Job is complete or failed. */
export function isJobFinished(each: Job): boolean {
  return isConditionTrue(each.status?.conditions, 'Complete') || isConditionTrue(each.status?.conditions, 'Failed');
}

/** True unless another controller is asked to run the Job. */
function isOurs({ spec }: Job): boolean {
  return (spec?.managedBy ?? CONTROLLER_NAME) === CONTROLLER_NAME;
}

function createJobController({ client, queue, nowMs }: ControllerContext): Controller {
  const { read } = client;
  const index = createJobPodIndex();
  const backoffs = new Map<string, BackoffRecord>();
  const retries = new Map<string, number>();

  function onJob({ type, object, old }: WatchEvent<Job>): void {
    const key = objectKey(object);
    if (type === 'MODIFIED' && old?.metadata.generation === object.metadata.generation && object.metadata.deletionTimestamp === old?.metadata.deletionTimestamp) queue.addAfter(key, BATCH_SECONDS);
    else queue.add(key);
    if (type !== 'DELETED' && !isJobFinished(object)) return;
    for (const pod of read.ownedBy('pods', object.metadata.uid ?? '')) if (isTracked(pod)) queue.add(ORPHAN + objectKey(pod));
  }

  function onPod(event: WatchEvent<Pod>): void {
    const { type, object: pod, old } = event;
    index.onPod(event);
    const { namespace = '' } = pod.metadata;
    const reference = controllerOf(pod);
    const oldReference = old === undefined ? undefined : controllerOf(old);
    if (oldReference?.kind === 'Job' && oldReference.uid !== reference?.uid) queue.addAfter(`${namespace}/${oldReference.name}`, BATCH_SECONDS);
    if (reference !== undefined) {
      if (reference.kind !== 'Job') return;
      const owner = read.get('jobs.batch', namespace, reference.name);
      const isOwned = owner !== undefined && owner.metadata.uid === reference.uid;
      if (isOwned && isJobFinished(owner) && pod.metadata.deletionTimestamp !== undefined && isTracked(pod)) queue.add(ORPHAN + objectKey(pod));
      else if (isOwned) queue.addAfter(objectKey(owner), BATCH_SECONDS);
      else if (type !== 'DELETED' && isTracked(pod)) queue.add(ORPHAN + objectKey(pod));
      return;
    }
    if (type === 'DELETED') return;
    if (isTracked(pod)) queue.add(ORPHAN + objectKey(pod));
    if (type === 'MODIFIED' && oldReference === undefined && deepEqual(old?.metadata.labels, pod.metadata.labels)) return;
    for (const candidate of read.list('jobs.batch', namespace)) {
      const selector = compileLabelSelector(candidate.spec?.selector ?? {});
      if (selector.length > 0 && selectorMatches(selector, pod.metadata.labels)) queue.addAfter(objectKey(candidate), BATCH_SECONDS);
    }
  }

  function letGo(podKey: string): ReconcileResult {
    const pod = read.byKey('pods', podKey);
    if (pod === undefined || !isTracked(pod)) return 'done';
    const reference = controllerOf(pod);
    if (reference !== undefined && reference.kind !== 'Job') return 'done';
    const owner = reference === undefined ? undefined : read.get('jobs.batch', pod.metadata.namespace ?? '', reference.name);
    if (owner !== undefined && owner.metadata.uid === reference?.uid && (!isJobFinished(owner) || !isOurs(owner))) return 'done';
    return removeFinalizer(client, pod) === undefined ? 'retry' : 'done';
  }

  function reconcile(key: string): ReconcileResult {
    if (key.startsWith(ORPHAN)) return letGo(key.slice(ORPHAN.length));
    const found = read.byKey('jobs.batch', key);
    if (found === undefined || isJobFinished(found) || !isOurs(found)) {
      backoffs.delete(key);
      retries.delete(key);
      return 'done';
    }
    const selector = compileLabelSelector(found.spec?.selector ?? {});
    const orphans = read.orphanPods(found.metadata.namespace ?? '').filter((pod) => selectorMatches(selector, pod.metadata.labels));
    const { uid = '' } = found.metadata;
    const candidates = [...index.of(uid).unclaimed.values(), ...orphans];
    if (candidates.length > 0) for (const pod of claim(candidates, { client, owner: found, selector, onAdopt: track })) index.admit(uid, pod);
    const outcome = syncJob({ client, job: found, pods: index.of(uid), nowMs: nowMs(), backoff: backoffs.get(key) ?? { failures: 0, lastFailureMs: undefined } });
    backoffs.set(key, outcome.backoff);
    if (outcome.againAfterMs !== undefined) queue.addAfter(key, Math.max(outcome.againAfterMs / 1000, 0.001));
    if (!outcome.hasFailed) {
      retries.delete(key);
      return 'done';
    }
    // Jobs wait longer between failed syncs than other owners: a second first, a minute at most.
    const seconds = retries.get(key) ?? 1;
    retries.set(key, Math.min(seconds * 2, LONGEST_RETRY_SECONDS));
    queue.addAfter(key, seconds);
    return 'done';
  }

  return { handlers: { 'jobs.batch': onJob, pods: onPod }, reconcile };
}

function track(pod: Pod): Pod {
  return isTracked(pod) ? pod : { ...pod, metadata: { ...pod.metadata, finalizers: [...(pod.metadata.finalizers ?? []), TRACKING_FINALIZER] } };
}

/** The terminal condition of a finished Job. */
export function finishedCondition(each: Job) {
  const complete = findCondition(each.status?.conditions, 'Complete');
  return complete?.status === 'True' ? complete : findCondition(each.status?.conditions, 'Failed');
}
