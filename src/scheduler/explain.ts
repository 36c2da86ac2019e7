// A scheduling cycle told node by node. Source: pkg/scheduler/schedule_one.go (the log lines at verbosity 10)
import type { CycleOutcome } from './schedulePod.js';
import type { PodInfo } from './framework/podInfo.js';
import { compareStrings } from '../util/compare.js';

/** Why a pod is placed or not. */
export interface Explanation {
  /** The choice. */
  node?: string;
  /** Every node that shares the highest total, sorted. */
  tied: string[];
  /** The text of the condition PodScheduled when there is no node. */
  message?: string;
  nominatedNode?: string;
  victims: { namespace: string; name: string }[];
  /** Keyed by node name. A refused node has reasons, a feasible one scores (weighted; skipped plugins are absent) and their total. */
  nodes: Record<string, { reasons?: string[]; scores?: Record<string, number>; total?: number }>;
}

/** The explanation of a cycle that found a node. */
export function explainPlacement(outcome: CycleOutcome): Explanation {
  const { feasible, choice, scores } = outcome;
  const most = Math.max(...(scores?.totals ?? []));
  const tied = feasible.filter((_node, index) => scores === undefined || scores.totals[index] === most).map(({ name }) => name);
  return { node: feasible[choice]?.name ?? '', tied: tied.sort(compareStrings), victims: [], nodes: explainNodes(outcome, []) };
}

/** The explanation of a cycle that found none. */
export function explainFailure(
  outcome: CycleOutcome,
  { message, nodeNames, nominatedNode, victims }: { message: string; nodeNames: readonly string[]; nominatedNode: string | undefined; victims: readonly PodInfo[] },
): Explanation {
  return {
    tied: [], message, ...(nominatedNode === undefined ? {} : { nominatedNode }),
    victims: victims.map(({ namespace, name }) => ({ namespace, name })),
    nodes: explainNodes(outcome, nodeNames),
  };
}

/** `unvisited`: nodes that share the absent status. */
function explainNodes({ feasible, scores, refusals, absentStatus }: CycleOutcome, unvisited: readonly string[]): Explanation['nodes'] {
  const nodes: Explanation['nodes'] = {};
  for (const name of unvisited) if (!refusals.has(name)) nodes[name] = { reasons: [...absentStatus.reasons] };
  for (const [name, { status }] of refusals) nodes[name] = { reasons: [...status.reasons] };
  for (const [index, { name }] of feasible.entries()) {
    const byPlugin: Record<string, number> = {};
    for (const [plugin, values] of scores?.byPlugin ?? []) byPlugin[plugin] = values[index] as number;
    nodes[name] = { scores: byPlugin, total: scores?.totals[index] ?? 0 };
  }
  return nodes;
}
