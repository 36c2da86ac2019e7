// Deletes finished Jobs when their time to live is over. Source: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go
import { objectKey } from '../api/meta.js';
import type { Job } from '../api/types.js';
import { parseTime } from '../util/time.js';
import type { Controller, ControllerContext, ControllerDescription, ReconcileResult } from './controller.js';
import { finishedCondition, isJobFinished } from './job/job.js';

/** Runs `ttlSecondsAfterFinished`. */
export const ttlAfterFinished: ControllerDescription = { name: 'ttl-after-finished-controller', create: createTtlController };

function createTtlController({ client, queue, nowMs }: ControllerContext): Controller {
  function reconcile(key: string): ReconcileResult {
    const job = client.read.byKey('jobs.batch', key);
    if (job === undefined || !isDue(job)) return 'done';
    const finishedMs = parseTime(finishedCondition(job)?.lastTransitionTime ?? '') ?? nowMs();
    const leftMs = finishedMs + (job.spec?.ttlSecondsAfterFinished ?? 0) * 1000 - nowMs();
    if (leftMs > 0) queue.addAfter(key, leftMs / 1000);
    else client.delete(job, { propagationPolicy: 'Foreground' });
    return 'done';
  }
  return {
    handlers: {
      'jobs.batch': ({ type, object }) => {
        if (type !== 'DELETED' && isDue(object)) queue.add(objectKey(object));
      },
    },
    reconcile,
  };
}

function isDue(job: Job): boolean {
  return job.metadata.deletionTimestamp === undefined && job.spec?.ttlSecondsAfterFinished !== undefined && isJobFinished(job);
}
