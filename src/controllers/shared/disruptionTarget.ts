// The mark of a pod that is ended by the system and not by its own work. Source: pkg/api/v1/pod/util.go (UpdatePodCondition)
import { findCondition } from '../../api/conditions.js';
import type { Pod, PodCondition, PodStatus } from '../../api/types.js';

/** The pod's status with the condition DisruptionTarget. */
export function withDisruptionTarget({ metadata, status }: Pod, reason: string, message: string, time: string): PodStatus {
  const before = status?.conditions ?? [];
  const old = findCondition(before, 'DisruptionTarget');
  const condition: PodCondition = {
    type: 'DisruptionTarget', status: 'True', reason, message,
    lastTransitionTime: old?.status === 'True' && old.lastTransitionTime !== undefined ? old.lastTransitionTime : time,
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
  };
  return { ...status, conditions: old === undefined ? [...before, condition] : before.map((each) => (each === old ? condition : each)) };
}
