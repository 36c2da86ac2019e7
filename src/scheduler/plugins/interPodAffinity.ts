// Pods that want to be near other pods, or far from them. Source: pkg/scheduler/framework/plugins/interpodaffinity/{filtering,scoring,plugin}.go
import { selectorMatches } from '../../api/labelSelector.js';
import type { Node } from '../../api/types.js';
import type { Reader } from '../../apiserver/reader.js';
import { termMatches, type AffinityTerm } from '../framework/affinityTerm.js';
import { stateKey } from '../framework/cycleState.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { PodInfo } from '../framework/podInfo.js';
import { SKIP, unresolvable, unschedulable } from '../framework/status.js';
import { MAX_SCORE, type ClusterEvent, type PluginHandle, type SchedulerPlugin } from '../framework/types.js';

const REFUSED_BY_AFFINITY = unresolvable("node(s) didn't match pod affinity rules");
const REFUSED_BY_ANTI_AFFINITY = unschedulable("node(s) didn't match pod anti-affinity rules");
const REFUSED_BY_EXISTING = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");

/** InterPodAffinityArgs. */
export interface InterPodAffinityArgs {
  hardPodAffinityWeight?: number;
  ignorePreferredTermsOfExistingPods?: boolean;
}

/** Topology key → value → count. Invariant: no count is 0. */
type TopologyCounts = Map<string, Map<string, number>>;

interface FilterState {
  affinityTerms: readonly AffinityTerm[];
  antiAffinityTerms: readonly AffinityTerm[];
  namespaceLabels: Record<string, string>;
  /** Required anti-affinity terms of pods on nodes that match the pod. */
  existingAnti: TopologyCounts;
  affinity: TopologyCounts;
  antiAffinity: TopologyCounts;
}

interface ScoreState {
  scores: TopologyCounts;
}

const filterKey = stateKey<FilterState>('PreFilterInterPodAffinity');
const scoreKey = stateKey<ScoreState>('PreScoreInterPodAffinity');

/** InterPodAffinity. */
export function createInterPodAffinity({ cache, read }: PluginHandle, { hardPodAffinityWeight = 1, ignorePreferredTermsOfExistingPods = false }: InterPodAffinityArgs = {}): SchedulerPlugin {
  const countPod = (state: FilterState, { pod, moved, node }: { pod: PodInfo; moved: PodInfo; node: NodeInfo }, sign: 1 | -1): void => {
    for (const term of moved.facts.requiredAntiAffinity) if (termMatches(term, pod, state.namespaceLabels)) add(state.existingAnti, { node, key: term.topologyKey, amount: sign });
    if (state.affinityTerms.length > 0 && state.affinityTerms.every((term) => termMatches(term, moved))) {
      for (const { topologyKey } of state.affinityTerms) add(state.affinity, { node, key: topologyKey, amount: sign });
    }
    for (const term of state.antiAffinityTerms) if (termMatches(term, moved)) add(state.antiAffinity, { node, key: term.topologyKey, amount: sign });
  };
  return {
    name: 'InterPodAffinity',
    preFilter(cycle) {
      const { pod } = cycle;
      const { requiredAffinity, requiredAntiAffinity } = pod.facts;
      const state: FilterState = {
        affinityTerms: requiredAffinity.map((term) => mergeNamespaces(term, read)),
        antiAffinityTerms: requiredAntiAffinity.map((term) => mergeNamespaces(term, read)),
        namespaceLabels: namespaceLabels(read, pod.namespace),
        existingAnti: new Map(), affinity: new Map(), antiAffinity: new Map(),
      };
      const hasTerms = requiredAffinity.length > 0 || requiredAntiAffinity.length > 0;
      for (const node of hasTerms ? cache.nodes() : cache.nodesWithRequiredAntiAffinity()) for (const moved of hasTerms ? node.pods : node.podsWithRequiredAntiAffinity) countPod(state, { pod, moved, node }, 1);
      if (!hasTerms && state.existingAnti.size === 0) return { status: SKIP };
      filterKey.write(cycle, state);
      return undefined;
    },
    addPod: (cycle, moved, node) => countPod(filterKey.read(cycle), { pod: cycle.pod, moved, node }, 1),
    removePod: (cycle, moved, node) => countPod(filterKey.read(cycle), { pod: cycle.pod, moved, node }, -1),
    filter(cycle, node) {
      const state = filterKey.read(cycle);
      if (!affinityFits(state, cycle.pod, node)) return REFUSED_BY_AFFINITY;
      for (const { topologyKey } of state.antiAffinityTerms) if (countAt(state.antiAffinity, node, topologyKey) > 0) return REFUSED_BY_ANTI_AFFINITY;
      for (const key of state.existingAnti.keys()) if (countAt(state.existingAnti, node, key) > 0) return REFUSED_BY_EXISTING;
      return undefined;
    },
    preScore(cycle) {
      const { pod } = cycle;
      const affinity = pod.facts.preferredAffinity.map((term) => mergeNamespaces(term, read));
      const antiAffinity = pod.facts.preferredAntiAffinity.map((term) => mergeNamespaces(term, read));
      const hasPreferred = affinity.length > 0 || antiAffinity.length > 0;
      if (!hasPreferred && ignorePreferredTermsOfExistingPods) return SKIP;
      const labels = namespaceLabels(read, pod.namespace);
      const scores: TopologyCounts = new Map();
      const addScore = (node: NodeInfo, key: string, amount: number): void => {
        const value = node.node?.metadata.labels?.[key];
        if (value === undefined) return;
        let domain = scores.get(key);
        if (domain === undefined) scores.set(key, (domain = new Map()));
        domain.set(value, (domain.get(value) ?? 0) + amount);
      };
      for (const node of hasPreferred ? cache.nodes() : cache.nodesWithAffinity()) {
        for (const other of hasPreferred ? node.pods : node.podsWithAffinity) {
          for (const term of affinity) if (termMatches(term, other)) addScore(node, term.topologyKey, term.weight);
          for (const term of antiAffinity) if (termMatches(term, other)) addScore(node, term.topologyKey, -term.weight);
          if (!other.facts.hasAffinity) continue;
          if (hardPodAffinityWeight > 0) {
            for (const term of other.facts.requiredAffinity) if (termMatches(term, pod, labels)) addScore(node, term.topologyKey, hardPodAffinityWeight);
          }
          for (const term of other.facts.preferredAffinity) if (termMatches(term, pod, labels)) addScore(node, term.topologyKey, term.weight);
          for (const term of other.facts.preferredAntiAffinity) if (termMatches(term, pod, labels)) addScore(node, term.topologyKey, -term.weight);
        }
      }
      if (scores.size === 0) return SKIP;
      scoreKey.write(cycle, { scores });
      return undefined;
    },
    score(cycle, node) {
      const { scores } = scoreKey.read(cycle);
      let sum = 0;
      for (const key of scores.keys()) sum += countAt(scores, node, key);
      return sum;
    },
    normalizeScores(_cycle, scores) {
      let min = Infinity;
      let max = -Infinity;
      for (const score of scores) {
        if (score < min) min = score;
        if (score > max) max = score;
      }
      for (let index = 0; index < scores.length; index++) scores[index] = affinityNormalized(scores[index] as number, min, max);
    },
    isHelpedBy,
  };
}

/** A raw score into 0…100, in exactly this order of floating point operations. */
export function affinityNormalized(score: number, min: number, max: number): number {
  return max > min ? Math.trunc(MAX_SCORE * ((score - min) / (max - min))) : 0;
}

/** The term with the namespaces that its selector names now; the selector itself stays, as in this release. */
export function mergeNamespaces<T extends AffinityTerm>(term: T, read: Reader): T {
  const selector = term.namespaceSelector;
  if (selector === undefined || selector.length === 0) return term;
  const namespaces = new Set(term.namespaces);
  for (const namespace of read.list('namespaces')) if (selectorMatches(selector, namespace.metadata.labels)) namespaces.add(namespace.metadata.name ?? '');
  return { ...term, namespaces };
}

/** Labels of the Namespace object; none when it is missing. */
export function namespaceLabels(read: Reader, namespace: string): Record<string, string> {
  return read.get('namespaces', '', namespace)?.metadata.labels ?? {};
}

function add(counts: TopologyCounts, { node, key, amount }: { node: NodeInfo; key: string; amount: number }): void {
  const value = node.node?.metadata.labels?.[key];
  if (value === undefined) return;
  let domain = counts.get(key);
  if (domain === undefined) counts.set(key, (domain = new Map()));
  const count = (domain.get(value) ?? 0) + amount;
  if (count !== 0) domain.set(value, count);
  else {
    domain.delete(value);
    if (domain.size === 0) counts.delete(key);
  }
}

function countAt(counts: TopologyCounts, { node }: NodeInfo, key: string): number {
  const value = node?.metadata.labels?.[key];
  return value === undefined ? 0 : (counts.get(key)?.get(value) ?? 0);
}

function affinityFits(state: FilterState, pod: PodInfo, node: NodeInfo): boolean {
  let arePodsThere = true;
  for (const { topologyKey } of state.affinityTerms) {
    if (node.node?.metadata.labels?.[topologyKey] === undefined) return false;
    if (countAt(state.affinity, node, topologyKey) <= 0) arePodsThere = false;
  }
  // The first pod of a group that wants to be together may go anywhere.
  return arePodsThere || (state.affinity.size === 0 && state.affinityTerms.every((term) => termMatches(term, pod)));
}

/** Here the original takes every namespace for one without labels: a term that selects namespaces by labels is helped by no pod. */
function isHelpedBy(pod: PodInfo, event: ClusterEvent): boolean {
  const { requiredAffinity, requiredAntiAffinity } = pod.facts;
  const attracts = (other: PodInfo): boolean => allMatch(requiredAffinity, other);
  const repels = (other: PodInfo): boolean => allMatch(requiredAntiAffinity, other);
  switch (event.kind) {
    case 'assignedPodAdded':
      return attracts(event.pod);
    case 'assignedPodDeleted':
      return repels(event.pod) || allMatch(event.pod.facts.requiredAntiAffinity, pod);
    case 'assignedPodUpdated':
      return (attracts(event.pod) && !attracts(event.old)) || (repels(event.old) && !repels(event.pod));
    case 'nodeAdded':
      return requiredAntiAffinity.length > 0 || requiredAffinity.some(({ topologyKey }) => event.node.metadata.labels?.[topologyKey] !== undefined);
    case 'nodeUpdated':
      return requiredAffinity.some(({ topologyKey }) => joinsDomain(event.old, event.node, topologyKey)) || requiredAntiAffinity.some(({ topologyKey }) => joinsDomain(event.node, event.old, topologyKey));
    default:
      return false;
  }
}

/** True when the node is in a domain of the key and was not in it before. The other way round it has left one. */
function joinsDomain({ metadata: before }: Node, { metadata: after }: Node, topologyKey: string): boolean {
  const domain = after.labels?.[topologyKey];
  return domain !== undefined && before.labels?.[topologyKey] !== domain;
}

/** True when there are terms and each of them selects the pod. */
function allMatch(terms: readonly AffinityTerm[], pod: PodInfo): boolean {
  return terms.length > 0 && terms.every((term) => termMatches(term, pod));
}
