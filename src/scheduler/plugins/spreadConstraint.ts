// Topology spread constraints, compiled: the pod's own or the defaults of the profile.
// Source: pkg/scheduler/framework/plugins/podtopologyspread/common.go
import { compileLabelSelector, selectorMatches, type CompiledSelector } from '../../api/labelSelector.js';
import { nodeIdentity, requiredNodeAffinityMatches } from '../../api/nodeAffinity.js';
import { BLOCKING_EFFECTS, findUntoleratedTaint } from '../../api/tolerations.js';
import type { Node, TopologySpreadConstraint } from '../../api/types.js';
import type { Reader } from '../../apiserver/reader.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { PodFacts, PodInfo } from '../framework/podInfo.js';
import { defaultSelector } from './defaultSelector.js';

/** PodTopologySpreadArgs. */
export interface PodTopologySpreadArgs {
  defaultConstraints?: TopologySpreadConstraint[];
  defaultingType?: 'System' | 'List';
}

/** A compiled constraint. */
export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  /** Undefined selects nothing. */
  readonly selector: CompiledSelector | undefined;
  readonly minDomains: number;
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

/** The label that names a node. */
export const HOSTNAME_LABEL = 'kubernetes.io/hostname';

const SYSTEM_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME_LABEL, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

/** The pod's constraints of that kind; the defaults when it has none of its own of any kind. */
export function spreadConstraintsOf(pod: PodInfo, action: 'DoNotSchedule' | 'ScheduleAnyway', { args, read }: { args: PodTopologySpreadArgs; read: Reader }): SpreadConstraint[] {
  const own = pod.facts.spec.topologySpreadConstraints ?? [];
  if (own.length > 0) {
    return own.filter((constraint) => constraint.whenUnsatisfiable === action).map((constraint) => compileConstraint(constraint, ownSelector(constraint, pod)));
  }
  const defaults = (isSystemDefaulted(args) ? SYSTEM_DEFAULTS : (args.defaultConstraints ?? [])).filter((constraint) => constraint.whenUnsatisfiable === action);
  if (defaults.length === 0) return [];
  const selector = defaultSelector(pod, read);
  return selector.length === 0 ? [] : defaults.map((constraint) => compileConstraint(constraint, selector));
}

/** True when the system's own defaults apply to pods without constraints. */
export function isSystemDefaulted(args: PodTopologySpreadArgs): boolean {
  return args.defaultingType !== 'List';
}

function compileConstraint(constraint: TopologySpreadConstraint, selector: CompiledSelector | undefined): SpreadConstraint {
  return {
    maxSkew: constraint.maxSkew, topologyKey: constraint.topologyKey, selector, minDomains: constraint.minDomains ?? 1,
    honorsAffinity: constraint.nodeAffinityPolicy !== 'Ignore', honorsTaints: constraint.nodeTaintsPolicy === 'Honor',
  };
}

/** The selector with the pod's own values of `matchLabelKeys`. The merge that the API server does already is harmless twice. */
function ownSelector({ labelSelector, matchLabelKeys }: TopologySpreadConstraint, pod: PodInfo): CompiledSelector | undefined {
  if (labelSelector === undefined) return undefined;
  const selector = compileLabelSelector(labelSelector);
  const keys = (matchLabelKeys ?? []).filter((key) => pod.labels?.[key] !== undefined);
  return keys.length === 0 ? selector : [...selector, ...keys.map((key) => ({ key, operator: 'In' as const, values: [pod.labels?.[key] as string] }))];
}

/** True when the node counts for the constraint by its policies. */
export function includesNode(constraint: SpreadConstraint, facts: PodFacts, node: Node): boolean {
  if (constraint.honorsAffinity && !requiredNodeAffinityMatches(facts.spec, nodeIdentity(node))) return false;
  return !constraint.honorsTaints || findUntoleratedTaint(node.spec?.taints, facts.spec.tolerations, BLOCKING_EFFECTS) === undefined;
}

/** True when the node has the keys of all constraints. */
export function hasAllKeys(node: Node, constraints: readonly SpreadConstraint[]): boolean {
  for (const { topologyKey } of constraints) if (node.metadata.labels?.[topologyKey] === undefined) return false;
  return true;
}

/** Pods on the node that the selector counts. Invariant: 0 for the selector that selects everything. */
export function countMatching(node: NodeInfo, selector: CompiledSelector | undefined, namespace: string): number {
  if (selector === undefined || selector.length === 0) return 0;
  let count = 0;
  for (const pod of node.pods) if (!pod.isTerminating && pod.namespace === namespace && selectorMatches(selector, pod.labels)) count++;
  return count;
}
