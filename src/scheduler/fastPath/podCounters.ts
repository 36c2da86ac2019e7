// Kept counts of pods: those that a selector or terms match, by node and domain, and those that carry an affinity term, by domain.
// They are changed by one with every pod that comes or goes, and built from all pods only when first asked for.
import { labelPair } from '../../api/labelSelector.js';
import { termMatches, type AffinityTerm } from '../framework/affinityTerm.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import { sharedText, type PodInfo } from '../framework/podInfo.js';
import type { SchedulerCache } from '../framework/schedulerCache.js';
import { numberDomains, type TopologyDomains } from './topology.js';

/** Matching pods by domain, over the nodes of the mask. */
export interface DomainCounts {
  readonly domains: TopologyDomains;
  /** Nodes that count; undefined: all. */
  readonly mask: Uint8Array | undefined;
  readonly counts: Int32Array;
  /** 1 for domains that have a node of the mask. */
  readonly isPresent: Uint8Array;
  readonly presentCount: number;
  /** Sum of the counts. */
  total: number;
}

/** Pods that a predicate matches. */
export interface MatchCounter {
  readonly matches: (pod: PodInfo) => boolean;
  /** Node index → matching pods; no entry stands for 0. */
  readonly byNode: Map<number, number>;
  /** The same by node index, for counters with many nodes; kept once it is made. */
  dense: Int32Array | undefined;
  readonly byDomain: Map<string, DomainCounts>;
}

/** Which pods a counter counts. */
export interface CounterOptions {
  /** They are all in this namespace, if given. */
  readonly namespace: string | undefined;
  /** They all have this label, as 'key=value'; '' when there is none that they share. */
  readonly label: string;
  /** Whether it counts the pod, whatever its namespace and labels. */
  readonly matches: (pod: PodInfo) => boolean;
}

/** Pods with the same namespace and labels, all terminating or none. */
interface AlikePods {
  readonly namespace: string;
  readonly isTerminating: boolean;
  readonly sample: PodInfo;
  readonly byNode: Map<number, number>;
  /** The counters that match them. */
  readonly counters: MatchCounter[];
}

/** What a term of a pod on a node does to others. */
export type TermKind = 'requiredAnti' | 'required' | 'preferred' | 'preferredAnti';

/** Pods on nodes that carry the same term. */
export interface TermGroup {
  readonly kind: TermKind;
  readonly term: AffinityTerm;
  readonly weight: number;
  readonly domains: TopologyDomains;
  readonly counts: Int32Array;
}

/** All kept counts. */
export interface PodCounters {
  /** Groups in order of appearance; the list only grows. */
  readonly groups: readonly TermGroup[];
  domains(key: string): TopologyDomains;
  /** The counter of that key; the same key stands for the same options. */
  counter(key: string, options: CounterOptions): MatchCounter;
  /** The counter's sums by domain; the same mask for the same mask key. */
  sums(counter: MatchCounter, topologyKey: string, mask: { key: string; bits: Uint8Array | undefined }): DomainCounts;
  podMoved(pod: PodInfo, node: NodeInfo, sign: 1 | -1): void;
}

/** Counts for the nodes as they stand; a change of nodes makes them worthless. */
export function createPodCounters(cache: SchedulerCache): PodCounters {
  const nodes = cache.nodes();
  const numbered = new Map<string, TopologyDomains>();
  const counters = new Map<string, MatchCounter>();
  /** Counters by the namespace and label they are limited to. */
  const countersAt = new Map<string, MatchCounter[]>();
  /** Those that are limited to no namespace, by their label. */
  const wideCountersAt = new Map<string, MatchCounter[]>();
  /** Pods that no counter can tell apart, by what it can read of them. */
  const alike = new Map<string, AlikePods>();
  /** The last of them by labels: pods of one template share theirs. */
  const alikeByLabels = new WeakMap<object, AlikePods>();
  /** The same by their namespace and each label that a counter may be limited to. */
  const alikeAt = new Map<string, AlikePods[]>();
  /** The keys of the labels that counters are limited to; '' stands for counters that are limited to none. */
  const limitingKeys = new Set<string>();
  const groups: TermGroup[] = [];
  const groupByKey = new Map<string, TermGroup>();

  function domains(key: string): TopologyDomains {
    let known = numbered.get(key);
    if (known === undefined) numbered.set(key, (known = numberDomains(key, nodes)));
    return known;
  }

  function alikeOf(pod: PodInfo): AlikePods {
    const { namespace, isTerminating, labels } = pod;
    const near = labels === undefined ? undefined : alikeByLabels.get(labels);
    if (near !== undefined && near.namespace === namespace && near.isTerminating === isTerminating) return near;
    const found = findAlike(pod);
    if (labels !== undefined) alikeByLabels.set(labels, found);
    return found;
  }

  function findAlike(pod: PodInfo): AlikePods {
    const { namespace, isTerminating } = pod;
    const key = `${namespace}\u0000${isTerminating ? 1 : 0}${sharedText(pod.labels)}`;
    let pods = alike.get(key);
    if (pods === undefined) {
      pods = { namespace, isTerminating, sample: pod, byNode: new Map(), counters: [] };
      alike.set(key, pods);
      for (const limitingKey of limitingKeys) {
        const label = labelAt(pod, limitingKey);
        if (label === undefined) continue;
        const place = placeOf(namespace, label);
        // Counters of earlier pods; later ones find these pods by themselves.
        addMatching(pods, countersAt.get(place));
        if (wideCountersAt.size > 0) addMatching(pods, wideCountersAt.get(label));
        append(alikeAt, place, pods);
      }
    }
    return pods;
  }

  /** From now on pods are found by their labels of that key: counters of few keys are asked for, and pods have many. */
  function limitTo(limitingKey: string): void {
    if (limitingKeys.has(limitingKey)) return;
    limitingKeys.add(limitingKey);
    for (const pods of alike.values()) {
      const label = labelAt(pods.sample, limitingKey);
      if (label !== undefined) append(alikeAt, placeOf(pods.namespace, label), pods);
    }
  }

  function moveTerm(term: AffinityTerm, { kind, weight, index, sign }: { kind: TermKind; weight: number; index: number; sign: 1 | -1 }): void {
    const key = `${kind}/${weight}/${term.id}`;
    let group = groupByKey.get(key);
    if (group === undefined) {
      const numbering = domains(term.topologyKey);
      group = { kind, term, weight, domains: numbering, counts: new Int32Array(numbering.count) };
      groupByKey.set(key, group);
      groups.push(group);
    }
    const domain = group.domains.ofNode[index] as number;
    if (domain >= 0) (group.counts[domain] as number) += sign;
  }

  function moveTerms({ facts }: PodInfo, index: number, sign: 1 | -1): void {
    for (const term of facts.requiredAntiAffinity) moveTerm(term, { kind: 'requiredAnti', weight: 1, index, sign });
    for (const term of facts.requiredAffinity) moveTerm(term, { kind: 'required', weight: 1, index, sign });
    for (const term of facts.preferredAffinity) moveTerm(term, { kind: 'preferred', weight: term.weight, index, sign });
    for (const term of facts.preferredAntiAffinity) moveTerm(term, { kind: 'preferredAnti', weight: term.weight, index, sign });
  }

  /** Until there is a counter, nobody asks which pods are alike. */
  let isCounting = false;
  function beginCounting(): void {
    isCounting = true;
    for (const node of nodes) for (const pod of node.pods) addTo(alikeOf(pod).byNode, node.index, 1);
  }

  for (const node of nodes) for (const pod of node.podsWithAffinity) moveTerms(pod, node.index, 1);

  return {
    groups,
    domains,
    counter(key, { namespace, label, matches }) {
      let counter = counters.get(key);
      if (counter !== undefined) return counter;
      if (!isCounting) beginCounting();
      limitTo(label === '' ? '' : label.slice(0, label.indexOf('=')));
      counter = { matches, byNode: new Map(), dense: undefined, byDomain: new Map() };
      counters.set(key, counter);
      for (const pods of namespace === undefined ? alike.values() : (alikeAt.get(placeOf(namespace, label)) ?? [])) {
        if (!matches(pods.sample)) continue;
        pods.counters.push(counter);
        for (const [index, count] of pods.byNode) addTo(counter.byNode, index, count);
      }
      if (namespace === undefined) append(wideCountersAt, label, counter);
      else append(countersAt, placeOf(namespace, label), counter);
      return counter;
    },
    sums(counter, topologyKey, { key, bits }) {
      const name = `${topologyKey}\u0000${key}`;
      let sums = counter.byDomain.get(name);
      if (sums !== undefined) return sums;
      const numbering = domains(topologyKey);
      const isPresent = new Uint8Array(numbering.count);
      let presentCount = 0;
      for (let index = 0; index < nodes.length; index++) {
        const domain = numbering.ofNode[index] as number;
        if (domain < 0 || (bits !== undefined && bits[index] === 0) || isPresent[domain] === 1) continue;
        isPresent[domain] = 1;
        presentCount++;
      }
      sums = { domains: numbering, mask: bits, counts: new Int32Array(numbering.count), isPresent, presentCount, total: 0 };
      for (const [index, count] of counter.byNode) addToSums(sums, index, count);
      counter.byDomain.set(name, sums);
      return sums;
    },
    podMoved(pod, { index }, sign) {
      if (index < 0) return;
      if (pod.facts.hasAffinity) moveTerms(pod, index, sign);
      if (!isCounting) return;
      const { byNode, counters: matching } = alikeOf(pod);
      addTo(byNode, index, sign);
      for (let at = 0; at < matching.length; at++) {
        const counter = matching[at] as MatchCounter;
        addTo(counter.byNode, index, sign);
        if (counter.dense !== undefined) (counter.dense[index] as number) += sign;
        counter.byDomain.forEach((sums) => addToSums(sums, index, sign));
      }
    },
  };
}

/** The pod's label of that key; '' for the key that stands for none. */
function labelAt({ labels }: PodInfo, key: string): string | undefined {
  return key === '' ? '' : labelPair(labels, key);
}

/** What counters and pods are filed under; no label stands for all pods of the namespace. */
function placeOf(namespace: string, label: string): string {
  return `${namespace}\u0000${label}`;
}

function addMatching({ sample, counters }: AlikePods, candidates: readonly MatchCounter[] | undefined): void {
  if (candidates !== undefined) for (const counter of candidates) if (counter.matches(sample)) counters.push(counter);
}

function append<T>(lists: Map<string, T[]>, place: string, item: T): void {
  const list = lists.get(place);
  if (list === undefined) lists.set(place, [item]);
  else list.push(item);
}

function addTo(byNode: Map<number, number>, index: number, amount: number): void {
  const count = (byNode.get(index) ?? 0) + amount;
  if (count === 0) byNode.delete(index);
  else byNode.set(index, count);
}

function addToSums(sums: DomainCounts, index: number, amount: number): void {
  const domain = sums.domains.ofNode[index] as number;
  if (domain < 0 || (sums.mask !== undefined && sums.mask[index] === 0)) return;
  (sums.counts[domain] as number) += amount;
  sums.total += amount;
}

/** The counts by node index, or undefined while they are too few for it to pay. */
export function denseCounts(counter: MatchCounter, nodeCount: number): Int32Array | undefined {
  if (counter.dense === undefined && counter.byNode.size * 8 > nodeCount) {
    counter.dense = new Int32Array(nodeCount);
    for (const [index, count] of counter.byNode) counter.dense[index] = count;
  }
  return counter.dense;
}

/** True when every term selects the pod. */
export function allTermsMatch(terms: readonly AffinityTerm[], pod: PodInfo): boolean {
  return terms.every((term) => termMatches(term, pod));
}
