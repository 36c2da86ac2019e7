// Pods spread over zones, hosts and other domains: hard constraints filter, soft ones score.
// Source: pkg/scheduler/framework/plugins/podtopologyspread/{filtering,scoring,plugin}.go
import { selectorMatches } from '../../api/labelSelector.js';
import type { Node } from '../../api/types.js';
import { stateKey } from '../framework/cycleState.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { PodInfo } from '../framework/podInfo.js';
import { SKIP, unresolvable, unschedulable } from '../framework/status.js';
import { MAX_SCORE, type ClusterEvent, type PluginHandle, type SchedulerPlugin } from '../framework/types.js';
import {
  countMatching, hasAllKeys, HOSTNAME_LABEL, includesNode, isSystemDefaulted, spreadConstraintsOf, type PodTopologySpreadArgs, type SpreadConstraint,
} from './spreadConstraint.js';
import { areTolerationsChanged } from './taintToleration.js';

const REFUSED = unschedulable("node(s) didn't match pod topology spread constraints");
const MISSING_LABEL = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");

interface HardState {
  constraints: readonly SpreadConstraint[];
  /** Per constraint: value of the key → number of matching pods. */
  counts: Map<string, number>[];
  /** Per constraint: 1 when the pod counts for itself. */
  self: number[];
}

interface SoftState {
  constraints: readonly SpreadConstraint[];
  requireAll: boolean;
  weights: number[];
  /** Per constraint: value of the key → number of matching pods; hosts are counted one by one. */
  counts: Map<string, number>[];
  ignored: Set<NodeInfo>;
}

const hardKey = stateKey<HardState>('PreFilterPodTopologySpread');
const softKey = stateKey<SoftState>('PreScorePodTopologySpread');

/** PodTopologySpread. */
export function createPodTopologySpread(handle: PluginHandle, args: PodTopologySpreadArgs = {}): SchedulerPlugin {
  const { cache, read } = handle;
  const adjust = (state: HardState, { pod, moved, node }: { pod: PodInfo; moved: PodInfo; node: NodeInfo }, sign: 1 | -1): void => {
    if (node.node === undefined || moved.namespace !== pod.namespace || !hasAllKeys(node.node, state.constraints)) return;
    for (const [index, constraint] of state.constraints.entries()) {
      if (constraint.selector === undefined || !selectorMatches(constraint.selector, moved.labels) || !includesNode(constraint, pod.facts, node.node)) continue;
      const counts = state.counts[index] as Map<string, number>;
      const value = node.node.metadata.labels?.[constraint.topologyKey] as string;
      counts.set(value, (counts.get(value) ?? 0) + sign);
    }
  };
  return {
    name: 'PodTopologySpread',
    preFilter(cycle) {
      const { pod } = cycle;
      const constraints = spreadConstraintsOf(pod, 'DoNotSchedule', { args, read });
      if (constraints.length === 0) return { status: SKIP };
      const counts = constraints.map(() => new Map<string, number>());
      for (const node of cache.nodes()) {
        if (node.node === undefined || !hasAllKeys(node.node, constraints)) continue;
        for (const [index, constraint] of constraints.entries()) {
          if (!includesNode(constraint, pod.facts, node.node)) continue;
          const value = node.node.metadata.labels?.[constraint.topologyKey] as string;
          const domain = counts[index] as Map<string, number>;
          domain.set(value, (domain.get(value) ?? 0) + countMatching(node, constraint.selector, pod.namespace));
        }
      }
      hardKey.write(cycle, { constraints, counts, self: constraints.map(({ selector }) => (selector !== undefined && selectorMatches(selector, pod.labels) ? 1 : 0)) });
      return undefined;
    },
    addPod: (cycle, moved, node) => adjust(hardKey.read(cycle), { pod: cycle.pod, moved, node }, 1),
    removePod: (cycle, moved, node) => adjust(hardKey.read(cycle), { pod: cycle.pod, moved, node }, -1),
    filter(cycle, { node }) {
      const { constraints, counts, self } = hardKey.read(cycle);
      for (let index = 0; index < constraints.length; index++) {
        const constraint = constraints[index] as SpreadConstraint;
        const value = node?.metadata.labels?.[constraint.topologyKey];
        if (value === undefined) return MISSING_LABEL;
        const domain = counts[index] as Map<string, number>;
        const skew = (domain.get(value) ?? 0) + (self[index] as number) - minimumOf(domain, constraint.minDomains);
        if (skew > constraint.maxSkew) return REFUSED;
      }
      return undefined;
    },
    preScore(cycle, nodes) {
      const { pod } = cycle;
      const constraints = spreadConstraintsOf(pod, 'ScheduleAnyway', { args, read });
      if (constraints.length === 0) return SKIP;
      const requireAll = (pod.facts.spec.topologySpreadConstraints?.length ?? 0) > 0 || !isSystemDefaulted(args);
      const ignored = new Set<NodeInfo>();
      const counts = constraints.map(() => new Map<string, number>());
      for (const node of nodes) {
        if (requireAll && node.node !== undefined && !hasAllKeys(node.node, constraints)) {
          ignored.add(node);
          continue;
        }
        for (const [index, { topologyKey }] of constraints.entries()) {
          if (topologyKey !== HOSTNAME_LABEL) counts[index]?.set(valueOf(node, topologyKey), 0);
        }
      }
      const weights = constraints.map(({ topologyKey }, index) => Math.log((topologyKey === HOSTNAME_LABEL ? nodes.length - ignored.size : (counts[index]?.size ?? 0)) + 2));
      for (const node of cache.nodes()) {
        if (node.node === undefined || (requireAll && !hasAllKeys(node.node, constraints))) continue;
        for (const [index, constraint] of constraints.entries()) {
          const value = valueOf(node, constraint.topologyKey);
          const domain = counts[index] as Map<string, number>;
          if (!domain.has(value) || !includesNode(constraint, pod.facts, node.node)) continue;
          domain.set(value, (domain.get(value) ?? 0) + countMatching(node, constraint.selector, pod.namespace));
        }
      }
      softKey.write(cycle, { constraints, requireAll, weights, counts, ignored });
      return undefined;
    },
    score(cycle, node) {
      const { constraints, weights, counts, ignored } = softKey.read(cycle);
      if (ignored.has(node)) return 0;
      let score = 0;
      for (let index = 0; index < constraints.length; index++) {
        const { topologyKey, selector, maxSkew } = constraints[index] as SpreadConstraint;
        const value = node.node?.metadata.labels?.[topologyKey];
        if (value === undefined) continue;
        const count = topologyKey === HOSTNAME_LABEL ? countMatching(node, selector, cycle.pod.namespace) : (counts[index]?.get(value) ?? 0);
        score += count * (weights[index] as number) + (maxSkew - 1);
      }
      return Math.round(score);
    },
    normalizeScores(cycle, scores, nodes) {
      const { ignored } = softKey.read(cycle);
      let min = Infinity;
      let max = 0;
      for (const [index, node] of nodes.entries()) {
        if (ignored.has(node)) continue;
        min = Math.min(min, scores[index] as number);
        max = Math.max(max, scores[index] as number);
      }
      for (const [index, node] of nodes.entries()) scores[index] = ignored.has(node) ? 0 : spreadNormalized(scores[index] as number, min, max);
    },
    isHelpedBy: (pod, event) => isHelpedBy(spreadConstraintsOf(pod, 'DoNotSchedule', { args, read }), pod, event),
  };
}

/** The fewest matching pods of a domain; 0 while there are fewer domains than wanted. */
function minimumOf(domain: ReadonlyMap<string, number>, minDomains: number): number {
  if (domain.size < minDomains) return 0;
  let min = Infinity;
  for (const count of domain.values()) if (count < min) min = count;
  return min === Infinity ? 0 : min;
}

/** A raw score into 0…100: the fewer pods, the better. */
export function spreadNormalized(score: number, min: number, max: number): number {
  return max === 0 ? MAX_SCORE : Math.floor((MAX_SCORE * (max + min - score)) / max);
}

function valueOf(node: NodeInfo, key: string): string {
  return node.node?.metadata.labels?.[key] ?? '';
}

function isHelpedBy(constraints: readonly SpreadConstraint[], pod: PodInfo, event: ClusterEvent): boolean {
  const selects = ({ selector }: SpreadConstraint, other: PodInfo): boolean => selector !== undefined && selectorMatches(selector, other.labels);
  switch (event.kind) {
    case 'assignedPodAdded':
    case 'assignedPodDeleted':
      return event.pod.namespace === pod.namespace && constraints.some((constraint) => selects(constraint, event.pod));
    case 'ownPodUpdated':
      if (areTolerationsChanged(event) && constraints.some(({ honorsTaints }) => honorsTaints)) return true;
      return constraints.some((constraint) => selects(constraint, event.pod) !== selects(constraint, event.old));
    case 'assignedPodUpdated':
      return event.pod.namespace === pod.namespace && constraints.some((constraint) => selects(constraint, event.pod) !== selects(constraint, event.old));
    case 'nodeAdded':
    case 'nodeDeleted':
      return hasAllKeys(event.node, constraints);
    case 'nodeUpdated': {
      const [before, after] = [hasAllKeys(event.old, constraints), hasAllKeys(event.node, constraints)];
      return before !== after || (after && domainsChanged(event.old, event.node, constraints));
    }
    default:
      return false;
  }
}

function domainsChanged(old: Node, node: Node, constraints: readonly SpreadConstraint[]): boolean {
  if (constraints.some(({ topologyKey }) => old.metadata.labels?.[topologyKey] !== node.metadata.labels?.[topologyKey])) return true;
  return JSON.stringify(old.spec?.taints ?? []) !== JSON.stringify(node.spec?.taints ?? []);
}
