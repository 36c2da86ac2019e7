// Nodes whose CPU and memory the pod brings into balance are better. Source: pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go
import { SKIP } from '../framework/status.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { SchedulerPlugin } from '../framework/types.js';
import { amountsWithPod, balance, balanceRequests, DEFAULT_RESOURCES, type ResourceSpec } from './resourceScorer.js';

/** NodeResourcesBalancedAllocationArgs. */
export interface NodeResourcesBalancedAllocationArgs {
  resources?: ResourceSpec[];
}

/** NodeResourcesBalancedAllocation. */
export function createNodeResourcesBalancedAllocation({ resources = [...DEFAULT_RESOURCES] }: NodeResourcesBalancedAllocationArgs = {}): SchedulerPlugin {
  return {
    name: 'NodeResourcesBalancedAllocation',
    preScore: ({ pod }) => (balanceRequests(pod.facts, resources).every((amount) => amount === 0) ? SKIP : undefined),
    score: ({ pod }, node) => balancedScore(node, balanceRequests(pod.facts, resources), resources),
  };
}

/** How much more even the node's use is with the pod than without: 75 when it makes no difference. */
export function balancedScore(node: NodeInfo, requests: readonly number[], resources: readonly ResourceSpec[]): number {
  const { requested, requestedBefore, allocatable } = amountsWithPod(node, { requests, resources, useRequested: true });
  return 50 + Math.floor((50 + balance(requested, allocatable) - balance(requestedBefore, allocatable)) / 2);
}
