// The pods of a Job: made with finalizer and index, let go of when they are counted.
// Source: pkg/controller/job/job_controller.go (manageJob), indexed_job_utils.go
import type { Job, Pod, PodTemplateSpec } from '../../api/types.js';
import type { Client } from '../../apiserver/client.js';
import { podFromTemplate } from '../shared/podControl.js';
import { COMPLETION_INDEX, failureAnnotations, isIndexedJob, withIndexVariable } from './indexes.js';
import { judgeFailure } from './policies.js';

/** The finalizer that keeps a finished pod until it is counted. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
const MAX_GENERATED_BASE = 58;

/** True when the pod is not counted yet. */
export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING_FINALIZER) === true;
}

/** Lets go of a pod, whatever happened to it since it was read. Gives the pod as it stands then; undefined when the write was refused. */
export function removeFinalizer(client: Client, pod: Pod): Pod | undefined {
  const current = client.read.get('pods', pod.metadata.namespace ?? '', pod.metadata.name ?? '');
  if (current === undefined || current.metadata.uid !== pod.metadata.uid || !isTracked(current)) return pod;
  const { finalizers = [], ...metadata } = current.metadata;
  const others = finalizers.filter((finalizer) => finalizer !== TRACKING_FINALIZER);
  return client.update<Pod>({ ...current, metadata: others.length === 0 ? metadata : { ...metadata, finalizers: others } }).object;
}

/** The template of the Job's pods. */
export function trackedTemplate(job: Job): PodTemplateSpec {
  const template = job.spec?.template ?? {};
  const finalizers = template.metadata?.finalizers ?? [];
  const tracked = finalizers.includes(TRACKING_FINALIZER) ? finalizers : [...finalizers, TRACKING_FINALIZER];
  const made = { ...template, metadata: { ...template.metadata, finalizers: tracked } };
  return isIndexedJob(job) ? withIndexVariable(made) : made;
}

/** A pod of the Job; with an index, it follows `before`, the failed pod of that index. */
export function jobPod(job: Job, template: PodTemplateSpec, { index, before }: { index: number | undefined; before: Pod | undefined }): Pod {
  const pod = podFromTemplate(template, job);
  if (index === undefined) return pod;
  const name = job.metadata.name ?? '';
  const suffix = `-${index}-`;
  const isPerIndex = job.spec?.backoffLimitPerIndex !== undefined;
  const isCounted = before !== undefined && judgeFailure(job, before).isCounted;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      generateName: name.slice(0, MAX_GENERATED_BASE - suffix.length) + suffix,
      labels: { ...pod.metadata.labels, [COMPLETION_INDEX]: String(index) },
      annotations: { ...pod.metadata.annotations, [COMPLETION_INDEX]: String(index), ...(isPerIndex ? failureAnnotations(before, isCounted) : {}) },
    },
    spec: { ...(pod.spec ?? { containers: [] }), hostname: `${name}-${index}` },
  };
}
