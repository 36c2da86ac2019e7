// Which selectors select a pod, and which pods a selector selects, without looking at all pods: every selector is filed under
// one label that it requires, and only pods with that label are looked at.
import { selectorMatches, type CompiledSelector } from '../../api/labelSelector.js';
import type { WatchEvent } from '../../api/meta.js';
import type { Pod } from '../../api/types.js';
import type { Reader } from '../../apiserver/reader.js';
import { compareStrings } from '../../util/compare.js';

/** An index over the pods that some selectors may select. */
export interface SelectorIndex {
  /** Files a selector under the key, in place of the one before; undefined takes it out. */
  set(key: string, namespace: string, selector: CompiledSelector | undefined): void;
  /** Takes in a change of a pod and gives the keys of the selectors that select it now or did before. */
  keysOf(event: WatchEvent<Pod>): string[];
  /** The pods that the selector of the key selects, by name. */
  podsOf(key: string): Pod[];
}

interface Filed {
  namespace: string;
  selector: CompiledSelector;
  /** 'namespace\u0000key=value' of the label it is filed under; with an empty pair when it requires no label. */
  pair: string;
}

/** An empty index; `read` gives the pods that stand when a selector comes. */
export function createSelectorIndex(read: Reader): SelectorIndex {
  const filed = new Map<string, Filed>();
  /** Pair → keys of the selectors filed under it. */
  const keysByPair = new Map<string, Set<string>>();
  /** Pair → names of the pods that have the label. Only pairs that some selector is filed under are kept. */
  const podsByPair = new Map<string, Set<string>>();

  const pairOf = (namespace: string, selector: CompiledSelector): string => {
    const equality = selector.find(({ operator, values }) => operator === 'In' && values.length === 1);
    return `${namespace}\u0000${equality === undefined ? '' : `${equality.key}=${equality.values[0]}`}`;
  };
  const eachPair = (pod: Pod, visit: (pair: string) => void): void => {
    const { namespace = '', labels } = pod.metadata;
    visit(`${namespace}\u0000`);
    for (const key in labels) visit(`${namespace}\u0000${key}=${labels[key]}`);
  };
  const selecting = (pod: Pod, into: Set<string>): void =>
    eachPair(pod, (pair) => {
      for (const key of keysByPair.get(pair) ?? []) if (selectorMatches((filed.get(key) as Filed).selector, pod.metadata.labels)) into.add(key);
    });

  return {
    set(key, namespace, selector) {
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
      const pair = pairOf(namespace, selector);
      filed.set(key, { namespace, selector, pair });
      const keys = keysByPair.get(pair);
      if (keys !== undefined) {
        keys.add(key);
        return;
      }
      keysByPair.set(pair, new Set([key]));
      const names = new Set<string>();
      podsByPair.set(pair, names);
      for (const pod of read.list('pods', namespace)) eachPair(pod, (each) => each === pair && names.add(pod.metadata.name ?? ''));
    },
    keysOf({ type, object, old }) {
      const keys = new Set<string>();
      const name = object.metadata.name ?? '';
      if (type !== 'ADDED' && old !== undefined && (type === 'DELETED' || old.metadata.labels !== object.metadata.labels)) {
        selecting(old, keys);
        eachPair(old, (pair) => podsByPair.get(pair)?.delete(name));
      }
      if (type === 'DELETED') return [...keys];
      selecting(object, keys);
      if (type === 'ADDED' || old?.metadata.labels !== object.metadata.labels) eachPair(object, (pair) => podsByPair.get(pair)?.add(name));
      return [...keys];
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
