// Strings, lists, sets, optionals and maps beyond the core language.
// Source: google/cel-go ext/{strings,lists,sets,comprehensions}.go, cel/library.go (optional types); Kubernetes v1.36.2 apiserver/pkg/cel/library/{lists,regex}.go

import { celCompare, celEquals, listContains } from '../equality.js';
import {
  celError, celList, isCelError, listItems, mapGet, mapKey, mapKeys, noneOptional, someOptional, typeNameOf, type CelError, type CelOptional, type CelValue,
} from '../celValue.js';
import { celFunction, type CelFunction } from '../functionDeclaration.js';
import { compileRe2 } from '../regularExpression.js';
import { formatText } from './formatText.js';
import { orderedTypeNames } from './operators.js';

const isNonZero = (value: CelValue): boolean => {
  if (value === null || value === false || value === '' || value === 0n || value === 0) return false;
  const size = listItems(value)?.length ?? mapKeys(value)?.length;
  return size === undefined || size > 0;
};

const outOfRange = (index: bigint | number): CelError => celError(`index out of range: ${index}`);

function indexOfText(text: string, piece: string, from: bigint): CelValue {
  const [characters, wanted] = [Array.from(text), Array.from(piece)];
  const start = Number(from);
  if (start < 0) return outOfRange(from);
  if (piece === '') return BigInt(Math.min(start, characters.length));
  for (let index = start; index + wanted.length <= characters.length; index++) {
    if (wanted.every((character, offset) => characters[index + offset] === character)) return BigInt(index);
  }
  return -1n;
}

function lastIndexOfText(text: string, piece: string, from: bigint | undefined): CelValue {
  const [characters, wanted] = [Array.from(text), Array.from(piece)];
  if (piece === '' && from === undefined) return BigInt(characters.length);
  if (from === undefined && characters.length < wanted.length) return -1n;
  const start = from === undefined ? characters.length - 1 : Number(from);
  if (start < 0) return outOfRange(start);
  if (piece === '') return BigInt(Math.min(start, characters.length));
  if (start >= characters.length) return -1n;
  for (let index = Math.min(start, characters.length - wanted.length); index >= 0; index--) {
    if (wanted.every((character, offset) => characters[index + offset] === character)) return BigInt(index);
  }
  return -1n;
}

function splitText(text: string, separator: string, limit: bigint): string[] {
  if (limit === 0n) return [];
  const pieces = separator === '' ? Array.from(text) : text.split(separator);
  if (limit < 0n || BigInt(pieces.length) <= limit) return pieces;
  const kept = pieces.slice(0, Number(limit) - 1);
  kept.push(pieces.slice(Number(limit) - 1).join(separator));
  return kept;
}

function replaceText(text: string, old: string, by: string, limit: bigint): string {
  if (limit < 0n) return old === '' ? Array.from(text).reduce((result, character) => result + character + by, by) : text.split(old).join(by);
  let result = '';
  let rest = text;
  for (let count = 0n; count < limit; count++) {
    const index = rest.indexOf(old);
    if (index < 0) break;
    result += rest.slice(0, index) + by;
    rest = rest.slice(index + old.length);
    if (old === '') { result += rest.slice(0, 1); rest = rest.slice(1); if (rest === '' ) break; }
  }
  return result + rest;
}

const text = (value: CelValue | undefined): value is string => typeof value === 'string';

const stringFunctions: readonly CelFunction[] = [
  celFunction('charAt', ['string.(int) string'], ([value, index]) => {
    if (!text(value) || typeof index !== 'bigint') return undefined;
    const characters = Array.from(value);
    return index < 0n || index > BigInt(characters.length) ? outOfRange(index) : (characters[Number(index)] ?? '');
  }),
  celFunction('indexOf', ['string.(string) int', 'string.(string, int) int', 'list<A>.(A) int'], ([value, piece, from]) => {
    if (text(value)) return text(piece) && (from === undefined || typeof from === 'bigint') ? indexOfText(value, piece, from ?? 0n) : undefined;
    const items = listItems(value!);
    return items === undefined || from !== undefined ? undefined : BigInt(items.findIndex((item) => celEquals(item, piece!)));
  }),
  celFunction('lastIndexOf', ['string.(string) int', 'string.(string, int) int', 'list<A>.(A) int'], ([value, piece, from]) => {
    if (text(value)) return text(piece) && (from === undefined || typeof from === 'bigint') ? lastIndexOfText(value, piece, from) : undefined;
    const items = listItems(value!);
    return items === undefined || from !== undefined ? undefined : BigInt(items.findLastIndex((item) => celEquals(item, piece!)));
  }),
  celFunction('lowerAscii', ['string.() string'], ([value]) => (text(value) ? value.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : undefined)),
  celFunction('upperAscii', ['string.() string'], ([value]) => (text(value) ? value.replace(/[a-z]/g, (letter) => letter.toUpperCase()) : undefined)),
  celFunction('trim', ['string.() string'], ([value]) => (text(value) ? value.replace(/^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g, '') : undefined)),
  celFunction('replace', ['string.(string, string) string', 'string.(string, string, int) string'], ([value, old, by, limit]) =>
    (text(value) && text(old) && text(by) && (limit === undefined || typeof limit === 'bigint') ? replaceText(value, old, by, limit ?? -1n) : undefined)),
  celFunction('split', ['string.(string) list<string>', 'string.(string, int) list<string>'], ([value, separator, limit]) =>
    (text(value) && text(separator) && (limit === undefined || typeof limit === 'bigint') ? celList(splitText(value, separator, limit ?? -1n)) : undefined)),
  celFunction('substring', ['string.(int) string', 'string.(int, int) string'], ([value, start, end]) => {
    if (!text(value) || typeof start !== 'bigint' || (end !== undefined && typeof end !== 'bigint')) return undefined;
    const characters = Array.from(value);
    const length = BigInt(characters.length);
    if (end !== undefined && start > end) return celError(`invalid substring range. start: ${start}, end: ${end}`);
    if (start < 0n || start > length) return outOfRange(start);
    if (end !== undefined && (end < 0n || end > length)) return outOfRange(end);
    return characters.slice(Number(start), end === undefined ? undefined : Number(end)).join('');
  }),
  celFunction('format', ['string.(list<dyn>) string'], ([value, args]) => {
    const items = listItems(args!);
    return text(value) && items !== undefined ? formatText(value, items) : undefined;
  }),
  celFunction('strings.quote', ['(string) string'], ([value]) => {
    if (!text(value)) return undefined;
    const escapes: Record<string, string> = { '\u0007': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\', '"': '\\"' };
    return `"${Array.from(value, (character) => escapes[character] ?? character).join('')}"`;
  }),
  celFunction('join', ['list<string>.() string', 'list<string>.(string) string'], ([value, separator]) => {
    const items = listItems(value!);
    if (items === undefined || (separator !== undefined && !text(separator))) return undefined;
    const wrong = items.find((item) => !text(item));
    return wrong === undefined ? items.join(separator ?? '') : celError(`join: invalid input: ${String(wrong)}`);
  }),
  celFunction('find', ['string.(string) string'], ([value, source]) => {
    if (!text(value) || !text(source)) return undefined;
    const { pattern, problem } = compileRe2(source);
    if (pattern === undefined) return celError(`Illegal regex: ${problem}`);
    const matcher = pattern.matcher(value);
    return matcher.find() ? (matcher.group() ?? '') : '';
  }),
  celFunction('findAll', ['string.(string) list<string>', 'string.(string, int) list<string>'], ([value, source, limit]) => {
    if (!text(value) || !text(source) || (limit !== undefined && typeof limit !== 'bigint')) return undefined;
    const { pattern, problem } = compileRe2(source);
    if (pattern === undefined) return celError(`Illegal regex: ${problem}`);
    const found: string[] = [];
    const matcher = pattern.matcher(value);
    while ((limit === undefined || limit < 0n || BigInt(found.length) < limit) && matcher.find()) found.push(matcher.group() ?? '');
    return celList(found);
  }),
];

/** The extreme of a list, or an error. */
function extreme(name: string, wins: (order: number) => boolean): CelFunction {
  return celFunction(name, orderedTypeNames.map((type) => `list<${type}>.() ${type}`), ([value]) => {
    const items = listItems(value!);
    if (items === undefined) return undefined;
    if (items.length === 0) return celError(`${name} called on empty list`);
    let best: CelValue = items[0] ?? null;
    for (const item of items) {
      const order = celCompare(item, best);
      if (typeof order !== 'number') return order;
      if (wins(order)) best = item;
    }
    return best;
  });
}

function sorted(items: readonly CelValue[], keys: readonly CelValue[]): CelValue {
  const [first] = keys;
  for (const key of keys) {
    if (typeof celCompare(key, key) !== 'number') return celError('list elements must be comparable');
    if (typeNameOf(key) !== typeNameOf(first!)) return celError('list elements must have the same type');
  }
  const order = items.map((_, index) => index).sort((a, b) => (celCompare(keys[a]!, keys[b]!) as number) || a - b);
  return celList(order.map((index) => items[index]!));
}

function flatten(items: readonly CelValue[], depth: bigint): CelValue[] {
  return items.flatMap((item) => {
    const inner = listItems(item);
    return inner === undefined || depth < 1n ? [item] : flatten(inner, depth - 1n);
  });
}

function sum(value: CelValue, addition: CelFunction): CelValue | undefined {
  const items = listItems(value);
  if (items === undefined) return undefined;
  let total: CelValue | undefined;
  for (const item of items) {
    const next: CelValue = total === undefined ? item : (addition.evaluate([total, item]) ?? celError('no such overload'));
    if (isCelError(next)) return next;
    total = next;
  }
  return total ?? 0n;
}

/** Lists; `addition` is the operator `+`, which `sum` repeats. */
const listFunctions = (addition: CelFunction): readonly CelFunction[] => [
  celFunction('isSorted', orderedTypeNames.map((type) => `list<${type}>.() bool`), ([value]) => {
    const items = listItems(value!);
    if (items === undefined) return undefined;
    for (let index = 1; index < items.length; index++) {
      const order = celCompare(items[index - 1]!, items[index]!);
      if (typeof order !== 'number') return order;
      if (order > 0) return false;
    }
    return true;
  }),
  celFunction('sum', ['int', 'uint', 'double', 'duration'].map((type) => `list<${type}>.() ${type}`), ([value]) => sum(value!, addition)),
  extreme('max', (order) => order > 0),
  extreme('min', (order) => order < 0),
  celFunction('slice', ['list<T>.(int, int) list<T>'], ([value, start, end]) => {
    const items = listItems(value!);
    if (items === undefined || typeof start !== 'bigint' || typeof end !== 'bigint') return undefined;
    if (start < 0n || end < 0n) return celError(`cannot slice(${start}, ${end}), negative indexes not supported`);
    if (start > end) return celError(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`);
    if (end > BigInt(items.length)) return celError(`cannot slice(${start}, ${end}), list is length ${items.length}`);
    return celList(items.slice(Number(start), Number(end)));
  }),
  celFunction('flatten', ['list<list<T>>.() list<T>', 'list<dyn>.(int) list<dyn>'], ([value, depth]) => {
    const items = listItems(value!);
    if (items === undefined || (depth !== undefined && typeof depth !== 'bigint')) return undefined;
    return depth !== undefined && depth < 0n ? celError('level must be non-negative') : celList(flatten(items, depth ?? 1n));
  }),
  celFunction('sort', orderedTypeNames.map((type) => `list<${type}>.() list<${type}>`), ([value]) => {
    const items = listItems(value!);
    return items === undefined ? undefined : sorted(items, items);
  }),
  celFunction('@sortByAssociatedKeys', orderedTypeNames.map((type) => `list<T>.(list<${type}>) list<T>`), ([value, keys]) => {
    const items = listItems(value!);
    const keyItems = listItems(keys!);
    return items === undefined || keyItems === undefined ? undefined : sorted(items, keyItems);
  }),
  celFunction('lists.range', ['(int) list<int>'], ([count]) => (typeof count === 'bigint' ? celList(Array.from({ length: Math.max(0, Math.min(Number(count), 1_000_000)) }, (_, index) => BigInt(index))) : undefined)),
  celFunction('reverse', ['list<T>.() list<T>'], ([value]) => {
    const items = listItems(value!);
    return items === undefined ? undefined : celList(items.toReversed());
  }),
  celFunction('distinct', ['list<T>.() list<T>'], ([value]) => {
    const items = listItems(value!);
    return items === undefined ? undefined : celList(items.filter((item, index) => items.findIndex((other) => celEquals(other, item)) === index));
  }),
];

const setTest = (name: string, test: (a: readonly CelValue[], b: readonly CelValue[]) => boolean): CelFunction =>
  celFunction(name, ['(list<T>, list<T>) bool'], ([a, b]) => {
    const [left, right] = [listItems(a!), listItems(b!)];
    return left === undefined || right === undefined ? undefined : test(left, right);
  });
const holdsAll = (a: readonly CelValue[], b: readonly CelValue[]): boolean => b.every((item) => listContains(celList(a), item));

const setFunctions: readonly CelFunction[] = [
  setTest('sets.contains', holdsAll),
  setTest('sets.equivalent', (a, b) => holdsAll(a, b) && holdsAll(b, a)),
  setTest('sets.intersects', (a, b) => b.some((item) => listContains(celList(a), item))),
];

const asOptional = (value: CelValue | undefined): CelOptional | undefined => (typeof value === 'object' && value !== null && value.tag === 'optional' ? value : undefined);

const optionalFunctions: readonly CelFunction[] = [
  celFunction('optional.of', ['(V) optional<V>'], ([value]) => someOptional(value!)),
  celFunction('optional.ofNonZeroValue', ['(V) optional<V>'], ([value]) => (isNonZero(value!) ? someOptional(value!) : noneOptional)),
  celFunction('optional.none', ['() optional<V>'], () => noneOptional),
  celFunction('value', ['optional<V>.() V'], ([value]) => {
    const optional = asOptional(value);
    return optional === undefined ? undefined : (optional.value ?? (optional.value === null ? null : celError('optional.none() dereference')));
  }),
  celFunction('hasValue', ['optional<V>.() bool'], ([value]) => (asOptional(value) === undefined ? undefined : asOptional(value)!.value !== undefined)),
  celFunction('or', ['optional<V>.(optional<V>) optional<V>'], () => undefined),
  celFunction('orValue', ['optional<V>.(V) V'], () => undefined),
  celFunction('first', ['list<V>.() optional<V>'], ([value]) => {
    const items = listItems(value!);
    return items === undefined ? undefined : items.length === 0 ? noneOptional : someOptional(items[0]!);
  }),
  celFunction('last', ['list<V>.() optional<V>'], ([value]) => {
    const items = listItems(value!);
    return items === undefined ? undefined : items.length === 0 ? noneOptional : someOptional(items[items.length - 1]!);
  }),
  celFunction('optional.unwrap', ['(list<optional<V>>) list<V>'], ([value]) => unwrapAll(value!)),
  celFunction('unwrapOpt', ['list<optional<V>>.() list<V>'], ([value]) => unwrapAll(value!)),
];

function unwrapAll(value: CelValue): CelValue | undefined {
  return celListOf(listItems(value)?.flatMap((item) => (asOptional(item)?.value === undefined ? [] : [asOptional(item)!.value!])));
}
const celListOf = (items: readonly CelValue[] | undefined): CelValue | undefined => (items === undefined ? undefined : celList(items));

const mapFunctions: readonly CelFunction[] = [
  celFunction('cel.@mapInsert', ['(map<K, V>, K, V) map<K, V>', '(map<K, V>, map<K, V>) map<K, V>'], ([target, key, value]) => {
    const keys = mapKeys(target!);
    if (keys === undefined) return undefined;
    const entries = new Map<string, [CelValue, CelValue]>();
    const insert = (newKey: CelValue, newValue: CelValue): CelError | undefined => {
      const encoded = mapKey(newKey);
      if (encoded === undefined) return celError('no such overload');
      if (entries.has(encoded)) return celError(`insert failed: key ${String(newKey)} already exists`);
      entries.set(encoded, [newKey, newValue]);
      return undefined;
    };
    const map = target as Parameters<typeof mapGet>[0];
    for (const existing of keys) insert(existing, mapGet(map, existing)!);
    if (value !== undefined) return insert(key!, value) ?? { tag: 'map', entries };
    for (const added of mapKeys(key!) ?? []) {
      const failed = insert(added, mapGet(key as Parameters<typeof mapGet>[0], added)!);
      if (failed !== undefined) return failed;
    }
    return { tag: 'map', entries };
  }),
];

/** Everything of this file. */
export const collectionFunctions = (addition: CelFunction): readonly CelFunction[] => [...stringFunctions, ...listFunctions(addition), ...setFunctions, ...optionalFunctions, ...mapFunctions];
