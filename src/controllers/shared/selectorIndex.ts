// Which selectors select a pod, and which pods a selector selects, without looking at all pods: every selector is filed under
// one label that it requires, and only pods with that label are looked at.
import { labelPairs, requiredLabel, selectorMatches, type CompiledSelector } from '../../api/labelSelector.js';
import type { WatchEvent } from '../../api/meta.js';
import type { Pod } from '../../api/types.js';
import type { Reader } from '../../apiserver/reader.js';
import { compareStrings } from '../../util/compare.js';

/** An index over the pods that some selectors may select. */
export interface SelectorIndex {
  /** Files a selector under the key, in place of the one before; undefined takes it out. */
  set(key: string, namespace: string, selector: CompiledSelector | undefined): void;
  /** Takes in a change of a pod and gives the keys of the selectors that select it now or did before. */
  keysOf(event: WatchEvent<Pod>): readonly string[];
  /** The pods that the selector of the key selects, by name. */
  podsOf(key: string): Pod[];
}

type Labels = Record<string, string> | undefined;

interface Filed {
  namespace: string;
  selector: CompiledSelector;
  /** 'namespace\u0000key=value' of the label it is filed under; with an empty pair when it requires no label. */
  pair: string;
}

/** What the index knows of pods with the same labels in one namespace. */
interface Alike {
  namespace: string;
  /** The selectors that select them. */
  keys: readonly string[];
  /** The names of pods under each of their labels that some selector is filed under. */
  names: readonly Set<string>[];
}

const NONE: readonly string[] = [];

/** An empty index; `read` gives the pods that stand when a selector comes. */
export function createSelectorIndex(read: Reader): SelectorIndex {
  const filed = new Map<string, Filed>();
  /** Pair → keys of the selectors filed under it. */
  const keysByPair = new Map<string, Set<string>>();
  /** Pair → names of the pods that have the label. Only pairs that some selector is filed under are kept. */
  const podsByPair = new Map<string, Set<string>>();

  const pairOf = (namespace: string, label: string): string => `${namespace}\u0000${label}`;
  const pairsOf = (namespace: string, labels: Labels): string[] => ['', ...labelPairs(labels)].map((label) => pairOf(namespace, label));
  /** By the labels, which pods of one template share; worthless once a selector comes or goes. */
  let known = new WeakMap<object, Alike>();
  const alikeOf = ({ metadata: { namespace = '', labels } }: Pod): Alike => {
    const before = labels === undefined ? undefined : known.get(labels);
    if (before?.namespace === namespace) return before;
    const keys = new Set<string>();
    const names: Set<string>[] = [];
    for (const pair of pairsOf(namespace, labels)) {
      for (const key of keysByPair.get(pair) ?? []) if (selectorMatches((filed.get(key) as Filed).selector, labels)) keys.add(key);
      const under = podsByPair.get(pair);
      if (under !== undefined) names.push(under);
    }
    const alike = { namespace, keys: [...keys], names };
    if (labels !== undefined) known.set(labels, alike);
    return alike;
  };

  return {
    set(key, namespace, selector) {
      known = new WeakMap();
      const before = filed.get(key);
      if (before !== undefined) {
        const keys = keysByPair.get(before.pair);
        keys?.delete(key);
        if (keys?.size === 0) {
          keysByPair.delete(before.pair);
          podsByPair.delete(before.pair);
        }
        filed.delete(key);
      }
      if (selector === undefined) return;
      const pair = pairOf(namespace, requiredLabel(selector));
      filed.set(key, { namespace, selector, pair });
      const keys = keysByPair.get(pair);
      if (keys !== undefined) {
        keys.add(key);
        return;
      }
      keysByPair.set(pair, new Set([key]));
      const names = new Set<string>();
      podsByPair.set(pair, names);
      for (const pod of read.list('pods', namespace)) if (pairsOf(namespace, pod.metadata.labels).includes(pair)) names.add(pod.metadata.name ?? '');
    },
    keysOf({ type, object, old }) {
      if (filed.size === 0) return NONE;
      const name = object.metadata.name ?? '';
      const now = alikeOf(object);
      if (type === 'ADDED') for (const names of now.names) names.add(name);
      else if (type === 'DELETED') for (const names of now.names) names.delete(name);
      else if (old !== undefined && old.metadata.labels !== object.metadata.labels) {
        const before = alikeOf(old);
        for (const names of before.names) names.delete(name);
        for (const names of now.names) names.add(name);
        if (before.keys.some((key) => !now.keys.includes(key))) return [...new Set([...before.keys, ...now.keys])];
      }
      return now.keys;
    },
    podsOf(key) {
      const entry = filed.get(key);
      if (entry === undefined) return [];
      const pods: Pod[] = [];
      for (const name of [...(podsByPair.get(entry.pair) ?? [])].sort(compareStrings)) {
        const pod = read.get('pods', entry.namespace, name);
        if (pod !== undefined && selectorMatches(entry.selector, pod.metadata.labels)) pods.push(pod);
      }
      return pods;
    },
  };
}
