// A scheduling cycle that found no node, as far as what is tried next and the message need it.
import { countStatus, noReasons, type ReasonCounts } from './failureMessage.js';
import type { CycleState } from './framework/cycleState.js';
import type { NodeInfo } from './framework/nodeInfo.js';
import type { PluginStatus } from './framework/runtime.js';
import type { CycleOutcome } from './schedulePod.js';

/** A cycle that found no node. */
export interface FailedCycle {
  readonly cycle: CycleState;
  /** Names of the plugins that had a part in it. */
  readonly rejectors: ReadonlySet<string>;
  /** The refusal of the pod as a whole. */
  readonly preFilterMessage: string | undefined;
  readonly reasons: ReasonCounts;
  /** Reasons of the nodes that have none of their own. */
  readonly absentReasons: readonly string[];
  /** Undefined for a node that has none of its own. */
  refusalOf(node: NodeInfo): PluginStatus | undefined;
  /** Why nobody can go for the pod, of the nodes where that might have helped; undefined when that is not known, or somebody can. */
  whyNoVictims(): ReasonCounts | undefined;
}

/** The failure of the plain algorithm. */
export function failedCycleOf({ cycle, rejectors, refusals, preFilterRefusal, absentStatus }: CycleOutcome): FailedCycle {
  const reasons = noReasons();
  for (const { status } of refusals.values()) countStatus(reasons, status);
  return {
    cycle, rejectors, preFilterMessage: preFilterRefusal?.status.reasons.join(', '), reasons, absentReasons: absentStatus.reasons,
    refusalOf: ({ name }) => refusals.get(name),
    whyNoVictims: () => undefined,
  };
}
