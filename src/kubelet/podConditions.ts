// The conditions of a pod as its kubelet writes them, in the kubelet's order. Pods that are alike share one list.
// Source: pkg/kubelet/status/generate.go, pkg/kubelet/kubelet_pods.go (generateAPIPodStatus)
import { findCondition, isConditionTrue } from '../api/conditions.js';
import type { Pod, PodCondition } from '../api/types.js';
import { deepFreeze } from '../util/objects.js';

const KUBELET_CONDITIONS = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'] as const;
type KubeletCondition = (typeof KUBELET_CONDITIONS)[number];
interface Verdict {
  status: 'True' | 'False';
  reason?: string;
  message?: string;
}
type Verdicts = Readonly<Record<KubeletCondition, Verdict>>;

/** True when a readiness gate of the pod has no condition that is True. */
export function isHeldBack(pod: Pod): boolean {
  return gateMessage(pod) !== undefined;
}

function gateMessage(pod: Pod): string | undefined {
  const gates = pod.spec?.readinessGates;
  if (gates === undefined) return undefined;
  const messages: string[] = [];
  for (const { conditionType } of gates) {
    const condition = findCondition(pod.status?.conditions, conditionType);
    if (condition === undefined) messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (condition.status !== 'True') messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`);
  }
  return messages.length === 0 ? undefined : messages.join(', ');
}

const YES: Verdict = { status: 'True' };
const COMPLETE: Verdict = { status: 'False', reason: 'PodCompleted' };
const RUNNING: Verdicts = { PodReadyToStartContainers: YES, Initialized: YES, Ready: YES, ContainersReady: YES, PodScheduled: YES };
const COMPLETED: Verdicts = { PodReadyToStartContainers: { status: 'False' }, Initialized: { status: 'True', reason: 'PodCompleted' }, Ready: COMPLETE, ContainersReady: COMPLETE, PodScheduled: YES };

/** All containers run: everything is True, but Ready waits for the readiness gates. */
export function runningConditions(pod: Pod, time: string): PodCondition[] {
  const held = gateMessage(pod);
  if (held !== undefined) return conditionsOf(pod, time, { ...RUNNING, Ready: { status: 'False', reason: 'ReadinessGatesNotReady', message: held } });
  return sharedConditions(pod, time, RUNNING);
}

/** All containers ended well. */
export function completedConditions(pod: Pod, time: string): PodCondition[] {
  return sharedConditions(pod, time, COMPLETED);
}

/** The node refused the pod: what others have said of it is all that stays. Source: pkg/kubelet/kubelet.go (rejectPod), status/status_manager.go (mergePodStatus) */
export function refusedConditions({ status }: Pod): PodCondition[] {
  return (status?.conditions ?? []).filter(isForeign);
}

function isForeign({ type }: PodCondition): boolean {
  return !(KUBELET_CONDITIONS as readonly string[]).includes(type);
}

/** The pod failed. */
export function failedConditions(pod: Pod, time: string): PodCondition[] {
  const over: Verdict = { status: 'False', reason: 'PodFailed' };
  const initialized: Verdict = isConditionTrue(pod.status?.conditions, 'Initialized') ? YES : over;
  return conditionsOf(pod, time, { PodReadyToStartContainers: { status: 'False' }, Initialized: initialized, Ready: over, ContainersReady: over, PodScheduled: YES });
}

/** Conditions, and what they follow from. */
interface Made {
  verdicts: Verdicts;
  before: readonly PodCondition[] | undefined;
  time: string;
  generation: number | undefined;
  conditions: PodCondition[];
}

/** What was made last: pods that are alike act one after another. */
let last: Made | undefined;

/** The same as `conditionsOf`, one list for pods that are alike. */
function sharedConditions(pod: Pod, time: string, verdicts: Verdicts): PodCondition[] {
  const before = pod.status?.conditions;
  const { generation } = pod.metadata;
  if (last !== undefined && last.before === before && last.verdicts === verdicts && last.time === time && last.generation === generation) return last.conditions;
  const conditions = conditionsOf(pod, time, verdicts);
  if (Object.isFrozen(before)) last = { verdicts, before, time, generation, conditions: deepFreeze(conditions) };
  return conditions;
}

/** Those of others as they stand, then the kubelet's conditions; a condition whose status stays keeps its time. */
function conditionsOf(pod: Pod, time: string, verdicts: Verdicts): PodCondition[] {
  const before = pod.status?.conditions ?? [];
  const { generation } = pod.metadata;
  const conditions = before.filter(isForeign);
  for (const type of KUBELET_CONDITIONS) {
    const verdict = verdicts[type];
    const old = findCondition(before, type);
    if (old !== undefined && old.status === verdict.status && old.reason === verdict.reason && old.message === verdict.message && old.observedGeneration === generation && old.lastTransitionTime !== undefined) {
      conditions.push(old);
      continue;
    }
    const since = old !== undefined && old.status === verdict.status ? (old.lastTransitionTime ?? time) : time;
    conditions.push(shared(type, verdict, since, generation));
  }
  return conditions;
}

const MAX_SHARED = 1000;
const known = new Map<string, PodCondition>();

/** One frozen object for equal conditions: most pods of a cluster have the same ones. */
function shared(type: string, { status, reason, message }: Verdict, time: string, generation: number | undefined): PodCondition {
  const key = `${type}\u0000${status}\u0000${reason}\u0000${message}\u0000${time}\u0000${generation}`;
  let condition = known.get(key);
  if (condition !== undefined) return condition;
  condition = {
    type, status,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    lastTransitionTime: time,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  if (known.size >= MAX_SHARED) known.clear();
  known.set(key, Object.freeze(condition));
  return condition;
}
