// What is tried when no node takes the pod, and the message that comes of it. Source: pkg/scheduler/framework/runtime/framework.go (RunPostFilterPlugins)
import type { Reader } from '../apiserver/reader.js';
import type { FailedCycle } from './failedCycle.js';
import { failureMessage } from './failureMessage.js';
import type { PodInfo } from './framework/podInfo.js';
import { dynamicResourcesPostFilter } from './plugins/dynamicResources.js';
import { findPreemption } from './preemption.js';
import type { CycleInput } from './schedulePod.js';

/** What the PostFilter plugins came to. */
export interface PostFilterOutcome {
  message: string;
  nominatedNode: string | undefined;
  victims: readonly PodInfo[];
  /** How many nodes could have been nominated as well, the nominated one included. */
  tied: number;
  /** True when an earlier nomination of the pod is taken back. */
  clearsNomination: boolean;
}

/** Runs them; changes nothing. */
export function postFilter(failed: FailedCycle, input: CycleInput, read: Reader): PostFilterOutcome {
  const parts: string[] = [];
  // Without any such plugin there is nobody left who would stand by a nomination.
  let clearsNomination = input.profile.postFilter.length === 0;
  for (const name of input.profile.postFilter) {
    if (name === 'DynamicResources') {
      const status = dynamicResourcesPostFilter(failed.cycle);
      // An internal failure stands alone and ends the round.
      if (status.code === 'Error') return { message: compose(failed, input, status.reasons.join(', ')), nominatedNode: undefined, victims: [], tied: 0, clearsNomination: false };
      parts.push(...status.reasons);
    } else {
      const { nodeName, victims, tied, message, isEvaluated } = findPreemption(input, failed, read);
      if (nodeName !== undefined) return { message: compose(failed, input, ''), nominatedNode: nodeName, victims, tied, clearsNomination: false };
      parts.push(message);
      clearsNomination = isEvaluated;
    }
  }
  return { message: compose(failed, input, parts.join(', ')), nominatedNode: undefined, victims: [], tied: 0, clearsNomination };
}

function compose({ preFilterMessage, reasons, absentReasons }: FailedCycle, { nodes }: CycleInput, postFilterMessage: string): string {
  return failureMessage({ nodeCount: nodes.length, preFilterMessage, reasons, absentReasons, postFilterMessage });
}
