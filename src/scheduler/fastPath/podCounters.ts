// Kept counts of pods: those that a selector or terms match, by node and domain, and those that carry an affinity term, by domain.
// They are changed by one with every pod that comes or goes, and built from the pods of a namespace only when first asked for.
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

/** Counters by the label they are limited to. */
interface FiledCounters {
  readonly at: Map<string, MatchCounter[]>;
  /** The keys of those labels: counters of few keys are asked for, and pods have many. '' stands for counters that are limited to none. */
  readonly keys: Set<string>;
}

/** The pods of a namespace. */
interface NamespacePods {
  /** Pods that no counter can tell apart, by what it can read of them. */
  readonly alike: Map<string, AlikePods>;
  /** The same by each label that a counter of the namespace may be limited to. */
  readonly alikeAt: Map<string, AlikePods[]>;
  /** Those that are limited to the namespace. */
  readonly counters: FiledCounters;
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
  /** The namespaces whose pods are counted: those that a counter looks into. */
  const counted = new Map<string, NamespacePods>();
  /** Counters that look into all of them. */
  const wideCounters = emptyFiling();
  /** The last alike pods by labels: pods of one template share theirs. */
  const alikeByLabels = new WeakMap<object, AlikePods>();
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
    const { alike, alikeAt, counters: near } = namespacePods(namespace);
    const key = `${isTerminating ? 1 : 0}${sharedText(pod.labels)}`;
    let pods = alike.get(key);
    if (pods === undefined) {
      pods = { namespace, isTerminating, sample: pod, byNode: new Map(), counters: [] };
      alike.set(key, pods);
      // Counters of earlier pods; later ones find these pods by themselves.
      addMatching(pods, near);
      addMatching(pods, wideCounters);
      for (const limitingKey of near.keys) fileAt(alikeAt, limitingKey, pods);
    }
    return pods;
  }

  function namespacePods(namespace: string): NamespacePods {
    let pods = counted.get(namespace);
    if (pods === undefined) counted.set(namespace, (pods = { alike: new Map(), alikeAt: new Map(), counters: emptyFiling() }));
    return pods;
  }

  function countPodsOf(namespace: string): void {
    if (counted.has(namespace)) return;
    namespacePods(namespace);
    for (const { info, node } of cache.podsOf(namespace)) if (node.index >= 0) addTo(alikeOf(info).byNode, node.index, 1);
  }

  function addWideCounter(counter: MatchCounter, { label }: CounterOptions): void {
    if (wideCounters.keys.size === 0) for (const { info } of cache.allPods()) countPodsOf(info.namespace);
    wideCounters.keys.add(keyOf(label));
    append(wideCounters.at, label, counter);
    for (const { alike } of counted.values()) for (const pods of alike.values()) countIfMatching(counter, pods);
  }

  function addCounterOf(namespace: string, counter: MatchCounter, { label }: CounterOptions): void {
    countPodsOf(namespace);
    const { alike, alikeAt, counters: { at, keys } } = namespacePods(namespace);
    const limitingKey = keyOf(label);
    if (!keys.has(limitingKey)) {
      keys.add(limitingKey);
      for (const pods of alike.values()) fileAt(alikeAt, limitingKey, pods);
    }
    append(at, label, counter);
    for (const pods of alikeAt.get(label) ?? []) countIfMatching(counter, pods);
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

  for (const node of nodes) for (const pod of node.podsWithAffinity) moveTerms(pod, node.index, 1);

  return {
    groups,
    domains,
    counter(key, options) {
      let counter = counters.get(key);
      if (counter !== undefined) return counter;
      counter = { matches: options.matches, byNode: new Map(), dense: undefined, byDomain: new Map() };
      counters.set(key, counter);
      if (options.namespace === undefined) addWideCounter(counter, options);
      else addCounterOf(options.namespace, counter, options);
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
      if (wideCounters.keys.size === 0 && !counted.has(pod.namespace)) return;
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

function emptyFiling(): FiledCounters {
  return { at: new Map(), keys: new Set() };
}

/** The key of a label 'key=value'; '' for the label that stands for none. */
function keyOf(label: string): string {
  return label.slice(0, Math.max(0, label.indexOf('=')));
}

/** The pod's label of that key; '' for the key that stands for none. */
function labelAt({ labels }: PodInfo, key: string): string | undefined {
  return key === '' ? '' : labelPair(labels, key);
}

function countIfMatching(counter: MatchCounter, { sample, counters, byNode }: AlikePods): void {
  if (!counter.matches(sample)) return;
  counters.push(counter);
  for (const [index, count] of byNode) addTo(counter.byNode, index, count);
}

function addMatching({ sample, counters }: AlikePods, { at, keys }: FiledCounters): void {
  for (const key of keys) {
    const label = labelAt(sample, key);
    const candidates = label === undefined ? undefined : at.get(label);
    if (candidates !== undefined) for (const counter of candidates) if (counter.matches(sample)) counters.push(counter);
  }
}

function fileAt(alikeAt: Map<string, AlikePods[]>, key: string, pods: AlikePods): void {
  const label = labelAt(pods.sample, key);
  if (label !== undefined) append(alikeAt, label, pods);
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
