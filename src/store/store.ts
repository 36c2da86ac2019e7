// The store: what etcd is to the API server. Keys and values with one revision counter, compare-and-swap, watches from a revision,
// and the indexes that save scans. It knows nothing of Kubernetes but that a value carries its revision.
import { compareStrings } from '../util/compare.js';
import { assert } from '../util/assert.js';
import { deepFreeze } from '../util/objects.js';

/** A change. `old` is absent for ADDED; for DELETED `object` is the last state stamped with the revision of the deletion. */
export interface StoreEvent<V> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  table: string;
  /** 'namespace/name', or the bare name: the same string for every write of one value. */
  key: string;
  object: V;
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
  /** As get, by the key of the value's events. */
  getByKey(table: string, key: string): V | undefined;
  /** Every value of the table, or of one namespace of it, ordered by namespace and name. The list is not changed afterwards. */
  list(table: string, namespace?: string): readonly V[];
  /** Visits every value of the table, in no particular order. */
  forEach(table: string, visit: (value: V) => void): void;
  /** Number of values of the table, or of one namespace of it. */
  count(table: string, namespace?: string): number;
  /** Names of the tables that hold something, sorted. */
  tables(): string[];
  create(key: StoreKey, value: V): V | Conflict;
  /**
   * Takes the next revision for a value that is made of the seed when somebody first looks into its table or writes there.
   * Watches do not hear of it, and no index of the table may have a term for it. Where its name is taken by then, nothing is made.
   */
  createLater<S>(table: string, seed: S, make: (seed: S) => { key: StoreKey; value: V }): void;
  /** `expected` is the value the caller read; another one there is a conflict. */
  update(key: StoreKey, value: V, expected?: V): V | Conflict;
  delete(key: StoreKey, expected?: V): V | Conflict;
  /** Calls back for every later write but those of `createLater`, in order, within the write. Returns what ends it. */
  watch(callback: (event: StoreEvent<V>, table: string) => void): () => void;
  /** The events after the revision that watches heard of, or undefined when they are no longer held. */
  eventsSince(revision: number): StoreEvent<V>[] | undefined;
  /** Makes `lookup(table, index, term)` answer. */
  addIndex(table: string, index: string, rule: IndexRule<V>): void;
  /** Values whose term it is, in the order in which they got it. The list is not changed afterwards. */
  lookup(table: string, index: string, term: string): readonly V[];
}

/** How values are filed in an index. */
export interface IndexRule<V> {
  /** The part of a value that its term depends on: while it stays the very same, so does the term. */
  partOf(value: V): unknown;
  /** The value's term; undefined for values that the index leaves out. */
  termOf(value: V): string | undefined;
}

/** How the store reads and writes the revision of a value. */
export interface StoreOptions<V> {
  /** The value with the revision: a copy, unless nobody else has it. */
  stamp(value: V, revision: number): V;
  /** How many events are held for watches that begin in the past. */
  historyLimit: number;
}

/** A place in a table; it keeps its identity while the value there is replaced. */
interface Entry<V> {
  readonly place: StoreKey;
  readonly key: string;
  readonly table: Table<V>;
  readonly namespaced: Namespaced<V>;
  value: V;
  /** Where each index of the table has filed it. */
  readonly filed: (Filing<V> | undefined)[];
}

/** The entries with one term. */
interface Filing<V> {
  readonly entries: Set<Entry<V>>;
  /** Their values; undefined after a write. */
  list: readonly V[] | undefined;
}

interface Namespaced<V> {
  /** Name → entry. */
  entries: Map<string, Entry<V>>;
  /** The entries by name; undefined after one came or went. */
  order: readonly Entry<V>[] | undefined;
  /** Their values; undefined after a write. */
  sorted: readonly V[] | undefined;
}

interface Index<V> {
  readonly name: string;
  readonly rule: IndexRule<V>;
  /** Its number in the table. */
  readonly at: number;
  readonly terms: Map<string, Filing<V>>;
}

interface Table<V> {
  namespaces: Map<string, Namespaced<V>>;
  /** Key → entry; undefined until somebody looks something up by its key. */
  byKey: Map<string, Entry<V>> | undefined;
  /** The number of entries. */
  size: number;
  /** What was found or made last: what is read is often written next. */
  lastFound: Entry<V> | undefined;
  sorted: readonly V[] | undefined;
  readonly indexes: Index<V>[];
  /** What is still to be made. */
  late: { readonly revision: number; readonly seed: unknown; readonly make: (seed: never) => { key: StoreKey; value: V } }[];
}

const NOTHING: readonly never[] = Object.freeze([]);

/** An empty store at revision 0. */
export function createStore<V extends object>({ stamp, historyLimit }: StoreOptions<V>): Store<V> {
  const tables = new Map<string, Table<V>>();
  let watchers: ((event: StoreEvent<V>, table: string) => void)[] = [];
  /** The last events; the one of revision r stands at r modulo the limit. What is dropped early is collected cheaply. */
  const history: StoreEvent<V>[] = [];
  let revision = 0;
  const pending: StoreEvent<V>[] = [];
  let isDelivering = false;

  const tableOf = (name: string): Table<V> => {
    let table = tables.get(name);
    if (table === undefined) {
      table = { namespaces: new Map(), byKey: undefined, size: 0, lastFound: undefined, sorted: undefined, indexes: [], late: [] };
      tables.set(name, table);
    }
    return table;
  };

  const namespacedOf = (table: Table<V>, namespace: string): Namespaced<V> => {
    let namespaced = table.namespaces.get(namespace);
    if (namespaced === undefined) {
      namespaced = { entries: new Map(), order: undefined, sorted: undefined };
      table.namespaces.set(namespace, namespaced);
    }
    return namespaced;
  };

  /** Puts a first value at its place, another one, or none. */
  const put = (entry: Entry<V>, value: V | undefined, old: V | undefined): void => {
    const { table, namespaced, place: { name } } = entry;
    namespaced.sorted = undefined;
    table.sorted = undefined;
    if (value === undefined || old === undefined) namespaced.order = undefined;
    if (value === undefined) {
      namespaced.entries.delete(name);
      table.byKey?.delete(entry.key);
      table.size--;
      table.lastFound = undefined;
    } else {
      entry.value = value;
      if (old === undefined) {
        namespaced.entries.set(name, entry);
        table.byKey?.set(entry.key, entry);
        table.size++;
      }
    }
    const { indexes } = table;
    for (let at = 0; at < indexes.length; at++) file(indexes[at] as Index<V>, entry, value, old);
  };

  /** Writes are delivered in their order, even when a watcher writes. */
  const publish = (event: StoreEvent<V>): void => {
    history[event.revision % historyLimit] = event;
    if (isDelivering) {
      pending.push(event);
      return;
    }
    isDelivering = true;
    try {
      for (let next: StoreEvent<V> | undefined = event; next !== undefined; next = pending.length === 0 ? undefined : pending.shift()) {
        const told = watchers;
        for (let index = 0; index < told.length; index++) (told[index] as (typeof told)[number])(next, next.table);
      }
    } finally {
      isDelivering = false;
    }
  };

  /** A new entry at a place that is free. */
  const insert = (key: StoreKey, value: V, at: number): Entry<V> => {
    const stored = deepFreeze(stamp(value, at));
    const table = tableOf(key.table);
    const filed: Entry<V>['filed'] = new Array(table.indexes.length);
    const entry: Entry<V> = { place: key, key: key.namespace === '' ? key.name : `${key.namespace}/${key.name}`, table, namespaced: namespacedOf(table, key.namespace), value: stored, filed };
    put(entry, stored, undefined);
    return entry;
  };

  /** The table with all that belongs into it. */
  const tableToRead = (name: string): Table<V> | undefined => {
    const table = tables.get(name);
    if (table === undefined || table.late.length === 0) return table;
    const { late } = table;
    table.late = [];
    for (const { revision: at, seed, make } of late) {
      const { key, value } = make(seed as never);
      if (entryOf(key) === undefined) insert(key, value, at);
    }
    return table;
  };

  const entryOf = ({ table: tableName, namespace, name }: StoreKey): Entry<V> | undefined => {
    const table = tableToRead(tableName);
    if (table === undefined) return undefined;
    const { lastFound } = table;
    if (lastFound !== undefined && lastFound.place.name === name && lastFound.place.namespace === namespace) return lastFound;
    const entry = table.namespaces.get(namespace)?.entries.get(name);
    if (entry !== undefined) table.lastFound = entry;
    return entry;
  };

  const byKeyOf = (table: Table<V>): Map<string, Entry<V>> => {
    if (table.byKey === undefined) {
      table.byKey = new Map();
      for (const { entries } of table.namespaces.values()) for (const entry of entries.values()) table.byKey.set(entry.key, entry);
    }
    return table.byKey;
  };

  return {
    get revision() {
      return revision;
    },
    get: (key) => entryOf(key)?.value,
    getByKey(name, key) {
      const table = tableToRead(name);
      if (table === undefined) return undefined;
      if (table.lastFound?.key === key) return table.lastFound.value;
      const entry = byKeyOf(table).get(key);
      if (entry !== undefined) table.lastFound = entry;
      return entry?.value;
    },
    list(name, namespace) {
      const table = tableToRead(name);
      if (table === undefined) return NOTHING;
      if (namespace !== undefined) {
        const namespaced = table.namespaces.get(namespace);
        return namespaced === undefined ? NOTHING : sortedOf(namespaced);
      }
      table.sorted ??= [...table.namespaces.keys()].sort(compareStrings).flatMap((each) => sortedOf(table.namespaces.get(each) as Namespaced<V>));
      return table.sorted;
    },
    forEach(name, visit) {
      const table = tableToRead(name);
      if (table === undefined) return;
      for (const { entries } of table.namespaces.values()) entries.forEach(({ value }) => visit(value));
    },
    count(name, namespace) {
      const table = tableToRead(name);
      return namespace === undefined ? (table?.size ?? 0) : (table?.namespaces.get(namespace)?.entries.size ?? 0);
    },
    tables: () => [...tables].filter(([, { size, late }]) => size + late.length > 0).map(([name]) => name).sort(compareStrings),
    create(key, value) {
      if (entryOf(key) !== undefined) return 'exists';
      revision++;
      const entry = insert(key, value, revision);
      publish({ type: 'ADDED', table: key.table, key: entry.key, object: entry.value, revision });
      return entry.value;
    },
    createLater(table, seed, make) {
      tableOf(table).late.push({ revision: ++revision, seed, make });
    },
    update(key, value, expected) {
      const entry = entryOf(key);
      if (entry === undefined) return 'missing';
      const old = entry.value;
      if (expected !== undefined && old !== expected) return 'changed';
      revision++;
      const stored = deepFreeze(stamp(value, revision), old);
      put(entry, stored, old);
      publish({ type: 'MODIFIED', table: key.table, key: entry.key, object: stored, old, revision });
      return stored;
    },
    delete(key, expected) {
      const entry = entryOf(key);
      if (entry === undefined) return 'missing';
      const old = entry.value;
      if (expected !== undefined && old !== expected) return 'changed';
      revision++;
      put(entry, undefined, old);
      const last = deepFreeze(stamp(old, revision));
      publish({ type: 'DELETED', table: key.table, key: entry.key, object: last, old, revision });
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
      for (let each = from + 1; each <= revision; each++) {
        const event = history[each % historyLimit];
        if (event?.revision === each) events.push(event);
      }
      return events;
    },
    addIndex(name, indexName, rule) {
      const table = tableOf(name);
      assert(indexOf(table, indexName) === undefined, `index ${indexName} of ${name} exists`);
      const index: Index<V> = { name: indexName, rule, at: table.indexes.length, terms: new Map() };
      table.indexes.push(index);
      for (const { entries } of table.namespaces.values()) for (const entry of entries.values()) file(index, entry, entry.value, undefined);
    },
    lookup(name, indexName, term) {
      const table = tables.get(name);
      const index = table === undefined ? undefined : indexOf(table, indexName);
      assert(index !== undefined, 'an index that nobody added is looked up');
      const filing = index.terms.get(term);
      return filing === undefined ? NOTHING : (filing.list ?? listOf(filing));
    },
  };
}

function sortedOf<V>(namespaced: Namespaced<V>): readonly V[] {
  if (namespaced.sorted !== undefined) return namespaced.sorted;
  namespaced.order ??= [...namespaced.entries.keys()].sort(compareStrings).map((name) => namespaced.entries.get(name) as Entry<V>);
  namespaced.sorted = namespaced.order.map(({ value }) => value);
  return namespaced.sorted;
}

/** A table has a few indexes at most. */
function indexOf<V>({ indexes }: Table<V>, name: string): Index<V> | undefined {
  for (let at = 0; at < indexes.length; at++) if (indexes[at]?.name === name) return indexes[at];
  return undefined;
}

function listOf<V>(filing: Filing<V>): readonly V[] {
  const list: V[] = [];
  filing.entries.forEach(({ value }) => list.push(value));
  filing.list = list;
  return list;
}

/** Files the entry under the term of its new value. */
function file<V>({ rule, at, terms }: Index<V>, entry: Entry<V>, value: V | undefined, old: V | undefined): void {
  const before = entry.filed[at];
  if (before !== undefined) before.list = undefined;
  if (value !== undefined && old !== undefined && rule.partOf(value) === rule.partOf(old)) return;
  const term = value === undefined ? undefined : rule.termOf(value);
  let after = term === undefined ? undefined : terms.get(term);
  if (term !== undefined && after === undefined) terms.set(term, (after = { entries: new Set(), list: undefined }));
  if (before === after) return;
  if (before !== undefined && old !== undefined) {
    before.entries.delete(entry);
    if (before.entries.size === 0) terms.delete(rule.termOf(old) as string);
  }
  entry.filed[at] = after;
  if (after === undefined) return;
  after.entries.add(entry);
  after.list = undefined;
}
