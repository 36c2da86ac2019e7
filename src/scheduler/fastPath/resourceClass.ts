// Room and resource scores of nodes for pods with equal requests: worked out when a node is looked at, kept until the node changes.
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { PodFacts } from '../framework/podInfo.js';
import type { Profile } from '../framework/runtime.js';
import { balancedScore } from '../plugins/nodeResourcesBalancedAllocation.js';
import type { NodeResourcesBalancedAllocationArgs } from '../plugins/nodeResourcesBalancedAllocation.js';
import { ignoredBy, resourcesFit, type NodeResourcesFitArgs } from '../plugins/nodeResourcesFit.js';
import { balanceRequests, DEFAULT_RESOURCES, fitScoreRequests, resourceScore, resourceScorer, type ResourceSpec } from '../plugins/resourceScorer.js';

/** The changes of nodes. */
export interface MutationLog {
  /** Nodes that changed, in order, each possibly often. */
  readonly indexes: readonly number[];
  /** By node: how often it changed, from 1. */
  readonly versions: Int32Array;
}

/** Pods with equal requests. */
export interface ResourceClass {
  /** Weighted resource score of each node, -1 where there is no room; as it was when the node was last looked at. */
  readonly scores: Int32Array;
  /** The score of the node as it stands. */
  look(index: number): number;
  /** Of each block of nodes: the highest score and the number of nodes with room; as of the last `refresh`. */
  readonly blockMax: Int32Array;
  readonly blockCount: Int32Array;
  /** Looks at every node. */
  refresh(): void;
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

/** A class for the nodes as they stand. */
export function createResourceClass(facts: PodFacts, { profile, nodes, log }: { profile: Profile; nodes: readonly NodeInfo[]; log: MutationLog }): ResourceClass {
  const evaluate = evaluatorFor(facts, profile);
  const { indexes, versions } = log;
  const scores = new Int32Array(nodes.length);
  /** By node: the version that was scored; 0 for none. */
  const scored = new Int32Array(nodes.length);
  const look = (index: number): number => {
    if (scored[index] !== versions[index]) {
      scores[index] = evaluate(nodes[index] as NodeInfo);
      scored[index] = versions[index] as number;
    }
    return scores[index] as number;
  };
  const blocks = ((nodes.length - 1) >> BLOCK_BITS) + 1;
  const blockMax = new Int32Array(blocks);
  const blockCount = new Int32Array(blocks);
  const blockStamps = new Int32Array(blocks);
  let stamp = 0;
  /** Changes that the blocks have taken in; -1 before the first. */
  let cursor = -1;
  const summarize = (block: number): void => {
    let max = -1;
    let count = 0;
    const end = Math.min(nodes.length, (block + 1) << BLOCK_BITS);
    for (let index = block << BLOCK_BITS; index < end; index++) {
      const score = look(index);
      if (score >= 0) count++;
      if (score > max) max = score;
    }
    blockMax[block] = max;
    blockCount[block] = count;
  };
  return {
    scores, look, blockMax, blockCount,
    refresh() {
      const end = indexes.length;
      if (cursor === end) return;
      if (cursor < 0 || end - cursor > 4 * nodes.length) for (let block = 0; block < blocks; block++) summarize(block);
      else {
        stamp++;
        for (let at = end - 1; at >= cursor; at--) {
          const block = (indexes[at] as number) >> BLOCK_BITS;
          if (blockStamps[block] === stamp) continue;
          blockStamps[block] = stamp;
          summarize(block);
        }
      }
      cursor = end;
    },
  };
}

function weightOf(profile: Profile, name: string): number {
  return profile.score.find(({ plugin }) => plugin.name === name)?.weight ?? 0;
}

function evaluatorFor(facts: PodFacts, profile: Profile): (node: NodeInfo) => number {
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
  if (isDefault) return defaultEvaluator(facts, { fitRequests, fitWeight, balanceWeight: isBalanceSkipped ? 0 : balanceWeight });
  const scorer = resourceScorer(fitArgs.scoringStrategy);
  return (node) => {
    if (!resourcesFit(facts.requests, node, isIgnored)) return -1;
    const fit = resourceScore(node, { requests: fitRequests, resources, scorer, useRequested: false });
    return fit * fitWeight + (isBalanceSkipped ? 0 : balancedScore(node, plainRequests, balanced) * balanceWeight);
  };
}

/** LeastAllocated and BalancedAllocation over CPU and memory, written out: the arithmetic is that of resourceScorer.ts. */
function defaultEvaluator(
  { requests }: PodFacts,
  { fitRequests, fitWeight, balanceWeight }: { fitRequests: readonly number[]; fitWeight: number; balanceWeight: number },
): (node: NodeInfo) => number {
  const [fitCpu, fitMemory] = [fitRequests[0] as number, fitRequests[1] as number];
  const { milliCpu, memory, ephemeralStorage, scalars } = requests;
  return (node) => {
    const { allocatable, requested } = node;
    if (node.pods.length + 1 > allocatable.pods) return -1;
    if (milliCpu > 0 && milliCpu > allocatable.milliCpu - requested.milliCpu) return -1;
    if (memory > 0 && memory > allocatable.memory - requested.memory) return -1;
    if (ephemeralStorage > 0 && ephemeralStorage > allocatable.ephemeralStorage - requested.ephemeralStorage) return -1;
    if (scalars.size > 0) for (const [name, amount] of scalars) if (amount > 0 && amount > (allocatable.scalars.get(name) ?? 0) - (requested.scalars.get(name) ?? 0)) return -1;
    const cpu = allocatable.milliCpu;
    const bytes = allocatable.memory;
    let sum = 0;
    let count = 0;
    if (cpu !== 0) {
      const used = node.nonZeroMilliCpu + fitCpu;
      sum += used > cpu ? 0 : Math.floor(((cpu - used) * 100) / cpu);
      count++;
    }
    if (bytes !== 0) {
      const used = node.nonZeroMemory + fitMemory;
      sum += used > bytes ? 0 : Math.floor(((bytes - used) * 100) / bytes);
      count++;
    }
    let score = count === 0 ? 0 : Math.floor(sum / count) * fitWeight;
    if (balanceWeight > 0) {
      let before = 100;
      let after = 100;
      if (cpu !== 0 && bytes !== 0) {
        before = Math.trunc((1 - Math.abs((Math.min(requested.milliCpu / cpu, 1) - Math.min(requested.memory / bytes, 1)) / 2)) * 100);
        after = Math.trunc((1 - Math.abs((Math.min((requested.milliCpu + milliCpu) / cpu, 1) - Math.min((requested.memory + memory) / bytes, 1)) / 2)) * 100);
      }
      score += (50 + Math.floor((50 + after - before) / 2)) * balanceWeight;
    }
    return score;
  };
}
