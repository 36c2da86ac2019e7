// The store: revisions, compare-and-swap, watches, indexes; and that what a watch told adds up to what a list shows.
import { describe, expect, test } from 'vitest';
import { createStore, type Store, type StoreEvent } from '../../src/store/store.js';
import { createRandom } from '../../src/util/random.js';

interface Value {
  name: string;
  group: string;
  revision?: number;
}

const newStore = (historyLimit = 100): Store<Value> => createStore<Value>({ stamp: (value, revision) => ({ ...value, revision }), historyLimit });
const key = (name: string, namespace = 'a'): { table: string; namespace: string; name: string } => ({ table: 'things', namespace, name });

describe('writes', () => {
  test('revisions grow by one each write and stand in the value', () => {
    const store = newStore();
    expect(store.create(key('x'), { name: 'x', group: 'g' })).toEqual({ name: 'x', group: 'g', revision: 1 });
    expect(store.update(key('x'), { name: 'x', group: 'h' })).toEqual({ name: 'x', group: 'h', revision: 2 });
    expect(store.delete(key('x'))).toEqual({ name: 'x', group: 'h', revision: 3 });
    expect(store.revision).toBe(3);
    expect(store.get(key('x'))).toBeUndefined();
  });

  test('a conflict changes nothing and says why', () => {
    const store = newStore();
    store.create(key('x'), { name: 'x', group: 'g' });
    const read = store.get(key('x'));
    store.update(key('x'), { name: 'x', group: 'h' });
    expect(store.create(key('x'), { name: 'x', group: 'i' })).toBe('exists');
    expect(store.update(key('x'), { name: 'x', group: 'i' }, read)).toBe('changed');
    expect(store.delete(key('x'), read)).toBe('changed');
    expect(store.update(key('y'), { name: 'y', group: 'i' })).toBe('missing');
    expect(store.delete(key('y'))).toBe('missing');
    expect(store.revision).toBe(2);
  });

  test('stored values are frozen all through', () => {
    const store = createStore<{ inner: { list: number[] } }>({ stamp: (value) => ({ ...value }), historyLimit: 1 });
    const stored = store.create(key('x'), { inner: { list: [1] } });
    expect(typeof stored === 'object' && Object.isFrozen(stored) && Object.isFrozen(stored.inner) && Object.isFrozen(stored.inner.list)).toBe(true);
  });
});

describe('watches', () => {
  test('a watcher that writes sees the events in the order of the writes, and so does the next one', () => {
    const store = newStore();
    const seen: string[] = [];
    store.watch(({ type, object }) => {
      seen.push(`first ${type} ${object.name}`);
      if (object.name === 'x') store.create(key('y'), { name: 'y', group: 'g' });
    });
    const end = store.watch(({ type, object }) => void seen.push(`second ${type} ${object.name}`));
    store.create(key('x'), { name: 'x', group: 'g' });
    end();
    store.delete(key('y'));
    expect(seen).toEqual(['first ADDED x', 'second ADDED x', 'first ADDED y', 'second ADDED y', 'first DELETED y']);
  });

  test('events are held back to the limit', () => {
    const store = newStore(3);
    for (const name of ['a', 'b', 'c', 'd']) store.create(key(name), { name, group: 'g' });
    expect(store.eventsSince(4)).toEqual([]);
    expect(store.eventsSince(2)?.map(({ object, revision }) => [object.name, revision])).toEqual([['c', 3], ['d', 4]]);
    expect(store.eventsSince(1)?.length).toBe(3);
    expect(store.eventsSince(0)).toBeUndefined();
  });
});

describe('values that are made later', () => {
  test('they take their revisions at once, are made by the first read, and no watch hears of them', () => {
    const store = newStore(3);
    const told: string[] = [];
    let made = 0;
    store.watch(({ object }) => void told.push(object.name));
    store.create(key('a'), { name: 'a', group: 'g' });
    for (const name of ['c', 'b']) {
      store.createLater('things', name, (seed) => {
        made++;
        return { key: key(seed), value: { name: seed, group: '' } };
      });
    }
    expect(store.revision).toBe(3);
    expect(store.tables()).toEqual(['things']);
    expect(store.eventsSince(0)?.map(({ revision }) => revision)).toEqual([1]);
    expect(made).toBe(0);
    expect(store.list('things')).toEqual([{ name: 'a', group: 'g', revision: 1 }, { name: 'b', group: '', revision: 3 }, { name: 'c', group: '', revision: 2 }]);
    expect(made).toBe(2);
    expect(told).toEqual(['a']);
  });

  test.each<[string, (store: Store<Value>) => unknown, unknown]>([
    ['get', (store) => store.get(key('x'))?.revision, 1],
    ['getByKey', (store) => store.getByKey('things', 'a/x')?.revision, 1],
    ['count', (store) => store.count('things'), 1],
    ['a visit', (store) => {
      const seen: string[] = [];
      store.forEach('things', ({ name }) => void seen.push(name));
      return seen;
    }, ['x']],
    ['create', (store) => store.create(key('x'), { name: 'x', group: '' }), 'exists'],
    ['update', (store) => store.update(key('x'), { name: 'x', group: 'h' }), { name: 'x', group: 'h', revision: 2 }],
    ['delete', (store) => store.delete(key('x')), { name: 'x', group: '', revision: 2 }],
  ])('%s finds them', (_name, find, expected) => {
    const store = newStore();
    store.createLater('things', 'x', (name) => ({ key: key(name), value: { name, group: '' } }));
    expect(find(store)).toEqual(expected);
  });

  test('a name that two of them have is the first one\'s', () => {
    const store = newStore();
    for (const group of ['g', 'h']) store.createLater('things', group, (seed) => ({ key: key('x'), value: { name: 'x', group: seed } }));
    expect(store.list('things')).toEqual([{ name: 'x', group: 'g', revision: 1 }]);
  });
});

const seed = Number(process.env['STOWAGE_SEED'] ?? 7);

test(`lists and indexes equal what the watch told (STOWAGE_SEED=${seed})`, () => {
  const random = createRandom(seed);
  const store = newStore();
  store.addIndex('things', 'group', { partOf: ({ group }) => group, termOf: ({ group }) => group || undefined });
  const replayed = new Map<string, Value>();
  store.watch(({ type, object }: StoreEvent<Value>) => {
    if (type === 'DELETED') replayed.delete(object.name);
    else replayed.set(object.name, object);
  });
  for (let step = 0; step < 2000; step++) {
    const name = `n${random.nextInt(60)}`;
    const namespace = `s${Number(name.slice(1)) % 3}`;
    const value = { name, group: ['', 'g', 'h'][random.nextInt(3)] as string };
    const action = random.nextInt(3);
    if (action === 0) store.create(key(name, namespace), value);
    else if (action === 1) store.update(key(name, namespace), value);
    else store.delete(key(name, namespace));
    if (step % 100 !== 0) continue;
    const byPlace = (a: Value, b: Value): number => (Number(a.name.slice(1)) % 3) - (Number(b.name.slice(1)) % 3) || (a.name < b.name ? -1 : 1);
    const expected = [...replayed.values()].sort(byPlace);
    expect(store.list('things')).toEqual(expected);
    expect(store.count('things')).toBe(expected.length);
    expect(store.list('things', 's1')).toEqual(expected.filter((each) => Number(each.name.slice(1)) % 3 === 1));
    for (const group of ['g', 'h']) expect([...store.lookup('things', 'group', group)].sort(byPlace)).toEqual(expected.filter((each) => each.group === group));
  }
});
