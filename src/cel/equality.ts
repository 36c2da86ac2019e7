// Equality and order of CEL values.
// Source: google/cel-go common/types (Equal, Compare); Kubernetes v1.36.2 apiserver/pkg/cel/common/valuesunstructured.go (list types)

import {
  celError, isCelError, listItem, listItems, listSize, mapGet, mapKeys, noSuchOverload, type CelError, type CelJsonList, type CelValue,
} from './celValue.js';

const numeric = (value: CelValue): bigint | number | undefined =>
  typeof value === 'bigint' || typeof value === 'number' ? value : typeof value === 'object' && value !== null && value.tag === 'uint' ? value.value : undefined;

/** Whether two values are equal; values of different types never are. */
export function celEquals(a: CelValue, b: CelValue): boolean {
  if (a === b) return true;
  const numberA = numeric(a);
  if (numberA !== undefined) {
    const numberB = numeric(b);
    // Mixed bigint and number comparison is exact in JavaScript, as it is in cel-go.
    return numberB !== undefined && numberA == numberB; // eslint-disable-line eqeqeq
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  switch (a.tag) {
    case 'list': case 'jsonList': {
      if (b.tag !== 'list' && b.tag !== 'jsonList') return false;
      if (a.items.length !== b.items.length) return false;
      if (a.tag === 'jsonList' && isUnordered(a)) return sameElements(a, b);
      for (let index = 0; index < a.items.length; index++) if (!celEquals(listItem(a, index), listItem(b, index))) return false;
      return true;
    }
    case 'map': case 'jsonMap': {
      if (b.tag !== 'map' && b.tag !== 'jsonMap') return false;
      const keys = mapKeys(a)!;
      if (keys.length !== mapKeys(b)!.length) return false;
      return keys.every((key) => {
        const other = mapGet(b, key);
        return other !== undefined && celEquals(mapGet(a, key)!, other);
      });
    }
    case 'timestamp': case 'duration': return b.tag === a.tag && a.nanos === b.nanos;
    case 'bytes': return b.tag === 'bytes' && a.value.length === b.value.length && a.value.every((byte, index) => byte === b.value[index]);
    case 'type': return b.tag === 'type' && a.name === b.name;
    case 'optional':
      if (b.tag !== 'optional') return false;
      return a.value === undefined || b.value === undefined ? a.value === b.value : celEquals(a.value, b.value);
    case 'opaque': {
      if (b.tag !== 'opaque' || a.name !== b.name) return false;
      const order = compareOpaque(a.data, b.data);
      return order === 0;
    }
    case 'struct': {
      if (b.tag !== 'struct' || a.name !== b.name) return false;
      return a.fieldNames.length === b.fieldNames.length && a.fieldNames.every((name) => celEquals(a.get(name) ?? null, b.get(name) ?? null));
    }
    default: return false;
  }
}

/** Library values that can be told apart say so by a `compare` function. */
function compareOpaque(a: unknown, b: unknown): number {
  const comparable = a as { compare?: (other: unknown) => number };
  return typeof comparable.compare === 'function' ? comparable.compare(b) : a === b ? 0 : 1;
}

const listTypeOf = (list: CelJsonList): string | undefined => list.schema?.['x-kubernetes-list-type'];
const isUnordered = (list: CelJsonList): boolean => listTypeOf(list) === 'set' || listTypeOf(list) === 'map';

function sameElements(a: CelJsonList, b: CelValue): boolean {
  const others = [...listItems(b)!];
  for (const item of listItems(a)!) {
    const index = others.findIndex((other) => celEquals(item, other));
    if (index < 0) return false;
    others.splice(index, 1);
  }
  return true;
}

/** `a + b` of lists; a list of type set or map merges instead of appending. */
export function addLists(a: CelValue, b: CelValue): CelValue {
  const left = listItems(a)!;
  const right = listItems(b)!;
  if (typeof a !== 'object' || a === null || a.tag !== 'jsonList' || !isUnordered(a)) return { tag: 'list', items: left.concat(right) };
  const merged = [...left];
  const keys: readonly string[] = a.schema?.['x-kubernetes-list-map-keys'] ?? [];
  const sameElement = listTypeOf(a) === 'set'
    ? celEquals
    : (one: CelValue, other: CelValue): boolean => keys.every((key) => celEquals(keyOf(one, key), keyOf(other, key)));
  for (const item of right) {
    const index = merged.findIndex((existing) => sameElement(existing, item));
    if (index < 0) merged.push(item);
    else if (listTypeOf(a) === 'map') merged[index] = item;
  }
  return { tag: 'list', items: merged };
}

const keyOf = (value: CelValue, key: string): CelValue =>
  typeof value === 'object' && value !== null && (value.tag === 'map' || value.tag === 'jsonMap') ? (mapGet(value, key) ?? null) : null;

/** Negative, 0 or positive; an error when the values have no order. */
export function celCompare(a: CelValue, b: CelValue): number | CelError {
  const numberA = numeric(a);
  const numberB = numeric(b);
  if (numberA !== undefined && numberB !== undefined) {
    if (Number.isNaN(numberA) || Number.isNaN(numberB)) return celError('NaN values cannot be ordered');
    return numberA < numberB ? -1 : numberA > numberB ? 1 : 0;
  }
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    if ((a.tag === 'timestamp' && b.tag === 'timestamp') || (a.tag === 'duration' && b.tag === 'duration')) return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
    if (a.tag === 'bytes' && b.tag === 'bytes') {
      for (let index = 0; index < Math.min(a.value.length, b.value.length); index++) if (a.value[index] !== b.value[index]) return a.value[index]! - b.value[index]!;
      return a.value.length - b.value.length;
    }
  }
  return noSuchOverload;
}

/** Go compares the UTF-8 bytes; code unit order differs from that only for surrogates. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    if (a.charCodeAt(index) !== b.charCodeAt(index)) {
      const left = a.codePointAt(index)!;
      const right = b.codePointAt(index)!;
      return left - right;
    }
  }
  return a.length - b.length;
}

/** Whether a list holds a value. */
export function listContains(list: CelValue, value: CelValue): boolean {
  const size = listSize(list) ?? 0;
  for (let index = 0; index < size; index++) {
    const item = listItem(list as CelJsonList, index);
    if (!isCelError(item) && celEquals(item, value)) return true;
  }
  return false;
}

