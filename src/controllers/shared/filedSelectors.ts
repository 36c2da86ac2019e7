// Selectors, each filed under one label that it requires, so that those of given labels are found without a look at the others.
import { labelPairs, requiredLabel, selectorMatches, type CompiledSelector } from '../../api/labelSelector.js';

/** Selectors by key. */
export interface FiledSelectors {
  readonly size: number;
  get(key: string): CompiledSelector | undefined;
  /** The keys, in the order in which they came. */
  keys(): Iterable<string>;
  /** Files a selector under the key, in place of the one before; undefined takes it out. */
  set(key: string, selector: CompiledSelector | undefined): void;
  /** The keys of the selectors that select the labels. */
  selecting(labels: Record<string, string> | undefined): string[];
}

/** No selectors yet. */
export function createFiledSelectors(): FiledSelectors {
  const filed = new Map<string, CompiledSelector>();
  /** Label as 'key=value' → keys of the selectors filed under it; under '' are those that require none. */
  const keysByPair = new Map<string, Set<string>>();
  return {
    get size() {
      return filed.size;
    },
    get: (key) => filed.get(key),
    keys: () => filed.keys(),
    set(key, selector) {
      const before = filed.get(key);
      if (before !== undefined) keysByPair.get(requiredLabel(before))?.delete(key);
      if (selector === undefined) {
        filed.delete(key);
        return;
      }
      filed.set(key, selector);
      const pair = requiredLabel(selector);
      const keys = keysByPair.get(pair);
      if (keys === undefined) keysByPair.set(pair, new Set([key]));
      else keys.add(key);
    },
    selecting(labels) {
      const found: string[] = [];
      for (const pair of ['', ...labelPairs(labels)]) {
        for (const key of keysByPair.get(pair) ?? []) if (selectorMatches(filed.get(key) as CompiledSelector, labels)) found.push(key);
      }
      return found;
    },
  };
}
