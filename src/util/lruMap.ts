// A map that forgets what was used least recently.

/** A map of at most so many entries. */
export interface LruMap<K, V> {
  /** Reading counts as use. */
  get(key: K): V | undefined;
  set(key: K, value: V): void;
}

/** An empty map that holds `limit` entries. */
export function createLruMap<K, V>(limit: number): LruMap<K, V> {
  // A Map keeps the order of insertion: the first key is the one used least recently.
  const entries = new Map<K, V>();
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= limit) return;
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        break;
      }
    },
  };
}
