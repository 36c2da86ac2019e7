// Whether a node has room for the pod's requests, and how well they fit. Source: pkg/scheduler/framework/plugins/noderesources/fit.go
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { PodFacts, PodInfo } from '../framework/podInfo.js';
import { amountOf, isExtendedResource, toResource, type Resource } from '../framework/resource.js';
import { unresolvable, unschedulable, type Status } from '../framework/status.js';
import type { ClusterEvent, SchedulerPlugin } from '../framework/types.js';
import { DEFAULT_RESOURCES, fitScoreRequests, resourceScore, resourceScorer, type ResourceSpec, type ScoringStrategy } from './resourceScorer.js';

/** NodeResourcesFitArgs. */
export interface NodeResourcesFitArgs {
  ignoredResources?: string[];
  ignoredResourceGroups?: string[];
  scoringStrategy?: ScoringStrategy;
}

/** NodeResourcesFit. */
export function createNodeResourcesFit(args: NodeResourcesFitArgs = {}): SchedulerPlugin {
  const resources: readonly ResourceSpec[] = args.scoringStrategy?.resources ?? DEFAULT_RESOURCES;
  const scorer = resourceScorer(args.scoringStrategy);
  const isIgnored = ignoredBy(args);
  return {
    name: 'NodeResourcesFit',
    preFilter: () => undefined,
    filter: ({ pod }, node) => fitStatus(pod.facts.requests, node, isIgnored),
    score: ({ pod }, node) => resourceScore(node, { requests: fitScoreRequests(pod.facts, resources), resources, scorer, useRequested: false }),
    isHelpedBy: (pod, event) => isHelpedBy(pod, event, isIgnored),
  };
}

/** Extended resources that the filter leaves alone, or undefined when it checks all. */
export function ignoredBy({ ignoredResources, ignoredResourceGroups }: NodeResourcesFitArgs): ((name: string) => boolean) | undefined {
  if ((ignoredResources?.length ?? 0) === 0 && (ignoredResourceGroups?.length ?? 0) === 0) return undefined;
  const names = new Set(ignoredResources);
  const groups = new Set(ignoredResourceGroups);
  return (name) => isExtendedResource(name) && (names.has(name) || groups.has(name.slice(0, name.indexOf('/'))));
}

/** True when the node has room. */
export function resourcesFit(requests: Resource, node: NodeInfo, isIgnored?: (name: string) => boolean): boolean {
  const { allocatable, requested } = node;
  if (node.pods.length + 1 > allocatable.pods) return false;
  if (requests.milliCpu > 0 && requests.milliCpu > allocatable.milliCpu - requested.milliCpu) return false;
  if (requests.memory > 0 && requests.memory > allocatable.memory - requested.memory) return false;
  if (requests.ephemeralStorage > 0 && requests.ephemeralStorage > allocatable.ephemeralStorage - requested.ephemeralStorage) return false;
  for (const [name, amount] of requests.scalars) {
    if (amount > 0 && isIgnored?.(name) !== true && amount > (allocatable.scalars.get(name) ?? 0) - (requested.scalars.get(name) ?? 0)) return false;
  }
  return true;
}

/** Every shortage of the node together, in the fixed order: pods, CPU, memory, ephemeral storage, the rest. */
function fitStatus(requests: Resource, node: NodeInfo, isIgnored?: (name: string) => boolean): Status | undefined {
  if (resourcesFit(requests, node, isIgnored)) return undefined;
  const { allocatable, requested } = node;
  const reasons: string[] = [];
  let neverFits = false;
  if (node.pods.length + 1 > allocatable.pods) reasons.push('Too many pods');
  const check = (name: string, wanted: number): void => {
    const capacity = amountOf(allocatable, name);
    if (wanted <= 0 || wanted <= capacity - amountOf(requested, name)) return;
    reasons.push(`Insufficient ${name}`);
    if (wanted > capacity) neverFits = true;
  };
  check('cpu', requests.milliCpu);
  check('memory', requests.memory);
  check('ephemeral-storage', requests.ephemeralStorage);
  for (const [name, amount] of requests.scalars) if (isIgnored?.(name) !== true) check(name, amount);
  return neverFits ? unresolvable(...reasons) : unschedulable(...reasons);
}

function fitsEmpty(facts: PodFacts, allocatable: Resource, isIgnored?: (name: string) => boolean): boolean {
  const { requests } = facts;
  if (allocatable.pods < 1 || requests.milliCpu > allocatable.milliCpu || requests.memory > allocatable.memory || requests.ephemeralStorage > allocatable.ephemeralStorage) return false;
  for (const [name, amount] of requests.scalars) if (isIgnored?.(name) !== true && amount > (allocatable.scalars.get(name) ?? 0)) return false;
  return true;
}

function isHelpedBy({ facts }: PodInfo, event: ClusterEvent, isIgnored?: (name: string) => boolean): boolean {
  switch (event.kind) {
    case 'assignedPodDeleted':
      return true;
    case 'ownPodUpdated':
      return requestedNames(event.old.facts.requests).some((name) => amountOf(event.pod.facts.requests, name) < amountOf(event.old.facts.requests, name));
    case 'assignedPodUpdated':
      return requestedNames(facts.requests).some((name) => amountOf(event.pod.amounts.requests, name) < amountOf(event.old.amounts.requests, name));
    case 'nodeAdded':
      return fitsEmpty(facts, toResource(event.node.status?.allocatable), isIgnored);
    case 'nodeUpdated': {
      const after = toResource(event.node.status?.allocatable);
      const before = toResource(event.old.status?.allocatable);
      if (!fitsEmpty(facts, after, isIgnored)) return false;
      return after.pods > before.pods || requestedNames(facts.requests).some((name) => amountOf(after, name) > amountOf(before, name));
    }
    default:
      return false;
  }
}

function requestedNames(requests: Resource): string[] {
  return ['cpu', 'memory', 'ephemeral-storage', ...requests.scalars.keys()].filter((name) => amountOf(requests, name) > 0);
}
