// Room and resource scores of nodes for pods with equal requests: worked out when a node is looked at, kept until the node changes.
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { PodFacts } from '../framework/podInfo.js';
import type { Profile } from '../framework/runtime.js';
import { balancedScore } from '../plugins/nodeResourcesBalancedAllocation.js';
import type { NodeResourcesBalancedAllocationArgs } from '../plugins/nodeResourcesBalancedAllocation.js';
import { ignoredBy, resourcesFit, type NodeResourcesFitArgs } from '../plugins/nodeResourcesFit.js';
import { balanceRequests, DEFAULT_RESOURCES, fitScoreRequests, resourceScore, resourceScorer, type ResourceSpec } from '../plugins/resourceScorer.js';
import { balanceOf, type NodeLedger } from './nodeLedger.js';

/** Scores of nodes for the pods of a class. */
export interface NodeScores {
  /** By node: the weighted resource score, -1 where there is no room. */
  readonly scores: Int32Array;
  /** By node: the version that was scored; 0 for none. */
  readonly scored: Int32Array;
}

/** Scores for so many nodes, none known yet. */
export function createNodeScores(nodes: number): NodeScores {
  return { scores: new Int32Array(nodes), scored: new Int32Array(nodes) };
}

/** Pods with equal requests. */
export interface ResourceClass {
  /** The score of the node as it stands. */
  evaluate(index: number): number;
  /** A pod of the class is to be placed: the scores that are known. Whoever needs one that is missing or old puts it there. */
  begin(): NodeScores;
  /** Scores every node. */
  refresh(): NodeScores & ScoreBlocks;
}

/** Of each block of nodes: the highest score and the number of nodes with room. */
export interface ScoreBlocks {
  readonly max: Int32Array;
  readonly count: Int32Array;
}

/** Nodes of a block are 2 to this power. */
export const BLOCK_BITS = 6;

/** The key under which pods share a class. */
export function resourceClassKey(facts: PodFacts, resources: readonly ResourceSpec[]): string {
  return JSON.stringify([facts.requestList, fitScoreRequests(facts, resources)]);
}

/** The resources that the profile's Fit score counts. */
export function fitResources(profile: Profile): readonly ResourceSpec[] {
  return (profile.args['NodeResourcesFit'] as NodeResourcesFitArgs | undefined)?.scoringStrategy?.resources ?? DEFAULT_RESOURCES;
}

/**
 * A class for the nodes as they stand. It keeps scores from its second pod on: in many clusters most pods are one of a kind.
 * Till then they go to `passing`, which such classes share.
 */
export function createResourceClass(facts: PodFacts, { profile, nodes, ledger, passing }: { profile: Profile; nodes: readonly NodeInfo[]; ledger: NodeLedger; passing: NodeScores }): ResourceClass {
  const evaluate = evaluatorFor(facts, { profile, nodes, ledger });
  const { versions, changes } = ledger;
  const blocks = ((nodes.length - 1) >> BLOCK_BITS) + 1;
  let kept: NodeScores | undefined;
  let hasHadPod = false;
  let summary: (NodeScores & ScoreBlocks & { readonly stamps: Int32Array }) | undefined;
  let stamp = 0;
  /** Changes that the summary has taken in. */
  let cursor = 0;
  const summarize = ({ scores, scored, max, count }: NodeScores & ScoreBlocks, block: number): void => {
    let best = -1;
    let withRoom = 0;
    const end = Math.min(nodes.length, (block + 1) << BLOCK_BITS);
    for (let index = block << BLOCK_BITS; index < end; index++) {
      if (scored[index] !== versions[index]) {
        scores[index] = evaluate(index);
        scored[index] = versions[index] as number;
      }
      const score = scores[index] as number;
      if (score >= 0) withRoom++;
      if (score > best) best = score;
    }
    max[block] = best;
    count[block] = withRoom;
  };
  return {
    evaluate,
    begin() {
      if (kept === undefined && hasHadPod) kept = createNodeScores(nodes.length);
      hasHadPod = true;
      if (kept !== undefined) return kept;
      passing.scored.fill(0);
      return passing;
    },
    refresh() {
      const end = changes.length;
      if (summary === undefined || end - cursor > 4 * nodes.length) {
        kept ??= createNodeScores(nodes.length);
        summary ??= { ...kept, max: new Int32Array(blocks), count: new Int32Array(blocks), stamps: new Int32Array(blocks) };
        for (let block = 0; block < blocks; block++) summarize(summary, block);
      } else if (end > cursor) {
        stamp++;
        for (let at = end - 1; at >= cursor; at--) {
          const block = (changes[at] as number) >> BLOCK_BITS;
          if (summary.stamps[block] === stamp) continue;
          summary.stamps[block] = stamp;
          summarize(summary, block);
        }
      }
      cursor = end;
      return summary;
    },
  };
}

function weightOf(profile: Profile, name: string): number {
  return profile.score.find(({ plugin }) => plugin.name === name)?.weight ?? 0;
}

function evaluatorFor(facts: PodFacts, { profile, nodes, ledger }: { profile: Profile; nodes: readonly NodeInfo[]; ledger: NodeLedger }): (index: number) => number {
  const fitArgs = (profile.args['NodeResourcesFit'] ?? {}) as NodeResourcesFitArgs;
  const balanceArgs = (profile.args['NodeResourcesBalancedAllocation'] ?? {}) as NodeResourcesBalancedAllocationArgs;
  const resources = fitResources(profile);
  const balanced = balanceArgs.resources ?? DEFAULT_RESOURCES;
  const isIgnored = ignoredBy(fitArgs);
  const fitWeight = weightOf(profile, 'NodeResourcesFit');
  const balanceWeight = weightOf(profile, 'NodeResourcesBalancedAllocation');
  const fitRequests = fitScoreRequests(facts, resources);
  const plainRequests = balanceRequests(facts, balanced);
  const isBalanceSkipped = plainRequests.every((amount) => amount === 0);
  const isDefault = fitArgs.scoringStrategy === undefined && balanceArgs.resources === undefined && isIgnored === undefined;
  if (isDefault) return defaultEvaluator(facts, { ledger, fitRequests, fitWeight, balanceWeight: isBalanceSkipped ? 0 : balanceWeight });
  const scorer = resourceScorer(fitArgs.scoringStrategy);
  return (index) => {
    const node = nodes[index] as NodeInfo;
    if (!resourcesFit(facts.requests, node, isIgnored)) return -1;
    const fit = resourceScore(node, { requests: fitRequests, resources, scorer, useRequested: false });
    return fit * fitWeight + (isBalanceSkipped ? 0 : balancedScore(node, plainRequests, balanced) * balanceWeight);
  };
}

/** LeastAllocated and BalancedAllocation over CPU and memory, written out: the arithmetic is that of resourceScorer.ts. */
function defaultEvaluator(
  { requests }: PodFacts,
  { ledger, fitRequests, fitWeight, balanceWeight }: { ledger: NodeLedger; fitRequests: readonly number[]; fitWeight: number; balanceWeight: number },
): (index: number) => number {
  const [fitCpu, fitMemory] = [fitRequests[0] as number, fitRequests[1] as number];
  const { milliCpu, memory, ephemeralStorage } = requests;
  const scalars = [...requests.scalars].filter(([, amount]) => amount > 0).map(([name, amount]) => ({ amount, free: ledger.freeScalar(name) }));
  const { requestedMilliCpu, requestedMemory, requestedEphemeralStorage, requestedPods, nonZeroMilliCpu, nonZeroMemory, balance } = ledger;
  return (index) => {
    const cpu = ledger.milliCpu[index] as number;
    const bytes = ledger.memory[index] as number;
    const usedCpu = requestedMilliCpu[index] as number;
    const usedBytes = requestedMemory[index] as number;
    if ((requestedPods[index] as number) + 1 > (ledger.pods[index] as number)) return -1;
    if (milliCpu > 0 && milliCpu > cpu - usedCpu) return -1;
    if (memory > 0 && memory > bytes - usedBytes) return -1;
    if (ephemeralStorage > 0 && ephemeralStorage > (ledger.ephemeralStorage[index] as number) - (requestedEphemeralStorage[index] as number)) return -1;
    for (let at = 0; at < scalars.length; at++) {
      const { amount, free } = scalars[at] as (typeof scalars)[number];
      if (amount > (free[index] as number)) return -1;
    }
    let sum = 0;
    let count = 0;
    if (cpu !== 0) {
      const used = (nonZeroMilliCpu[index] as number) + fitCpu;
      sum += used > cpu ? 0 : Math.floor(((cpu - used) * 100) / cpu);
      count++;
    }
    if (bytes !== 0) {
      const used = (nonZeroMemory[index] as number) + fitMemory;
      sum += used > bytes ? 0 : Math.floor(((bytes - used) * 100) / bytes);
      count++;
    }
    let score = count === 0 ? 0 : Math.floor(sum / count) * fitWeight;
    if (balanceWeight > 0) {
      const after = balanceOf(usedCpu + milliCpu, cpu, usedBytes + memory, bytes);
      score += (50 + Math.floor((50 + after - (balance[index] as number)) / 2)) * balanceWeight;
    }
    return score;
  };
}
