// CronJobs: a Job whenever the schedule comes due, as the concurrency policy allows.
// Source: pkg/controller/cronjob/{cronjob_controllerv2,utils,injection}.go
import { parseCronSchedule, type CronSchedule } from '../api/cronSchedule.js';
import { controllerOf, controllerReference } from '../api/ownerReference.js';
import type { CronJob, CronJobStatus, Job, ObjectReference } from '../api/types.js';
import type { Client } from '../apiserver/client.js';
import { compareStrings } from '../util/compare.js';
import { deepEqual } from '../util/objects.js';
import { formatTime, parseTime } from '../util/time.js';
import { isKnownTimeZone, zoneOffsetMs } from '../util/timeZone.js';
import type { Controller, ControllerContext, ControllerDescription, ReconcileResult } from './controller.js';
import { finishedCondition, isJobFinished } from './job/job.js';
import { isNamespaceTerminating } from './shared/podControl.js';

const DELAY_MS = 100;
const MANY_MISSED = 100;
const SCHEDULED_TIMESTAMP = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Runs CronJobs. */
export const cronJob: ControllerDescription = { name: 'cronjob-controller', create: createCronJobController };

/** One sync: the CronJob, its Jobs, and the status as it changes. */
interface Sync {
  readonly client: Client;
  readonly cron: CronJob;
  readonly jobs: readonly Job[];
  readonly nowMs: number;
  readonly status: CronJobStatus;
  active: ObjectReference[];
}

interface Outcome {
  /** When the schedule comes due next. */
  nextMs?: number;
  hasFailed?: boolean;
}

function createCronJobController({ client, queue, nowMs }: ControllerContext): Controller {
  const { read } = client;

  function reconcile(key: string): ReconcileResult {
    const cron = read.byKey('cronjobs.batch', key);
    if (cron === undefined) return 'done';
    const sync: Sync = { client, cron, jobs: read.ownedBy('jobs.batch', cron.metadata.uid ?? ''), nowMs: nowMs(), status: { ...cron.status }, active: [...(cron.status?.active ?? [])] };
    // What the history has no room for is gone before anybody tells that it has completed.
    cleanUp(sync);
    lookAtJobs(sync);
    const { nextMs, hasFailed } = startIfDue(sync);
    if (sync.active.length === 0) delete sync.status.active;
    else sync.status.active = sync.active;
    if (!deepEqual(sync.status, cron.status ?? {})) client.updateStatus({ ...cron, status: sync.status });
    if (nextMs !== undefined) queue.addAfter(key, Math.max((nextMs + DELAY_MS - nowMs()) / 1000, 0.001));
    return hasFailed === true ? 'retry' : 'done';
  }

  /** A new schedule does not make up for what it would have missed. */
  function queueForNextDue(key: string, cron: CronJob): void {
    const parsed = parseCronSchedule(cron.spec.schedule);
    const nextMs = typeof parsed === 'string' ? undefined : nextDue(cron, parsed, nowMs());
    if (nextMs !== undefined) queue.addAfter(key, Math.max((nextMs + DELAY_MS - nowMs()) / 1000, 0.001));
  }

  return {
    handlers: {
      'cronjobs.batch': ({ type, key, object, old }) => {
        if (type !== 'MODIFIED' || old === undefined || (old.spec.schedule === object.spec.schedule && old.spec.timeZone === object.spec.timeZone)) queue.add(key);
        else queueForNextDue(key, object);
      },
      'jobs.batch': ({ object }) => {
        const reference = controllerOf(object);
        if (reference?.kind === 'CronJob') queue.add(`${object.metadata.namespace ?? ''}/${reference.name}`);
      },
    },
    reconcile,
  };
}

/** Brings the list of active Jobs up to date. */
function lookAtJobs(sync: Sync): void {
  const { client, cron, jobs, status } = sync;
  const byUid = new Map(jobs.map((job) => [job.metadata.uid, job]));
  const known = new Set(sync.active.map(({ uid }) => uid));
  for (const job of [...jobs].sort(compareStarts)) {
    const name = job.metadata.name ?? '';
    const isActive = known.has(job.metadata.uid);
    if (!isJobFinished(job)) {
      if (!isActive) client.event(cron, 'Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`);
      continue;
    }
    const condition = finishedCondition(job)?.type ?? '';
    if (isActive) {
      // Its time of success is noted at the next look, which the change of the status brings about.
      sync.active = sync.active.filter(({ uid }) => uid !== job.metadata.uid);
      client.event(cron, 'Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${condition}`);
      continue;
    }
    const completionTime = condition === 'Complete' ? job.status?.completionTime : undefined;
    if (completionTime !== undefined && (status.lastSuccessfulTime === undefined || completionTime > status.lastSuccessfulTime)) status.lastSuccessfulTime = completionTime;
  }
  for (const { uid, name } of sync.active) if (!byUid.has(uid)) client.event(cron, 'Normal', 'MissingJob', `Active job went missing: ${name ?? ''}`);
  sync.active = sync.active.filter(({ uid }) => byUid.has(uid));
}

/** Starts a Job for the most recent time that is due. */
function startIfDue(sync: Sync): Outcome {
  const { client, cron, nowMs, status } = sync;
  const { schedule, timeZone, suspend, startingDeadlineSeconds, concurrencyPolicy } = cron.spec;
  if (cron.metadata.deletionTimestamp !== undefined) return {};
  if (timeZone !== undefined && !isKnownTimeZone(timeZone)) {
    client.event(cron, 'Warning', 'UnknownTimeZone', `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`);
    return {};
  }
  if (suspend === true) return {};
  const parsed = parseCronSchedule(schedule);
  if (typeof parsed === 'string') {
    client.event(cron, 'Warning', 'UnparseableSchedule', `unparseable schedule: "${schedule}" : ${parsed}`);
    return {};
  }
  const lastMs = parseTime(status.lastScheduleTime ?? cron.metadata.creationTimestamp ?? '') ?? nowMs;
  const earliestMs = startingDeadlineSeconds === undefined ? lastMs : Math.max(lastMs, nowMs - startingDeadlineSeconds * 1000);
  const missed = mostRecentDue(parsed, { earliestMs, nowMs, timeZone });
  if (missed === undefined) {
    client.event(cron, 'Warning', 'InvalidSchedule', `invalid schedule: ${schedule} : time difference between two schedules is less than 1 second`);
    return {};
  }
  const { dueMs } = missed;
  if (dueMs !== undefined && missed.missed > MANY_MISSED) client.event(cron, 'Warning', 'TooManyMissedTimes', 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew');
  const nextMs = nextDue({ ...cron, status }, parsed, nowMs);
  const outcome: Outcome = nextMs === undefined ? {} : { nextMs };
  if (dueMs === undefined) return outcome;
  if (startingDeadlineSeconds !== undefined && dueMs + startingDeadlineSeconds * 1000 < nowMs) {
    client.event(cron, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${formatRfc1123(dueMs)}`);
    return outcome;
  }
  const name = `${cron.metadata.name ?? ''}-${Math.floor(dueMs / 60_000)}`;
  if (sync.active.some((reference) => reference.name === name) || status.lastScheduleTime === formatTime(dueMs)) return outcome;
  if (concurrencyPolicy === 'Forbid' && sync.active.length > 0) {
    client.event(cron, 'Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid');
    return outcome;
  }
  if (concurrencyPolicy === 'Replace') {
    for (const job of sync.jobs.filter(({ metadata }) => sync.active.some(({ uid }) => uid === metadata.uid))) deleteJob(sync, job);
  }
  const started = startJob(sync, name, dueMs);
  return started === 'taken' ? {} : { ...outcome, hasFailed: started === 'failed' };
}

/** The most recent time in (earliest, now], and about how many were missed besides; undefined when the schedule never comes due twice. */
export function mostRecentDue(schedule: CronSchedule, { earliestMs, nowMs, timeZone }: { earliestMs: number; nowMs: number; timeZone: string | undefined }): { dueMs?: number; missed: number } | undefined {
  const firstMs = schedule.next(earliestMs, timeZone);
  if (firstMs === undefined) return undefined;
  if (nowMs < firstMs) return { missed: 0 };
  const secondMs = schedule.next(firstMs, timeZone);
  if (secondMs === undefined) return undefined;
  if (nowMs < secondMs) return { dueMs: firstMs, missed: 0 };
  const intervalMs = secondMs - firstMs;
  const missed = Math.floor((nowMs - firstMs) / intervalMs) + 1;
  let dueMs: number | undefined;
  // Begins shortly before now: the first interval tells about how many there were. Of an uneven schedule none may be left to find.
  for (let timeMs = schedule.next(firstMs + (missed - 2) * intervalMs, timeZone); timeMs !== undefined && timeMs <= nowMs; timeMs = schedule.next(timeMs, timeZone)) dueMs = timeMs;
  return { ...(dueMs === undefined ? {} : { dueMs }), missed };
}

/** When the CronJob comes due after now. */
function nextDue({ metadata, spec, status }: CronJob, schedule: CronSchedule, nowMs: number): number | undefined {
  const { timeZone } = spec;
  const earliestMs = parseTime(status?.lastScheduleTime ?? metadata.creationTimestamp ?? '') ?? nowMs;
  const recent = mostRecentDue(schedule, { earliestMs, nowMs, timeZone });
  const fromMs = recent?.dueMs ?? (recent?.missed === 0 ? earliestMs : nowMs);
  return schedule.next(fromMs, timeZone);
}

/** 'taken' when there is nothing to note: another Job has the name, it is noted already, or the namespace is going away. */
function startJob(sync: Sync, name: string, dueMs: number): 'started' | 'taken' | 'failed' {
  const { client, cron, status } = sync;
  const { metadata: template, spec } = cron.spec.jobTemplate;
  const job: Job = {
    apiVersion: 'batch/v1', kind: 'Job',
    metadata: {
      name, namespace: cron.metadata.namespace ?? '', ownerReferences: [controllerReference(cron)],
      annotations: { ...template?.annotations, [SCHEDULED_TIMESTAMP]: formatInZone(dueMs, cron.spec.timeZone) },
      ...(template?.labels === undefined ? {} : { labels: template.labels }),
    },
    ...(spec === undefined ? {} : { spec }),
  };
  const response = client.create(job);
  let made = response.object;
  if (made !== undefined) client.event(cron, 'Normal', 'SuccessfulCreate', `Created job ${name}`);
  else if (response.reason === 'AlreadyExists') {
    made = sync.jobs.find(({ metadata }) => metadata.name === name);
    if (made === undefined || sync.active.some(({ uid }) => uid === made?.metadata.uid)) return 'taken';
  } else {
    if (isNamespaceTerminating(response)) return 'taken';
    client.event(cron, 'Warning', 'FailedCreate', `Error creating job: ${response.message ?? ''}`);
    return 'failed';
  }
  const { uid = '', namespace = '', resourceVersion = '' } = made.metadata;
  sync.active.push({ apiVersion: 'batch/v1', kind: 'Job', namespace, name, uid, resourceVersion });
  status.lastScheduleTime = formatTime(dueMs);
  return 'started';
}

/** Deletes finished Jobs beyond the limits, the oldest first, also those that are being deleted and still held by a finalizer. */
function cleanUp(sync: Sync): void {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = sync.cron.spec;
  for (const [type, limit] of [['Complete', successfulJobsHistoryLimit], ['Failed', failedJobsHistoryLimit]] as const) {
    if (limit === undefined) continue;
    const finished = sync.jobs.filter((job) => isJobFinished(job) && finishedCondition(job)?.type === type).sort(compareStarts);
    for (const job of finished.slice(0, Math.max(0, finished.length - limit))) deleteJob(sync, job);
  }
}

function deleteJob(sync: Sync, job: Job): void {
  const { client, cron } = sync;
  const response = client.delete(job, { propagationPolicy: 'Background' });
  if (response.code >= 300) {
    client.event(cron, 'Warning', 'FailedDelete', `Deleted job: ${response.message ?? ''}`);
    return;
  }
  sync.active = sync.active.filter(({ uid }) => uid !== job.metadata.uid);
  client.event(cron, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name ?? ''}`);
}

/** By start, Jobs that have not started last; equal ones by name. */
function compareStarts(a: Job, b: Job): number {
  return compareStrings(a.status?.startTime ?? '~', b.status?.startTime ?? '~') || compareStrings(a.metadata.name ?? '', b.metadata.name ?? '');
}

/** '2026-01-01T09:00:00+09:00', as Go's RFC3339 in that zone. */
function formatInZone(timeMs: number, timeZone: string | undefined): string {
  const offsetMs = timeZone === undefined ? 0 : zoneOffsetMs(timeMs, timeZone);
  if (offsetMs === 0) return formatTime(timeMs);
  const minutes = Math.abs(offsetMs) / 60_000;
  const pad = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${formatTime(timeMs + offsetMs).slice(0, -1)}${offsetMs < 0 ? '-' : '+'}${pad(minutes / 60)}:${pad(minutes % 60)}`;
}

/** 'Thu, 01 Jan 2026 00:00:00 +0000', as Go's RFC1123Z in UTC. */
function formatRfc1123(timeMs: number): string {
  const text = formatTime(timeMs);
  // 1970-01-01 was a Thursday.
  const day = DAYS[(Math.floor(timeMs / 86_400_000) + 4) % 7] ?? '';
  return `${day}, ${text.slice(8, 10)} ${MONTHS[Number(text.slice(5, 7)) - 1] ?? ''} ${text.slice(0, 4)} ${text.slice(11, 19)} +0000`;
}
