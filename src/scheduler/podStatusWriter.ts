// What the scheduler writes about pods besides bindings: the condition PodScheduled, nominations, victims, events.
// Source: pkg/scheduler/schedule_one.go (handleSchedulingFailure), pkg/scheduler/framework/preemption/executor.go
import { findCondition } from '../api/conditions.js';
import type { Pod, PodCondition, PodStatus } from '../api/types.js';
import type { Client } from '../apiserver/client.js';
import { formatTime } from '../util/time.js';
import { eventNote } from './failureMessage.js';
import { schedulerNameOf } from './profile/configuration.js';

/** Why a pod has no node. */
export interface Failure {
  /** 'Unschedulable' or 'SchedulerError'. */
  reason: string;
  message: string;
  /** Undefined leaves a nomination as it is, '' takes it back. */
  nominatedNodeName: string | undefined;
}

/** Writes about pods. Pods are named by any of their versions; the stored one is what is changed. */
export interface PodStatusWriter {
  writeFailure(pod: Pod, failure: Failure): void;
  nominate(pod: Pod, nodeName: string): void;
  clearNomination(pod: Pod): void;
  /** Tells the victim, which is not terminating yet, why and deletes it. */
  evictFor(preemptor: Pod, victim: Pod, nodeName: string): void;
}

/** A writer. */
export function createPodStatusWriter({ client, nowMs }: { client: Client; nowMs(): number }): PodStatusWriter {
  const stored = ({ metadata }: Pod): Pod | undefined => client.read.get('pods', metadata.namespace ?? '', metadata.name ?? '');

  function writeStatus(pod: Pod, { condition, nominatedNodeName }: { condition?: PodCondition; nominatedNodeName: string | undefined }): void {
    const { conditions: before, nominatedNodeName: nominatedBefore } = pod.status ?? {};
    const conditions = condition === undefined ? before : withCondition(before ?? [], condition, formatTime(nowMs()));
    const nominated = nominatedNodeName === undefined ? nominatedBefore : nominatedNodeName || undefined;
    if (conditions === before && nominated === nominatedBefore) return;
    const status: PodStatus = { ...pod.status };
    if (conditions !== undefined) status.conditions = conditions;
    if (nominated === undefined) delete status.nominatedNodeName;
    else status.nominatedNodeName = nominated;
    client.updateStatus({ ...pod, status });
  }

  return {
    writeFailure(pod, { reason, message, nominatedNodeName }) {
      const current = stored(pod);
      if (current === undefined) return;
      client.event(current, 'Warning', 'FailedScheduling', eventNote(message), schedulerNameOf(current));
      const { generation } = current.metadata;
      writeStatus(current, { condition: { type: 'PodScheduled', status: 'False', reason, message, ...(generation === undefined ? {} : { observedGeneration: generation }) }, nominatedNodeName });
    },
    nominate(pod, nodeName) {
      const current = stored(pod);
      if (current !== undefined) writeStatus(current, { nominatedNodeName: nodeName });
    },
    clearNomination(pod) {
      const current = stored(pod);
      if (current !== undefined) writeStatus(current, { nominatedNodeName: '' });
    },
    evictFor(preemptor, victim, nodeName) {
      const current = stored(victim);
      if (current === undefined) return;
      const message = `${schedulerNameOf(preemptor)}: preempting to accommodate a higher priority pod`;
      const { generation } = current.metadata;
      const condition: PodCondition = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message, ...(generation === undefined ? {} : { observedGeneration: generation }) };
      writeStatus(current, { condition, nominatedNodeName: undefined });
      client.delete(stored(victim) ?? current);
      client.event(current, 'Normal', 'Preempted', `Preempted by pod ${preemptor.metadata.uid ?? ''} on node ${nodeName}`, schedulerNameOf(preemptor));
    },
  };
}

/** The list with the condition in it; the same list when nothing changes. The time of transition is kept while the status stays. */
function withCondition(conditions: readonly PodCondition[], condition: PodCondition, now: string): PodCondition[] {
  const old = findCondition(conditions, condition.type);
  if (old === undefined) return [...conditions, stamped(condition, now)];
  const isSame = old.status === condition.status && old.reason === condition.reason && old.message === condition.message && old.observedGeneration === condition.observedGeneration;
  if (isSame) return conditions as PodCondition[];
  const time = old.status === condition.status ? (old.lastTransitionTime ?? now) : now;
  return conditions.map((each) => (each === old ? stamped(condition, time) : each));
}

/** The API writes a time that was never set as null. */
function stamped(condition: PodCondition, lastTransitionTime: string): PodCondition {
  return { ...condition, lastProbeTime: null, lastTransitionTime } as unknown as PodCondition;
}
