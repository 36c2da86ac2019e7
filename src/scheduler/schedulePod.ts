// One scheduling cycle up to the choice, the plain algorithm: filter, score, choose. It changes nothing.
// Source: pkg/scheduler/schedule_one.go (schedulePod, findNodesThatFitPod, findNodesThatPassFilters, prioritizeNodes)
import type { CycleState } from './framework/cycleState.js';
import type { NodeInfo } from './framework/nodeInfo.js';
import type { Nominator } from './framework/nominator.js';
import type { PodInfo } from './framework/podInfo.js';
import { runFiltersWithNominated, runPreFilter, runScores, type NodeScores, type PluginStatus, type Profile } from './framework/runtime.js';
import { unresolvable, type Status } from './framework/status.js';
import { selectHost } from './selectHost.js';

/** Where and how to look for a node. */
export interface CycleInput {
  readonly profile: Profile;
  readonly nominator: Nominator;
  /** All nodes in visiting order. */
  readonly nodes: readonly NodeInfo[];
  /** The one of them that has the name. */
  nodeNamed(name: string): NodeInfo | undefined;
  /** Where the visit begins. */
  readonly startIndex: number;
  /** Look at every node, however many there are. */
  readonly exhaustive: boolean;
  /** Score even the only feasible node, so that there is something to show. */
  readonly alwaysScore: boolean;
}

/** What one cycle found. */
export interface CycleOutcome {
  readonly cycle: CycleState;
  /** In visiting order; empty when the pod cannot be placed. */
  readonly feasible: readonly NodeInfo[];
  /** Position of the choice in `feasible`. */
  readonly choice: number;
  readonly scores: NodeScores | undefined;
  /** Refused nodes by name. */
  readonly refusals: ReadonlyMap<string, PluginStatus>;
  /** The refusal of the pod as a whole, by a PreFilter plugin. */
  readonly preFilterRefusal: PluginStatus | undefined;
  /** Status of the nodes that `refusals` does not name. */
  readonly absentStatus: Status;
  /** Names of the plugins that had a part in the failure. */
  readonly rejectors: ReadonlySet<string>;
  /** An internal failure; it ends the cycle for all nodes. */
  readonly error: string | undefined;
  readonly nextStartIndex: number;
}

const MIN_FEASIBLE = 100;
const NO_REASON = unresolvable();

/** How many feasible nodes are enough among so many. Source: schedule_one.go (numFeasibleNodesToFind) */
export function feasibleNodesToFind(nodeCount: number, percentageOfNodesToScore: number): number {
  if (nodeCount < MIN_FEASIBLE) return nodeCount;
  const percentage = percentageOfNodesToScore === 0 ? Math.max(5, 50 - Math.floor(nodeCount / 125)) : percentageOfNodesToScore;
  return Math.max(MIN_FEASIBLE, Math.min(nodeCount, Math.floor((nodeCount * percentage) / 100)));
}

/** The same for a profile: the first feasible node will do when nothing is scored. */
function nodesWanted(nodeCount: number, { score, percentageOfNodesToScore }: Profile): number {
  return score.length === 0 ? Math.min(1, nodeCount) : feasibleNodesToFind(nodeCount, percentageOfNodesToScore);
}

/** Looks for a node for the pod. There is at least one node. */
export function schedulePod(pod: PodInfo, input: CycleInput): CycleOutcome {
  const { profile, nominator, nodes, startIndex, alwaysScore } = input;
  const { cycle, refusal, nodeNames, narrowedBy } = runPreFilter(profile, pod);
  const refusals = new Map<string, PluginStatus>();
  const base = { cycle, refusals, choice: -1, scores: undefined, feasible: [], preFilterRefusal: undefined, absentStatus: NO_REASON, rejectors: new Set<string>(), error: undefined, nextStartIndex: startIndex };
  if (refusal !== undefined) {
    if (refusal.status.code === 'Error') return { ...base, error: `running PreFilter plugin "${refusal.plugin}": ${refusal.status.reasons.join(', ')}` };
    return { ...base, preFilterRefusal: refusal, absentStatus: refusal.status, rejectors: new Set([refusal.plugin]) };
  }
  const nominatedName = nominator.nodeNameFor(pod);
  if (nominatedName !== undefined) {
    const node = input.nodeNamed(nominatedName);
    if (node !== undefined) {
      const refused = runFiltersWithNominated(profile, { cycle, nominator }, node);
      if (refused === undefined) {
        const scores = alwaysScore ? runScores(profile, cycle, [node]) : undefined;
        return { ...base, feasible: [node], choice: 0, scores: scores !== undefined && 'error' in scores ? undefined : scores };
      }
      if (refused.status.code === 'Error') return { ...base, error: filterError(refused) };
      refusals.set(node.name, refused);
    }
  }
  const candidates = nodeNames === undefined ? nodes : narrowedNodes(nodeNames, input);
  const wanted = input.exhaustive ? candidates.length : nodesWanted(candidates.length, profile);
  const feasible: NodeInfo[] = [];
  for (let index = 0; index < candidates.length; index++) {
    const node = candidates[(startIndex + index) % candidates.length] as NodeInfo;
    const refused = runFiltersWithNominated(profile, { cycle, nominator }, node);
    if (refused === undefined) {
      // One more feasible node than wanted ends the search and is dropped.
      if (feasible.length === wanted) break;
      feasible.push(node);
    } else {
      if (refused.status.code === 'Error') return { ...base, error: filterError(refused) };
      refusals.set(node.name, refused);
    }
  }
  const nextStartIndex = (startIndex + feasible.length + refusals.size) % nodes.length;
  const rejectors = new Set(narrowedBy);
  for (const { plugin } of refusals.values()) rejectors.add(plugin);
  const absentStatus = nodeNames === undefined ? NO_REASON : unresolvable(`node(s) didn't satisfy plugin(s) [${narrowedBy.join(' ')}]`);
  const scores = feasible.length > 1 || (alwaysScore && feasible.length === 1) ? runScores(profile, cycle, feasible) : undefined;
  if (scores !== undefined && 'error' in scores) return feasible.length > 1 ? { ...base, error: scores.error } : { ...base, feasible, choice: 0, absentStatus, rejectors, nextStartIndex };
  const choice = scores === undefined ? (feasible.length === 1 ? 0 : -1) : selectHost(scores.totals);
  return { ...base, feasible, choice, scores, absentStatus, rejectors, nextStartIndex };
}

/** The nodes of these names in visiting order. */
function narrowedNodes(names: ReadonlySet<string>, { nodeNamed }: CycleInput): NodeInfo[] {
  const nodes: NodeInfo[] = [];
  for (const name of names) {
    const node = nodeNamed(name);
    if (node !== undefined) nodes.push(node);
  }
  return nodes.sort((a, b) => a.index - b.index);
}

function filterError({ plugin, status }: PluginStatus): string {
  return `running "${plugin}" filter plugin: ${status.reasons.join(', ')}`;
}
