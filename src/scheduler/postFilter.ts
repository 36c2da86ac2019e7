// What is tried when no node takes the pod, and the message that comes of it. Source: pkg/scheduler/framework/runtime/framework.go (RunPostFilterPlugins)
import type { Reader } from '../apiserver/reader.js';
import { countStatus, failureMessage, noReasons } from './failureMessage.js';
import type { KeptRefusals } from './fastPath/refusals.js';
import type { CycleState } from './framework/cycleState.js';
import type { PodInfo } from './framework/podInfo.js';
import type { Profile } from './framework/runtime.js';
import { dynamicResourcesPostFilter } from './plugins/dynamicResources.js';
import { findPreemption, noPreemption, type PreemptionOutcome } from './preemption.js';
import type { CycleInput, CycleOutcome } from './schedulePod.js';

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

/** A cycle that found no node. */
interface FailedCycle {
  readonly cycle: CycleState;
  preempt(): PreemptionOutcome;
  /** The message that ends like this. */
  compose(postFilterMessage: string): string;
}

/** Runs them; changes nothing. */
export function postFilter(outcome: CycleOutcome, input: CycleInput, read: Reader): PostFilterOutcome {
  const { cycle, refusals, preFilterRefusal, absentStatus } = outcome;
  return runPostFilter(input.profile, {
    cycle,
    preempt: () => findPreemption(input, outcome, read),
    compose(postFilterMessage) {
      const reasons = noReasons();
      for (const { status } of refusals.values()) countStatus(reasons, status);
      return failureMessage({
        nodeCount: input.nodes.length,
        ...(preFilterRefusal === undefined ? {} : { preFilterMessage: preFilterRefusal.status.reasons.join(', ') }),
        reasons, absentReasons: absentStatus.reasons, postFilterMessage,
      });
    },
  });
}

/** The same for a pod that every node refuses and for which nobody can go. */
export function postFilterKept({ cycle, reasons, preemptionReasons }: KeptRefusals, { profile, nodeCount }: { profile: Profile; nodeCount: number }): PostFilterOutcome {
  return runPostFilter(profile, {
    cycle,
    preempt: () => noPreemption(cycle.pod, { nodeCount, reasons: preemptionReasons }),
    compose: (postFilterMessage) => failureMessage({ nodeCount, reasons, absentReasons: [], postFilterMessage }),
  });
}

function runPostFilter(profile: Profile, { cycle, preempt, compose }: FailedCycle): PostFilterOutcome {
  const parts: string[] = [];
  // Without any such plugin there is nobody left who would stand by a nomination.
  let clearsNomination = profile.postFilter.length === 0;
  for (const name of profile.postFilter) {
    if (name === 'DynamicResources') {
      const status = dynamicResourcesPostFilter(cycle);
      // An internal failure stands alone and ends the round.
      if (status.code === 'Error') return { message: compose(status.reasons.join(', ')), nominatedNode: undefined, victims: [], tied: 0, clearsNomination: false };
      parts.push(...status.reasons);
    } else {
      const { nodeName, victims, tied, message, isEvaluated } = preempt();
      if (nodeName !== undefined) return { message: compose(''), nominatedNode: nodeName, victims, tied, clearsNomination: false };
      parts.push(message);
      clearsNomination = isEvaluated;
    }
  }
  return { message: compose(parts.join(', ')), nominatedNode: undefined, victims: [], tied: 0, clearsNomination };
}
