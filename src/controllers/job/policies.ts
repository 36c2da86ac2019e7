// What a failed pod means to its Job, and when enough indexes have succeeded.
// Source: pkg/controller/job/{pod_failure_policy,success_policy}.go, job_controller.go (isPodFailed)
import type { ContainerStatus, Job, Pod, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyRule } from '../../api/types.js';
import { objectKey } from '../../api/meta.js';
import { parseIndexes, type IndexSet } from './indexSet.js';

/** True when pods are replaced only after they have failed, not while they terminate. */
export function replacesOnlyFailed(job: Job): boolean {
  return job.spec?.podReplacementPolicy === 'Failed';
}

/** True when the pod counts as failed. */
export function isPodFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true;
  if (replacesOnlyFailed(job) || job.spec?.podFailurePolicy !== undefined) return false;
  return pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded';
}

/** What the policy says of a failed pod. */
export interface FailureVerdict {
  /** The rule's action; undefined when no rule matches. */
  action: string | undefined;
  isCounted: boolean;
  /** Why the Job fails; with the action FailJob only. */
  message?: string;
}

/** The first rule of the pod failure policy that matches decides. */
export function judgeFailure(job: Job, pod: Pod): FailureVerdict {
  const rules = job.spec?.podFailurePolicy?.rules ?? [];
  for (const [ruleIndex, rule] of rules.entries()) {
    const match = describeMatch(rule, pod);
    if (match === undefined) continue;
    const { action } = rule;
    if (action !== 'FailJob') return { action, isCounted: action !== 'Ignore' };
    return { action, isCounted: true, message: `${match} matching ${action} rule at index ${ruleIndex}` };
  }
  return { action: undefined, isCounted: true };
}

function describeMatch(rule: PodFailurePolicyRule, pod: Pod): string | undefined {
  const name = objectKey(pod);
  if (rule.onExitCodes !== undefined) {
    const status = matchExitCode(rule.onExitCodes, [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]);
    return status === undefined ? undefined : `Container ${status.name} for pod ${name} failed with exit code ${status.state?.terminated?.exitCode ?? 0}`;
  }
  const patterns = rule.onPodConditions ?? [];
  // Of several the pod's first one is named.
  const condition = pod.status?.conditions?.find(({ type, status }) => patterns.some((pattern) => type === pattern.type && status === (pattern.status ?? 'True')));
  return condition === undefined ? undefined : `Pod ${name} has condition ${condition.type}`;
}

function matchExitCode(rule: PodFailurePolicyOnExitCodesRequirement, statuses: readonly ContainerStatus[]): ContainerStatus | undefined {
  return statuses.find(({ name, state }) => {
    const exitCode = state?.terminated?.exitCode ?? 0;
    if (exitCode === 0 || (rule.containerName !== undefined && rule.containerName !== name)) return false;
    return rule.values.includes(exitCode) === (rule.operator === 'In');
  });
}

/** The message of the success policy's rule that is met; none is before an index has succeeded. */
export function matchSuccessPolicy(job: Job, succeeded: IndexSet): string | undefined {
  if (succeeded.size === 0) return undefined;
  for (const [ruleIndex, rule] of (job.spec?.successPolicy?.rules ?? []).entries()) {
    const wanted = rule.succeededIndexes === undefined ? undefined : parseIndexes(rule.succeededIndexes, job.spec?.completions ?? 0);
    const reached = wanted === undefined ? succeeded.size : succeeded.countIn(wanted);
    const needed = rule.succeededCount ?? wanted?.size ?? Infinity;
    if (reached >= needed) return `Matched rules at index ${ruleIndex}`;
  }
  return undefined;
}

/** True when containers of pods that restart in place have restarted too often. */
export function isPastRestarts(job: Job, restarts: number): boolean {
  if (job.spec?.template.spec?.restartPolicy !== 'OnFailure') return false;
  const limit = job.spec.backoffLimit ?? 6;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** How often the containers of a pod that runs or is to run have restarted. */
export function restartsOf({ status }: Pod): number {
  if (status?.phase !== 'Running' && status?.phase !== 'Pending') return 0;
  let restarts = 0;
  for (const { restartCount } of status.initContainerStatuses ?? []) restarts += restartCount;
  for (const { restartCount } of status.containerStatuses ?? []) restarts += restartCount;
  return restarts;
}
