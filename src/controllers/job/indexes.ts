// Completion indexes of Jobs: where a pod carries its own, and which come next.
// Source: pkg/controller/job/indexed_job_utils.go
import type { Job, Pod, PodTemplateSpec } from '../../api/types.js';
import type { IndexSet } from './indexSet.js';

/** The annotation and label with a pod's completion index. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
const FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count';
const IGNORED_FAILURE_COUNT = 'batch.kubernetes.io/job-index-ignored-failure-count';
const ENV_NAME = 'JOB_COMPLETION_INDEX';

/** True when each pod of the Job has an index. */
export function isIndexedJob(job: Job): boolean {
  return job.spec?.completionMode === 'Indexed';
}

/** The index of a pod; undefined when it has none that makes sense. */
export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[COMPLETION_INDEX];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The index of a pod if it is one of the Job's. */
export function validIndexOf(job: Job, pod: Pod): number | undefined {
  const index = indexOf(pod);
  return index !== undefined && index < (job.spec?.completions ?? 0) ? index : undefined;
}

/** The lowest indexes that are neither in the sets nor taken. */
export function firstFreeIndexes(count: number, completions: number, { sets, isTaken }: { sets: readonly IndexSet[]; isTaken(index: number): boolean }): number[] {
  const free: number[] = [];
  for (let index = 0; index < completions && free.length < count; ) {
    const next = sets.reduce((from, set) => set.nextFree(from), index);
    if (next === index) {
      if (!isTaken(index)) free.push(index);
      index++;
    } else index = next;
  }
  return free;
}

/** Failures that count towards the limit of the pod's index. */
export function indexFailures(pod: Pod): number {
  return count(pod, FAILURE_COUNT);
}

/** All failures of the pod's index before this pod. */
export function absoluteIndexFailures(pod: Pod): number {
  return count(pod, FAILURE_COUNT) + count(pod, IGNORED_FAILURE_COUNT);
}

function count(pod: Pod, annotation: string): number {
  const text = pod.metadata.annotations?.[annotation];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
}

/** The annotations of the pod that follows a failed one of the same index. */
export function failureAnnotations(before: Pod | undefined, isCounted: boolean): Record<string, string> {
  const failures = (before === undefined ? 0 : indexFailures(before)) + (before !== undefined && isCounted ? 1 : 0);
  const ignored = (before === undefined ? 0 : count(before, IGNORED_FAILURE_COUNT)) + (before !== undefined && !isCounted ? 1 : 0);
  return { [FAILURE_COUNT]: String(failures), ...(ignored > 0 ? { [IGNORED_FAILURE_COUNT]: String(ignored) } : {}) };
}

/** The template with the variable of the index in every container. */
export function withIndexVariable(template: PodTemplateSpec): PodTemplateSpec {
  const { spec } = template;
  if (spec === undefined) return template;
  type Container = (typeof spec.containers)[number];
  const variable = { name: ENV_NAME, valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } } };
  const add = (container: Container): Container =>
    container.env?.some(({ name }) => name === ENV_NAME) === true ? container : { ...container, env: [...(container.env ?? []), variable] };
  return { ...template, spec: { ...spec, containers: spec.containers.map(add), ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(add) }) } };
}
