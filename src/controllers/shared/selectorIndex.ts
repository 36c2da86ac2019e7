// Which selectors select a pod, and which pods a selector selects, without looking at all of either: pods with the very same labels,
// such as those of one template, are looked at together, and selectors are found by a label that they require.
import { labelPairs, requiredLabel, selectorMatches, type CompiledSelector } from '../../api/labelSelector.js';
import { splitKey, type WatchEvent } from '../../api/meta.js';
import type { Pod } from '../../api/types.js';
import type { Reader } from '../../apiserver/reader.js';
import { compareStrings } from '../../util/compare.js';
import { createFiledSelectors, type FiledSelectors } from './filedSelectors.js';

/** An index over the pods that some selectors may select. */
export interface SelectorIndex {
  /** Files a selector under the key of its object, 'namespace/name', in place of the one before; undefined takes it out. */
  set(key: string, selector: CompiledSelector | undefined): void;
  /** Takes in a change of a pod and gives the keys of the selectors that select it now or did before. */
  keysOf(event: WatchEvent<Pod>): readonly string[];
  /** The pods that the selector of the key selects, by name. */
  podsOf(key: string): Pod[];
}

type Labels = Record<string, string> | undefined;

/** The pods of one namespace with the very same labels. */
interface Alike {
  labels: Labels;
  names: Set<string>;
  /** The keys of the selectors that select them; undefined until they are asked for. */
  keys: readonly string[] | undefined;
}

/** What is known of a namespace as long as it has selectors. */
interface Namespaced {
  selectors: FiledSelectors;
  byLabels: Map<Labels, Alike>;
  /** Label as 'key=value' → the pods that have it; under '' are all. */
  byPair: Map<string, Set<Alike>>;
}

const NONE: readonly string[] = [];

/** An empty index; `read` gives the pods that stand when the first selector of a namespace comes. */
export function createSelectorIndex(read: Reader): SelectorIndex {
  const namespaces = new Map<string, Namespaced>();

  function begin(namespace: string): Namespaced {
    const namespaced: Namespaced = { selectors: createFiledSelectors(), byLabels: new Map(), byPair: new Map() };
    namespaces.set(namespace, namespaced);
    for (const { metadata } of read.list('pods', namespace)) alikeOf(namespaced, metadata.labels).names.add(metadata.name ?? '');
    return namespaced;
  }

  return {
    set(key, selector) {
      const [namespace] = splitKey(key);
      if (selector === undefined && !namespaces.has(namespace)) return;
      const namespaced = namespaces.get(namespace) ?? begin(namespace);
      const { selectors, byPair } = namespaced;
      for (const each of [selectors.get(key), selector]) {
        if (each !== undefined) for (const alike of byPair.get(requiredLabel(each)) ?? []) alike.keys = undefined;
      }
      selectors.set(key, selector);
      if (selectors.size === 0) namespaces.delete(namespace);
    },
    keysOf({ type, object, old }) {
      const namespaced = namespaces.get(object.metadata.namespace ?? '');
      if (namespaced === undefined) return NONE;
      const { labels, name = '' } = object.metadata;
      const before = old === undefined || old.metadata.labels === labels ? undefined : alikeOf(namespaced, old.metadata.labels);
      const now = alikeOf(namespaced, labels);
      const [keysBefore, keys] = [before === undefined ? NONE : selecting(namespaced, before), selecting(namespaced, now)];
      now.names.add(name);
      if (before !== undefined) remove(namespaced, before, name);
      if (type === 'DELETED') remove(namespaced, now, name);
      return keysBefore.some((key) => !keys.includes(key)) ? [...new Set([...keysBefore, ...keys])] : keys;
    },
    podsOf(key) {
      const [namespace] = splitKey(key);
      const namespaced = namespaces.get(namespace);
      const selector = namespaced?.selectors.get(key);
      const pods: Pod[] = [];
      if (namespaced === undefined || selector === undefined) return pods;
      for (const { labels, names } of namespaced.byPair.get(requiredLabel(selector)) ?? []) {
        if (!selectorMatches(selector, labels)) continue;
        for (const name of names) {
          const pod = read.get('pods', namespace, name);
          if (pod !== undefined && pod.metadata.labels === labels) pods.push(pod);
        }
      }
      return pods.sort((a, b) => compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''));
    },
  };
}

function selecting({ selectors }: Namespaced, alike: Alike): readonly string[] {
  return (alike.keys ??= selectors.selecting(alike.labels));
}

function pairsOf(labels: Labels): string[] {
  return ['', ...labelPairs(labels)];
}

function alikeOf({ byLabels, byPair }: Namespaced, labels: Labels): Alike {
  const known = byLabels.get(labels);
  if (known !== undefined) return known;
  const alike: Alike = { labels, names: new Set(), keys: undefined };
  byLabels.set(labels, alike);
  for (const pair of pairsOf(labels)) {
    const under = byPair.get(pair);
    if (under === undefined) byPair.set(pair, new Set([alike]));
    else under.add(alike);
  }
  return alike;
}

function remove({ byLabels, byPair }: Namespaced, alike: Alike, name: string): void {
  alike.names.delete(name);
  if (alike.names.size > 0) return;
  byLabels.delete(alike.labels);
  for (const pair of pairsOf(alike.labels)) {
    const under = byPair.get(pair);
    under?.delete(alike);
    if (under?.size === 0) byPair.delete(pair);
  }
}
