// The pods of a Job: made with finalizer and index, ended in the order of their worth.
// Source: pkg/controller/job/job_controller.go (manageJob, deleteJobPods), indexed_job_utils.go
import type { Job, Pod, PodTemplateSpec } from '../../api/types.js';
import type { Client } from '../../apiserver/client.js';
import { podFromTemplate } from '../shared/podControl.js';
import { rankActivePods } from '../shared/podRanking.js';
import { COMPLETION_INDEX, failureAnnotations, indexOf, isIndexedJob, withIndexVariable } from './indexes.js';
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

/** At least so many of the active pods to delete; of an Indexed Job, first those whose index is taken twice or makes no sense. */
export function podsToRemove(job: Job, active: readonly Pod[], atLeast: number): Pod[] {
  if (!isIndexedJob(job)) return atLeast === 0 ? [] : rankActivePods(active).slice(0, atLeast);
  const byIndex = new Map<number, Pod[]>();
  const remove: Pod[] = [];
  for (const pod of active) {
    const index = indexOf(pod);
    if (index === undefined || index >= (job.spec?.completions ?? 0)) remove.push(pod);
    else byIndex.set(index, [...(byIndex.get(index) ?? []), pod]);
  }
  const left: Pod[] = [];
  for (const [, pods] of [...byIndex].sort(([a], [b]) => a - b)) {
    const ranked = pods.length === 1 ? pods : rankActivePods(pods);
    remove.push(...ranked.slice(0, -1));
    left.push(...ranked.slice(-1));
  }
  return remove.length >= atLeast ? remove : [...remove, ...rankActivePods(left).slice(0, atLeast - remove.length)];
}
