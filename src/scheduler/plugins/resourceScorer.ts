// Scores from what is requested of a node and what it has: least allocated, most allocated, by a shape, balanced.
// Source: pkg/scheduler/framework/plugins/noderesources/{resource_allocation,least_allocated,most_allocated,requested_to_capacity_ratio,balanced_allocation}.go
import { podRequests } from '../../api/podRequests.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import { NON_ZERO_DEFAULTS, type PodFacts } from '../framework/podInfo.js';
import { amountOf, isScalarResource, toResource } from '../framework/resource.js';
import { MAX_SCORE } from '../framework/types.js';

/** A resource that counts in a score. */
export interface ResourceSpec {
  name: string;
  weight: number;
}

/** NodeResourcesFitArgs.scoringStrategy. */
export interface ScoringStrategy {
  type?: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  resources?: ResourceSpec[];
  requestedToCapacityRatio?: { shape: { utilization: number; score: number }[] };
}

/** A score of 0…100 from amounts in the order of the resources; an allocatable amount of 0 leaves its resource out. */
export type ResourceScorer = (requested: readonly number[], allocatable: readonly number[], resources: readonly ResourceSpec[]) => number;

/** CPU and memory alike. */
export const DEFAULT_RESOURCES: readonly ResourceSpec[] = [{ name: 'cpu', weight: 1 }, { name: 'memory', weight: 1 }];

/** The scorer of the strategy. */
export function resourceScorer(strategy: ScoringStrategy | undefined): ResourceScorer {
  switch (strategy?.type) {
    case 'MostAllocated':
      return weighted((requested, allocatable) => Math.floor((Math.min(requested, allocatable) * MAX_SCORE) / allocatable));
    case 'RequestedToCapacityRatio':
      return byShape(strategy.requestedToCapacityRatio?.shape ?? []);
    default:
      return weighted((requested, allocatable) => (requested > allocatable ? 0 : Math.floor(((allocatable - requested) * MAX_SCORE) / allocatable)));
  }
}

function weighted(scoreOf: (requested: number, allocatable: number) => number): ResourceScorer {
  return (requested, allocatable, resources) => {
    let sum = 0;
    let weights = 0;
    for (let index = 0; index < resources.length; index++) {
      const capacity = allocatable[index] as number;
      if (capacity === 0) continue;
      const { weight } = resources[index] as ResourceSpec;
      sum += scoreOf(requested[index] as number, capacity) * weight;
      weights += weight;
    }
    return weights === 0 ? 0 : Math.floor(sum / weights);
  };
}

const MAX_SHAPE_SCORE = 10;

function byShape(shape: readonly { utilization: number; score: number }[]): ResourceScorer {
  const points = shape.map(({ utilization, score }) => ({ utilization, score: score * (MAX_SCORE / MAX_SHAPE_SCORE) }));
  const scoreAt = (utilization: number): number => {
    for (let index = 0; index < points.length; index++) {
      const point = points[index] as { utilization: number; score: number };
      if (utilization > point.utilization) continue;
      if (index === 0) return point.score;
      const before = points[index - 1] as { utilization: number; score: number };
      return before.score + Math.trunc(((point.score - before.score) * (utilization - before.utilization)) / (point.utilization - before.utilization));
    }
    return points[points.length - 1]?.score ?? 0;
  };
  return (requested, allocatable, resources) => {
    let sum = 0;
    let weights = 0;
    for (let index = 0; index < resources.length; index++) {
      const capacity = allocatable[index] as number;
      if (capacity === 0) continue;
      const used = requested[index] as number;
      const score = used > capacity ? scoreAt(100) : scoreAt(Math.floor((used * 100) / capacity));
      const { weight } = resources[index] as ResourceSpec;
      // A resource that scores nothing does not dilute the others.
      if (score > 0) {
        sum += score * weight;
        weights += weight;
      }
    }
    return weights === 0 ? 0 : Math.floor(sum / weights + 0.5);
  };
}

/** How evenly the resources are used, 50…100. The order of operations is that of the original, bit for bit. */
export function balance(requested: readonly number[], allocatable: readonly number[]): number {
  const fractions: number[] = [];
  let total = 0;
  for (let index = 0; index < requested.length; index++) {
    const capacity = allocatable[index] as number;
    if (capacity === 0) continue;
    const fraction = Math.min((requested[index] as number) / capacity, 1);
    total += fraction;
    fractions.push(fraction);
  }
  let deviation = 0;
  if (fractions.length === 2) deviation = Math.abs(((fractions[0] as number) - (fractions[1] as number)) / 2);
  else if (fractions.length > 2) {
    const mean = total / fractions.length;
    let squares = 0;
    for (const fraction of fractions) squares = squares + (fraction - mean) * (fraction - mean);
    deviation = Math.sqrt(squares / fractions.length);
  }
  return Math.trunc((1 - deviation) * MAX_SCORE);
}

/** What the Fit score counts for the pod: defaults for missing requests, and not what it asks for as a whole. */
export function fitScoreRequests(facts: PodFacts, resources: readonly ResourceSpec[]): readonly number[] {
  return remembered(fitRequests, facts, resources, () => toResource(podRequests({ spec: facts.spec }, { skipPodLevel: true, nonMissingDefaults: NON_ZERO_DEFAULTS })));
}

/** What the balance counts for the pod: its requests and nothing else. */
export function balanceRequests(facts: PodFacts, resources: readonly ResourceSpec[]): readonly number[] {
  return remembered(plainRequests, facts, resources, () => facts.requests);
}

type Memory = WeakMap<PodFacts, Map<readonly ResourceSpec[], readonly number[]>>;
const fitRequests: Memory = new WeakMap();
const plainRequests: Memory = new WeakMap();

function remembered(memory: Memory, facts: PodFacts, resources: readonly ResourceSpec[], compute: () => PodFacts['requests']): readonly number[] {
  let byResources = memory.get(facts);
  if (byResources === undefined) {
    byResources = new Map();
    memory.set(facts, byResources);
  }
  let amounts = byResources.get(resources);
  if (amounts === undefined) {
    const resource = compute();
    amounts = resources.map(({ name }) => amountOf(resource, name));
    byResources.set(resources, amounts);
  }
  return amounts;
}

/** Requested amounts of the node with the pod on it, and allocatable ones; a named resource the pod does not ask for is left out. */
export function amountsWithPod(
  node: NodeInfo,
  { requests, resources, useRequested }: { requests: readonly number[]; resources: readonly ResourceSpec[]; useRequested: boolean },
): { requested: number[]; requestedBefore: number[]; allocatable: number[] } {
  const requested: number[] = [];
  const requestedBefore: number[] = [];
  const allocatable: number[] = [];
  for (let index = 0; index < resources.length; index++) {
    const { name } = resources[index] as ResourceSpec;
    const wanted = requests[index] as number;
    if (wanted === 0 && isScalarResource(name)) {
      requested.push(0);
      requestedBefore.push(0);
      allocatable.push(0);
      continue;
    }
    const before = useRequested ? amountOf(node.requested, name) : name === 'cpu' ? node.nonZeroMilliCpu : name === 'memory' ? node.nonZeroMemory : amountOf(node.requested, name);
    requested.push(before + wanted);
    requestedBefore.push(before);
    allocatable.push(amountOf(node.allocatable, name));
  }
  return { requested, requestedBefore, allocatable };
}

/** The score of the node with the pod on it. */
export function resourceScore(
  node: NodeInfo,
  { requests, resources, scorer, useRequested }: { requests: readonly number[]; resources: readonly ResourceSpec[]; scorer: ResourceScorer; useRequested: boolean },
): number {
  const { requested, allocatable } = amountsWithPod(node, { requests, resources, useRequested });
  return scorer(requested, allocatable, resources);
}
