// What is the same for all pods of one template: the nodes' scores for them, and the kept counts that their affinity and spread read.
import type { Reader } from '../../apiserver/reader.js';
import { controllerOf } from '../../api/ownerReference.js';
import { requiredLabel, selectorMatches, type CompiledSelector } from '../../api/labelSelector.js';
import { termMatches, type AffinityTerm } from '../framework/affinityTerm.js';
import { sharedText, type HostPort, type PodInfo } from '../framework/podInfo.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { Profile } from '../framework/runtime.js';
import { mergeNamespaces, namespaceLabels, type InterPodAffinityArgs } from '../plugins/interPodAffinity.js';
import { hasAllKeys, HOSTNAME_LABEL, includesNode, isSystemDefaulted, spreadConstraintsOf, type PodTopologySpreadArgs, type SpreadConstraint } from '../plugins/spreadConstraint.js';
import { allTermsMatch, type DomainCounts, type MatchCounter, type PodCounters, type TermGroup } from './podCounters.js';
import type { ResourceClass } from './resourceClass.js';
import type { StaticClass } from './staticClass.js';
import type { TopologyDomains } from './topology.js';

/** A hard spread constraint. */
export interface HardSpread {
  readonly sums: DomainCounts;
  readonly self: number;
  readonly maxSkew: number;
  readonly minDomains: number;
}

/** A soft spread constraint. */
export interface SoftSpread {
  readonly isHostname: boolean;
  readonly domains: TopologyDomains;
  /** Of the constraint's key; unused for host names, which are counted by node. */
  readonly sums: DomainCounts | undefined;
  readonly counter: MatchCounter;
  readonly maxSkew: number;
}

/** Pods of one template. */
export interface PodClass {
  readonly resources: ResourceClass;
  readonly statics: StaticClass;
  /** Weighted image scores; undefined when all are 0. */
  readonly images: Int32Array | undefined;
  readonly hostPorts: readonly HostPort[];
  /** True when each pod has to be checked by itself for its claims and disks. */
  readonly hasVolumes: boolean;
  readonly hardSpread: readonly HardSpread[];
  readonly softSpread: readonly SoftSpread[];
  /** True when nodes without the keys of all soft constraints get no score. */
  readonly requireAll: boolean;
  readonly affinity: readonly DomainCounts[];
  /** True when the pod would do for its own affinity. */
  readonly isOwnFriend: boolean;
  readonly antiAffinity: readonly DomainCounts[];
  readonly preferred: readonly { sums: DomainCounts; weight: number }[];
  /** Groups of terms on nodes that keep the pods away. */
  readonly repelling: TermGroup[];
  /** Groups of terms on nodes that count in the score. */
  readonly scoring: { group: TermGroup; weight: number }[];
  /** Takes in groups that have come since. */
  readonly matchGroups: () => void;
}

/** What a class is made from, besides the pod. */
export interface PodClassParts {
  profile: Profile;
  read: Reader;
  nodes: readonly NodeInfo[];
  counters: PodCounters;
  resources: ResourceClass;
  statics: StaticClass;
  images: Int32Array | undefined;
  /** Nodes that count for constraints, remembered by what decides it. */
  masks: Map<string, Uint8Array>;
}

/** A class; undefined when the pods are of a kind that is left to the plain algorithm. */
export function createPodClass(pod: PodInfo, parts: PodClassParts): PodClass | undefined {
  const { profile, read, counters } = parts;
  const spreadArgs = (profile.args['PodTopologySpread'] ?? {}) as PodTopologySpreadArgs;
  const { hardPodAffinityWeight = 1, ignorePreferredTermsOfExistingPods = false } = (profile.args['InterPodAffinity'] ?? {}) as InterPodAffinityArgs;
  const { facts } = pod;
  const hard = spreadConstraintsOf(pod, 'DoNotSchedule', { args: spreadArgs, read });
  const soft = spreadConstraintsOf(pod, 'ScheduleAnyway', { args: spreadArgs, read });
  const requireAll = (facts.spec.topologySpreadConstraints?.length ?? 0) > 0 || !isSystemDefaulted(spreadArgs);
  for (const { topologyKey } of [...hard, ...soft]) if (counters.domains(topologyKey).hasEmptyValue) return undefined;
  const hardSpread = hard.map((constraint): HardSpread => ({
    sums: counters.sums(spreadCounter(counters, pod.namespace, constraint.selector), constraint.topologyKey, inclusionMask(pod, parts, { constraint, keys: hard })),
    self: constraint.selector !== undefined && selectorMatches(constraint.selector, pod.labels) ? 1 : 0,
    maxSkew: constraint.maxSkew, minDomains: constraint.minDomains,
  }));
  const softSpread = soft.map((constraint): SoftSpread => {
    const counter = spreadCounter(counters, pod.namespace, constraint.selector);
    const isHostname = constraint.topologyKey === HOSTNAME_LABEL;
    const sums = isHostname ? undefined : counters.sums(counter, constraint.topologyKey, inclusionMask(pod, parts, { constraint, keys: requireAll ? soft : [] }));
    return { isHostname, domains: counters.domains(constraint.topologyKey), sums, counter, maxSkew: constraint.maxSkew };
  });
  const required = facts.requiredAffinity.map((term) => mergeNamespaces(term, read));
  const everywhere = { key: '', bits: undefined };
  const termSums = (term: (typeof required)[number]): DomainCounts =>
    counters.sums(counters.counter(`term ${namespaceKey(term.namespaces)} ${term.id}`, { namespace: onlyNamespace([term]), label: labelOf([term]), matches: (other) => termMatches(term, other) }), term.topologyKey, everywhere);
  const together = required.length === 0 ? undefined : counters.counter(`terms ${required.map((term) => `${namespaceKey(term.namespaces)} ${term.id}`).join()}`, { namespace: onlyNamespace(required), label: labelOf(required), matches: (other) => allTermsMatch(required, other) });
  const labels = namespaceLabels(read, pod.namespace);
  const repelling: TermGroup[] = [];
  const scoring: { group: TermGroup; weight: number }[] = [];
  const preferredAffinity = facts.preferredAffinity.map((term) => ({ sums: termSums(mergeNamespaces(term, read)), weight: term.weight }));
  const preferredAnti = facts.preferredAntiAffinity.map((term) => ({ sums: termSums(mergeNamespaces(term, read)), weight: -term.weight }));
  const ignoresScores = ignorePreferredTermsOfExistingPods && preferredAffinity.length + preferredAnti.length === 0;
  let seenGroups = 0;
  return {
    resources: parts.resources, statics: parts.statics, images: parts.images, hostPorts: facts.hostPorts, hasVolumes: facts.volumes.length > 0, hardSpread, softSpread, requireAll,
    affinity: together === undefined ? [] : required.map((term) => counters.sums(together, term.topologyKey, everywhere)),
    isOwnFriend: allTermsMatch(required, pod),
    antiAffinity: facts.requiredAntiAffinity.map((term) => termSums(mergeNamespaces(term, read))),
    preferred: [...preferredAffinity, ...preferredAnti],
    repelling, scoring,
    matchGroups() {
      const { groups } = counters;
      for (; seenGroups < groups.length; seenGroups++) {
        const group = groups[seenGroups] as TermGroup;
        if (!termMatches(group.term, pod, labels)) continue;
        if (group.kind === 'requiredAnti') repelling.push(group);
        else if (ignoresScores) continue;
        else if (group.kind === 'required') {
          if (hardPodAffinityWeight > 0) scoring.push({ group, weight: hardPodAffinityWeight });
        } else scoring.push({ group, weight: group.kind === 'preferred' ? group.weight : -group.weight });
      }
    },
  };
}

/** True when what stands on other nodes has a say in whether a node may be chosen. */
export function looksAround({ hardSpread, affinity, antiAffinity, repelling }: PodClass): boolean {
  return hardSpread.length + affinity.length + antiAffinity.length + repelling.length > 0;
}

/** The key under which pods share a class. */
export function podClassKey(pod: PodInfo): string {
  return `${pod.facts.id}\u0000${controllerOf(pod.pod)?.uid ?? ''}\u0000${sharedText(pod.labels)}`;
}

/** Pods of the namespace that the selector counts: none for a selector that selects everything. */
function spreadCounter(counters: PodCounters, namespace: string, selector: CompiledSelector | undefined): MatchCounter {
  const isNothing = selector === undefined || selector.length === 0;
  const key = `spread ${namespace} ${isNothing ? '' : JSON.stringify(selector)}`;
  return counters.counter(key, { namespace, label: isNothing ? '' : requiredLabel(selector), matches: isNothing ? () => false : (other) => !other.isTerminating && other.namespace === namespace && selectorMatches(selector, other.labels) });
}

/** The nodes that count for the constraint: those with all keys, and by its policies. */
function inclusionMask(pod: PodInfo, { nodes, masks }: PodClassParts, { constraint, keys }: { constraint: SpreadConstraint; keys: readonly SpreadConstraint[] }): { key: string; bits: Uint8Array } {
  const { spec } = pod.facts;
  const affinity = constraint.honorsAffinity ? [spec.nodeSelector ?? 0, spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? 0] : 0;
  const key = JSON.stringify([keys.map(({ topologyKey }) => topologyKey), affinity, constraint.honorsTaints ? [spec.tolerations ?? 0] : 0]);
  let bits = masks.get(key);
  if (bits === undefined) {
    bits = new Uint8Array(nodes.length);
    for (const { node, index } of nodes) if (node !== undefined && hasAllKeys(node, keys) && includesNode(constraint, pod.facts, node)) bits[index] = 1;
    masks.set(key, bits);
  }
  return { key, bits };
}

/** The one namespace whose pods the terms can select, if there is just one. */
function onlyNamespace(terms: readonly AffinityTerm[]): string | undefined {
  for (const { namespaces, namespaceSelector } of terms) {
    if (namespaceSelector !== undefined || namespaces.size !== 1) continue;
    for (const namespace of namespaces) return namespace;
  }
  return undefined;
}

/** A label that all pods have that the terms select; '' if there is none. */
function labelOf(terms: readonly AffinityTerm[]): string {
  for (const { selector } of terms) {
    const label = selector === undefined ? '' : requiredLabel(selector);
    if (label !== '') return label;
  }
  return '';
}

function namespaceKey(namespaces: ReadonlySet<string>): string {
  return [...namespaces].join();
}
