// A map that forgets what was used least recently.

/** A map of at most so many entries. */
export interface LruMap<K, V> {
  /** Reading counts as use. */
  get(key: K): V | undefined;
  set(key: K, value: V): void;
}

/** An entry between the one used just before it and the one used just after it. */
interface Entry<K, V> {
  readonly key: K;
  value: V;
  older: Entry<K, V> | undefined;
  newer: Entry<K, V> | undefined;
}

/** An empty map that holds `limit` entries. */
export function createLruMap<K, V>(limit: number): LruMap<K, V> {
  // The order of use is kept beside the Map: a Map is slow to give its first key when many have left it.
  const entries = new Map<K, Entry<K, V>>();
  let oldest: Entry<K, V> | undefined;
  let newest: Entry<K, V> | undefined;
  /** The key that was asked for last and is not there: it often comes next, and needs not be looked for again. */
  let missed: K | undefined;

  function unlink({ older, newer }: Entry<K, V>): void {
    if (older === undefined) oldest = newer;
    else older.newer = newer;
    if (newer === undefined) newest = older;
    else newer.older = older;
  }

  function append(entry: Entry<K, V>): void {
    entry.older = newest;
    entry.newer = undefined;
    if (newest === undefined) oldest = entry;
    else newest.newer = entry;
    newest = entry;
  }

  function use(entry: Entry<K, V>): void {
    if (entry === newest) return;
    unlink(entry);
    append(entry);
  }

  return {
    get(key) {
      // What was used last is often asked for again.
      if (newest?.key === key) return newest.value;
      const entry = entries.get(key);
      if (entry === undefined) {
        missed = key;
        return undefined;
      }
      use(entry);
      return entry.value;
    },
    set(key, value) {
      const known = key === missed ? undefined : entries.get(key);
      missed = undefined;
      if (known !== undefined) {
        known.value = value;
        use(known);
        return;
      }
      const entry: Entry<K, V> = { key, value, older: undefined, newer: undefined };
      entries.set(key, entry);
      append(entry);
      if (entries.size <= limit || oldest === undefined) return;
      entries.delete(oldest.key);
      unlink(oldest);
    },
  };
}
