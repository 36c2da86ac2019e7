// How long a Job waits after failures before it makes another pod.
// Source: pkg/controller/job/backoff_utils.go
import type { Pod } from '../../api/types.js';
import { parseTime } from '../../util/time.js';

const FIRST_MS = 10_000;
const LONGEST_MS = 600_000;

/** Failures since the last success. */
export interface BackoffRecord {
  failures: number;
  lastFailureMs: number | undefined;
}

/** The record after these pods have finished. */
export function nextBackoff(record: BackoffRecord, { succeeded, failed, nowMs }: { succeeded: readonly Pod[]; failed: readonly Pod[]; nowMs: number }): BackoffRecord {
  const failedMs = failed.map((pod) => finishedMs(pod, nowMs)).sort((a, b) => a - b);
  if (succeeded.length === 0) return failed.length === 0 ? record : { failures: record.failures + failed.length, lastFailureMs: failedMs.at(-1) };
  const lastSuccessMs = Math.max(...succeeded.map((pod) => finishedMs(pod, nowMs)));
  const later = failedMs.filter((timeMs) => timeMs > lastSuccessMs);
  return { failures: later.length, lastFailureMs: later.at(-1) };
}

/** Milliseconds to wait after so many failures in a row. */
export function backoffMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
}

/** Milliseconds that are left to wait; 0 when none. */
export function remainingMs({ failures, lastFailureMs }: BackoffRecord, nowMs: number): number {
  return failures === 0 || lastFailureMs === undefined ? 0 : Math.max(0, lastFailureMs + backoffMs(failures) - nowMs);
}

/** When the pod finished, as well as its status tells. */
export function finishedMs(pod: Pod, nowMs: number): number {
  let latestMs: number | undefined;
  const sidecars = new Set((pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name));
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name))];
  for (const { state } of statuses) {
    const atMs = parseTime(state?.terminated?.finishedAt ?? '');
    if (atMs === undefined) {
      latestMs = undefined;
      break;
    }
    latestMs = Math.max(latestMs ?? atMs, atMs);
  }
  if (latestMs !== undefined) return latestMs;
  const ready = pod.status?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'False');
  const readyMs = parseTime(ready?.lastTransitionTime ?? '');
  if (readyMs !== undefined) return readyMs;
  const deletionMs = parseTime(pod.metadata.deletionTimestamp ?? '');
  if (deletionMs !== undefined) return deletionMs - (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  return parseTime(pod.metadata.creationTimestamp ?? '') ?? nowMs;
}
