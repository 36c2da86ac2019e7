// The store: what etcd is to the API server. Keys and values with one revision counter, compare-and-swap, watches from a revision,
// and the indexes that save scans. It knows nothing of Kubernetes but that a value carries its revision.
import { compareStrings } from '../util/compare.js';
import { assert } from '../util/assert.js';
import { deepFreeze } from '../util/objects.js';

/** A change. `old` is absent for ADDED; for DELETED `value` is the last state stamped with the revision of the deletion. */
export interface StoreEvent<V> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  table: string;
  value: V;
  old?: V;
  revision: number;
}

/** Where a value stands. `namespace` is '' for values of the whole cluster. */
export interface StoreKey {
  table: string;
  namespace: string;
  name: string;
}

/** What a compare-and-swap found when it did not swap. */
export type Conflict = 'exists' | 'missing' | 'changed';

/** The store. Invariant: values are frozen; revisions only grow, by one each write. */
export interface Store<V> {
  /** The revision of the last write; 0 when there was none. */
  readonly revision: number;
  get(key: StoreKey): V | undefined;
  /** Every value of the table, or of one namespace of it, ordered by namespace and name. The list is not changed afterwards. */
  list(table: string, namespace?: string): readonly V[];
  /** Number of values of the table, or of one namespace of it. */
  count(table: string, namespace?: string): number;
  /** Names of the tables that hold something, sorted. */
  tables(): string[];
  create(key: StoreKey, value: V): V | Conflict;
  /** `expected` is the value the caller read; another one there is a conflict. */
  update(key: StoreKey, value: V, expected?: V): V | Conflict;
  delete(key: StoreKey, expected?: V): V | Conflict;
  /** Calls back for every later write, in order, within the write. Returns what ends it. */
  watch(callback: (event: StoreEvent<V>) => void): () => void;
  /** The events after the revision, or undefined when they are no longer held. */
  eventsSince(revision: number): StoreEvent<V>[] | undefined;
  /** Makes `lookup(table, index, term)` answer. `termOf` may depend on the value only. */
  addIndex(table: string, index: string, termOf: (value: V) => string | undefined): void;
  /** Values whose term it is, in the order in which they got it. The list is not changed afterwards. */
  lookup(table: string, index: string, term: string): readonly V[];
}

/** How the store reads and writes the revision of a value. */
export interface StoreOptions<V> {
  /** A copy of the value that carries the revision. */
  stamp(value: V, revision: number): V;
  /** How many events are held for watches that begin in the past. */
  historyLimit: number;
}

interface Namespaced<V> {
  values: Map<string, V>;
  /** Sorted values; undefined after a write. */
  sorted: readonly V[] | undefined;
}

interface Index<V> {
  termOf(value: V): string | undefined;
  /** Term → key text → value. */
  terms: Map<string, Map<string, V>>;
  lists: Map<string, readonly V[]>;
}

interface Table<V> {
  namespaces: Map<string, Namespaced<V>>;
  sorted: readonly V[] | undefined;
  count: number;
  indexes: Map<string, Index<V>>;
}

const NOTHING: readonly never[] = Object.freeze([]);

/** An empty store at revision 0. */
export function createStore<V extends object>({ stamp, historyLimit }: StoreOptions<V>): Store<V> {
  const tables = new Map<string, Table<V>>();
  let watchers: ((event: StoreEvent<V>) => void)[] = [];
  /** The last events; the one of revision r stands at r modulo the limit. What is dropped early is collected cheaply. */
  const history: StoreEvent<V>[] = [];
  let revision = 0;
  const pending: StoreEvent<V>[] = [];
  let isDelivering = false;

  const tableOf = (name: string): Table<V> => {
    let table = tables.get(name);
    if (table === undefined) {
      table = { namespaces: new Map(), sorted: undefined, count: 0, indexes: new Map() };
      tables.set(name, table);
    }
    return table;
  };

  const put = (key: StoreKey, value: V | undefined, old: V | undefined): void => {
    const table = tableOf(key.table);
    let namespaced = table.namespaces.get(key.namespace);
    if (namespaced === undefined) {
      namespaced = { values: new Map(), sorted: undefined };
      table.namespaces.set(key.namespace, namespaced);
    }
    if (value === undefined) namespaced.values.delete(key.name);
    else namespaced.values.set(key.name, value);
    namespaced.sorted = undefined;
    table.sorted = undefined;
    if (old === undefined) table.count++;
    else if (value === undefined) table.count--;
    const keyText = `${key.namespace}/${key.name}`;
    for (const index of table.indexes.values()) reindex(index, { keyText, value, old });
  };

  /** Writes are delivered in their order, even when a watcher writes. */
  const publish = (event: StoreEvent<V>): void => {
    history[event.revision % historyLimit] = event;
    pending.push(event);
    if (isDelivering) return;
    isDelivering = true;
    try {
      for (let next = pending.shift(); next !== undefined; next = pending.shift()) for (const watcher of watchers) watcher(next);
    } finally {
      isDelivering = false;
    }
  };

  const get = ({ table, namespace, name }: StoreKey): V | undefined => tables.get(table)?.namespaces.get(namespace)?.values.get(name);

  return {
    get revision() {
      return revision;
    },
    get,
    list(name, namespace) {
      const table = tables.get(name);
      if (table === undefined) return NOTHING;
      if (namespace !== undefined) {
        const namespaced = table.namespaces.get(namespace);
        return namespaced === undefined ? NOTHING : sortedOf(namespaced);
      }
      table.sorted ??= [...table.namespaces.keys()].sort(compareStrings).flatMap((each) => sortedOf(table.namespaces.get(each) as Namespaced<V>));
      return table.sorted;
    },
    count(name, namespace) {
      const table = tables.get(name);
      return namespace === undefined ? (table?.count ?? 0) : (table?.namespaces.get(namespace)?.values.size ?? 0);
    },
    tables: () => [...tables.keys()].filter((name) => (tables.get(name) as Table<V>).count > 0).sort(compareStrings),
    create(key, value) {
      if (get(key) !== undefined) return 'exists';
      revision++;
      const stored = deepFreeze(stamp(value, revision));
      put(key, stored, undefined);
      publish({ type: 'ADDED', table: key.table, value: stored, revision });
      return stored;
    },
    update(key, value, expected) {
      const old = get(key);
      if (old === undefined) return 'missing';
      if (expected !== undefined && old !== expected) return 'changed';
      revision++;
      const stored = deepFreeze(stamp(value, revision));
      put(key, stored, old);
      publish({ type: 'MODIFIED', table: key.table, value: stored, old, revision });
      return stored;
    },
    delete(key, expected) {
      const old = get(key);
      if (old === undefined) return 'missing';
      if (expected !== undefined && old !== expected) return 'changed';
      revision++;
      put(key, undefined, old);
      const last = deepFreeze(stamp(old, revision));
      publish({ type: 'DELETED', table: key.table, value: last, old, revision });
      return last;
    },
    watch(callback) {
      watchers = [...watchers, callback];
      return () => {
        watchers = watchers.filter((each) => each !== callback);
      };
    },
    eventsSince(from) {
      if (revision - from > historyLimit) return undefined;
      const events: StoreEvent<V>[] = [];
      for (let each = from + 1; each <= revision; each++) events.push(history[each % historyLimit] as StoreEvent<V>);
      return events;
    },
    addIndex(name, indexName, termOf) {
      const table = tableOf(name);
      assert(!table.indexes.has(indexName), `index ${indexName} of ${name} exists`);
      const index: Index<V> = { termOf, terms: new Map(), lists: new Map() };
      table.indexes.set(indexName, index);
      for (const [namespace, { values }] of table.namespaces) {
        for (const [valueName, value] of values) reindex(index, { keyText: `${namespace}/${valueName}`, value, old: undefined });
      }
    },
    lookup(name, indexName, term) {
      const index = tables.get(name)?.indexes.get(indexName);
      assert(index !== undefined, `no index ${indexName} of ${name}`);
      const known = index.lists.get(term);
      if (known !== undefined) return known;
      const values = index.terms.get(term);
      if (values === undefined) return NOTHING;
      const list = [...values.values()];
      index.lists.set(term, list);
      return list;
    },
  };
}

function sortedOf<V>(namespaced: Namespaced<V>): readonly V[] {
  namespaced.sorted ??= [...namespaced.values.keys()].sort(compareStrings).map((name) => namespaced.values.get(name) as V);
  return namespaced.sorted;
}

function reindex<V>(index: Index<V>, { keyText, value, old }: { keyText: string; value: V | undefined; old: V | undefined }): void {
  const before = old === undefined ? undefined : index.termOf(old);
  const after = value === undefined ? undefined : index.termOf(value);
  if (before !== undefined && before !== after) {
    const values = index.terms.get(before);
    values?.delete(keyText);
    if (values?.size === 0) index.terms.delete(before);
    index.lists.delete(before);
  }
  if (after === undefined) return;
  let values = index.terms.get(after);
  if (values === undefined) {
    values = new Map();
    index.terms.set(after, values);
  }
  values.set(keyText, value as V);
  index.lists.delete(after);
}
