// The operators, conversions and functions every CEL has.
// Source: google/cel-go common/stdlib/standard.go, common/types

import { strictUtf8Text, utf8Bytes } from '../../util/utf8.js';
import { calendarParts, formatDuration, formatTimestamp, parseDuration, parseTimestamp } from '../celTime.js';
import { addLists, celCompare, celEquals, listContains } from '../equality.js';
import {
  celError, isCelError, isInt64, isUint64, listItem, listSize, mapGet, mapKeys,
  noneOptional, someOptional, typeNameOf, type CelValue,
} from '../celValue.js';
import { celFunction, type CelFunction } from '../functionDeclaration.js';
import { compileRe2, re2Matches } from '../regularExpression.js';

const intOverflow = celError('integer overflow');
const uintOverflow = celError('unsigned integer overflow');
const int = (value: bigint): CelValue => (isInt64(value) ? value : intOverflow);
const uint = (value: bigint): CelValue => (isUint64(value) ? { tag: 'uint', value } : uintOverflow);
const tagOf = (value: CelValue): string => (typeof value === 'object' && value !== null ? value.tag : '');
const uintOf = (value: CelValue): bigint | undefined => (typeof value === 'object' && value !== null && value.tag === 'uint' ? value.value : undefined);
const nanosOf = (value: CelValue): bigint => (value as { nanos: bigint }).nanos;
const isList = (value: CelValue): boolean => tagOf(value) === 'list' || tagOf(value) === 'jsonList';
const isMap = (value: CelValue): boolean => tagOf(value) === 'map' || tagOf(value) === 'jsonMap';
const trunc = (value: number): bigint => BigInt(Math.trunc(value));

const minTimestamp = -62135596800n * 1_000_000_000n;
const maxTimestamp = 253402300799n * 1_000_000_000n + 999_999_999n;
const timestamp = (nanos: bigint): CelValue => (nanos >= minTimestamp && nanos <= maxTimestamp ? { tag: 'timestamp', nanos } : celError('timestamp overflow'));
const duration = (nanos: bigint): CelValue => (isInt64(nanos) ? { tag: 'duration', nanos } : celError('duration overflow'));

function add([a, b]: readonly CelValue[]): CelValue | undefined {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int(a + b);
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (isList(a!) && isList(b!)) return addLists(a!, b!);
  const [left, right] = [uintOf(a!), uintOf(b!)];
  if (left !== undefined && right !== undefined) return uint(left + right);
  const tags = `${tagOf(a!)} ${tagOf(b!)}`;
  if (tags === 'duration duration') return duration(nanosOf(a!) + nanosOf(b!));
  if (tags === 'timestamp duration' || tags === 'duration timestamp') return timestamp(nanosOf(a!) + nanosOf(b!));
  if (tags === 'bytes bytes') return { tag: 'bytes', value: Uint8Array.from([...(a as { value: Uint8Array }).value, ...(b as { value: Uint8Array }).value]) };
  return undefined;
}

function subtract([a, b]: readonly CelValue[]): CelValue | undefined {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int(a - b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [uintOf(a!), uintOf(b!)];
  if (left !== undefined && right !== undefined) return uint(left - right);
  const tags = `${tagOf(a!)} ${tagOf(b!)}`;
  if (tags === 'duration duration' || tags === 'timestamp timestamp') return duration(nanosOf(a!) - nanosOf(b!));
  if (tags === 'timestamp duration') return timestamp(nanosOf(a!) - nanosOf(b!));
  return undefined;
}

function multiply([a, b]: readonly CelValue[]): CelValue | undefined {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int(a * b);
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  const [left, right] = [uintOf(a!), uintOf(b!)];
  return left !== undefined && right !== undefined ? uint(left * right) : undefined;
}

function divide([a, b]: readonly CelValue[]): CelValue | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a / b;
  if (typeof a === 'bigint' && typeof b === 'bigint') return b === 0n ? celError('division by zero') : int(a / b);
  const [left, right] = [uintOf(a!), uintOf(b!)];
  return left !== undefined && right !== undefined ? (right === 0n ? celError('division by zero') : uint(left / right)) : undefined;
}

function modulo([a, b]: readonly CelValue[]): CelValue | undefined {
  if (typeof a === 'bigint' && typeof b === 'bigint') return b === 0n ? celError('modulus by zero') : int(a % b);
  const [left, right] = [uintOf(a!), uintOf(b!)];
  return left !== undefined && right !== undefined ? (right === 0n ? celError('modulus by zero') : uint(left % right)) : undefined;
}

/** `_[_]`: errors are those of cel-go's attribute resolution. */
function indexValue(container: CelValue, key: CelValue): CelValue {
  const missing = (): CelValue => celError(`no such key: ${displayKey(key)}`);
  if (typeof container !== 'object' || container === null) return missing();
  switch (container.tag) {
    case 'map': case 'jsonMap': {
      const found = mapGet(container, key);
      return found === undefined ? missing() : found;
    }
    case 'list': case 'jsonList': {
      const index = asIndex(key);
      if (index === undefined) return celError(`unsupported index type '${typeNameOf(key)}' in list`);
      if (index < 0 || index >= container.items.length) return celError(`index out of bounds: ${index}`);
      return listItem(container, index);
    }
    case 'struct': {
      const found = typeof key === 'string' ? container.get(key) : undefined;
      return found === undefined ? missing() : found;
    }
    case 'optional': {
      if (container.value === undefined) return noneOptional;
      const found = indexValue(container.value, key);
      return isCelError(found) ? noneOptional : someOptional(found);
    }
    case 'error': return container;
    default: return missing();
  }
}

function asIndex(key: CelValue): number | undefined {
  if (typeof key === 'bigint') return Number(key);
  if (typeof key === 'number' && Number.isInteger(key)) return key;
  const unsigned = uintOf(key);
  return unsigned === undefined ? undefined : Number(unsigned);
}

const displayKey = (key: CelValue): string => (typeof key === 'object' && key !== null ? (key.tag === 'uint' ? String(key.value) : key.tag) : String(key));

/** `_[?_]` and `_?._`. */
export function optionalIndex(container: CelValue, key: CelValue): CelValue {
  if (tagOf(container) === 'optional') {
    const inner = (container as { value: CelValue | undefined }).value;
    return inner === undefined ? noneOptional : optionalIndex(inner, key);
  }
  const found = indexValue(container, key);
  if (isCelError(found)) return /^(no such key|index out of bounds)/.test(found.message) ? noneOptional : found;
  return someOptional(found);
}

const comparison = (holds: (order: number) => boolean): CelFunction['evaluate'] => ([a, b]) => {
  const order = celCompare(a!, b!);
  if (typeof order === 'number') return holds(order);
  return canBeOrdered(a!) ? order : undefined;
};
const canBeOrdered = (value: CelValue): boolean => typeof value !== 'object' || ['uint', 'timestamp', 'duration', 'bytes'].includes(tagOf(value));

const ordered = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'];
const orderSignatures = [
  '(bool, bool) bool', '(int, int) bool', '(int, double) bool', '(int, uint) bool', '(uint, uint) bool', '(uint, double) bool', '(uint, int) bool',
  '(double, double) bool', '(double, int) bool', '(double, uint) bool', '(string, string) bool', '(bytes, bytes) bool', '(timestamp, timestamp) bool', '(duration, duration) bool',
];

function contains([container, value]: readonly CelValue[]): CelValue | undefined {
  if (isList(container!)) return listContains(container!, value!);
  if (isMap(container!)) return mapGet(container as Parameters<typeof mapGet>[0], value!) !== undefined;
  return undefined;
}

function size([value]: readonly CelValue[]): CelValue | undefined {
  if (typeof value === 'string') {
    let count = value.length;
    for (let index = 0; index < value.length; index++) if (value.charCodeAt(index) >= 0xd800 && value.charCodeAt(index) < 0xdc00) count--;
    return BigInt(count);
  }
  const items = listSize(value!);
  if (items !== undefined) return BigInt(items);
  if (isMap(value!)) return BigInt(mapKeys(value!)!.length);
  return tagOf(value!) === 'bytes' ? BigInt((value as { value: Uint8Array }).value.length) : undefined;
}

function toInt([value]: readonly CelValue[]): CelValue | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isFinite(value) && value > -(2 ** 63) && value < 2 ** 63 ? trunc(value) : intOverflow;
  if (typeof value === 'string') return /^[+-]?\d+$/.test(value) && isInt64(BigInt(value.replace(/^\+/, ''))) ? BigInt(value.replace(/^\+/, '')) : conversionProblem(value, /^[+-]?\d+$/.test(value));
  const unsigned = uintOf(value!);
  if (unsigned !== undefined) return int(unsigned);
  if (tagOf(value!) === 'timestamp') return nanosOf(value!) / 1_000_000_000n - (nanosOf(value!) < 0n && nanosOf(value!) % 1_000_000_000n !== 0n ? 1n : 0n);
  if (tagOf(value!) === 'duration') return nanosOf(value!);
  return undefined;
}
const conversionProblem = (text: string, isRange: boolean, call = 'ParseInt'): CelValue => celError(`strconv.${call}: parsing ${JSON.stringify(text)}: ${isRange ? 'value out of range' : 'invalid syntax'}`);

function toUint([value]: readonly CelValue[]): CelValue | undefined {
  if (uintOf(value!) !== undefined) return value;
  if (typeof value === 'bigint') return uint(value);
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 && value < 2 ** 64 ? uint(trunc(value)) : uintOverflow;
  if (typeof value === 'string') return /^\d+$/.test(value) && isUint64(BigInt(value)) ? { tag: 'uint', value: BigInt(value) } : conversionProblem(value, /^\d+$/.test(value), 'ParseUint');
  return undefined;
}

function toDouble([value]: readonly CelValue[]): CelValue | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') {
    if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) return Number(value);
    if (/^[+-]?(inf|infinity)$/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity;
    if (/^nan$/i.test(value)) return NaN;
    return conversionProblem(value, false, 'ParseFloat');
  }
  const unsigned = uintOf(value!);
  return unsigned === undefined ? undefined : Number(unsigned);
}

/** A double as Go's `%g` with the shortest exact digits prints it. */
function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -4 && exponent < 21) return value.toString().includes('e') ? value.toFixed(20).replace(/0+$/, '') : String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

function toText([value]: readonly CelValue[]): CelValue | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return formatDouble(value);
  const unsigned = uintOf(value!);
  if (unsigned !== undefined) return String(unsigned);
  switch (tagOf(value!)) {
    case 'timestamp': return formatTimestamp(nanosOf(value!));
    case 'duration': return formatDuration(nanosOf(value!));
    case 'bytes': return strictUtf8Text((value as { value: Uint8Array }).value) ?? celError('invalid UTF-8 in bytes, cannot convert to string');
    default: return undefined;
  }
}

const timePart = (name: string, part: (parts: ReturnType<typeof calendarParts>) => number, ofDuration?: (nanos: bigint) => bigint): CelFunction =>
  celFunction(name, ['timestamp.() int', 'timestamp.(string) int', ...(ofDuration === undefined ? [] : ['duration.() int'])], ([value, zone]) => {
    if (tagOf(value!) === 'duration') return ofDuration?.(nanosOf(value!));
    if (tagOf(value!) !== 'timestamp') return undefined;
    const shift = zone === undefined ? 0n : zoneShift(zone);
    return shift === undefined ? celError(`unknown time zone ${String(zone)}`) : BigInt(part(calendarParts(nanosOf(value!) + shift)));
  });

/** Nanoseconds east of UTC; only UTC and fixed offsets are known. */
function zoneShift(zone: CelValue): bigint | undefined {
  if (zone === 'UTC' || zone === 'Z' || zone === '') return 0n;
  const match = typeof zone === 'string' ? /^([+-]?)(\d\d):(\d\d)$/.exec(zone) : null;
  if (match === null) return undefined;
  const minutes = BigInt(Number(match[2]) * 60 + Number(match[3]));
  return (match[1] === '-' ? -minutes : minutes) * 60_000_000_000n;
}

const textTest = (name: string, test: (text: string, piece: string) => boolean): CelFunction =>
  celFunction(name, ['string.(string) bool'], ([text, piece]) => (typeof text === 'string' && typeof piece === 'string' ? test(text, piece) : undefined));

/** What the language itself declares. Logical operators and `_?:_` are evaluated by the evaluator, which needs them lazy. */
export const standardFunctions: readonly CelFunction[] = [
  celFunction('_?_:_', ['(bool, A, A) A'], () => undefined),
  celFunction('_&&_', ['(bool, bool) bool'], () => undefined),
  celFunction('_||_', ['(bool, bool) bool'], () => undefined),
  celFunction('@not_strictly_false', ['(bool) bool'], () => undefined),
  celFunction('!_', ['(bool) bool'], ([value]) => (typeof value === 'boolean' ? !value : undefined)),
  celFunction('_==_', ['(A, A) bool'], ([a, b]) => celEquals(a!, b!)),
  celFunction('_!=_', ['(A, A) bool'], ([a, b]) => !celEquals(a!, b!)),
  celFunction('_+_', ['(bytes, bytes) bytes', '(double, double) double', '(duration, duration) duration', '(duration, timestamp) timestamp', '(timestamp, duration) timestamp', '(int, int) int', '(list<A>, list<A>) list<A>', '(string, string) string', '(uint, uint) uint'], add),
  celFunction('_/_', ['(double, double) double', '(int, int) int', '(uint, uint) uint'], divide),
  celFunction('_%_', ['(int, int) int', '(uint, uint) uint'], modulo),
  celFunction('_*_', ['(double, double) double', '(int, int) int', '(uint, uint) uint'], multiply),
  celFunction('-_', ['(double) double', '(int) int'], ([value]) => (typeof value === 'bigint' ? int(-value) : typeof value === 'number' ? -value : undefined)),
  celFunction('_-_', ['(double, double) double', '(duration, duration) duration', '(int, int) int', '(timestamp, duration) timestamp', '(timestamp, timestamp) duration', '(uint, uint) uint'], subtract),
  celFunction('_<_', orderSignatures, comparison((order) => order < 0)),
  celFunction('_<=_', orderSignatures, comparison((order) => order <= 0)),
  celFunction('_>_', orderSignatures, comparison((order) => order > 0)),
  celFunction('_>=_', orderSignatures, comparison((order) => order >= 0)),
  celFunction('_[_]', ['(list<A>, int) A', '(map<A, B>, A) B', '(optional<list<V>>, int) optional<V>', '(optional<map<K, V>>, K) optional<V>'], ([container, key]) => indexValue(container!, key!)),
  celFunction('_[?_]', ['(list<V>, int) optional<V>', '(optional<list<V>>, int) optional<V>', '(map<K, V>, K) optional<V>', '(optional<map<K, V>>, K) optional<V>'], ([container, key]) => optionalIndex(container!, key!)),
  celFunction('@in', ['(A, list<A>) bool', '(A, map<A, B>) bool'], ([value, container]) => contains([container!, value!])),
  celFunction('size', ['(bytes) int', 'bytes.() int', '(list<A>) int', 'list<A>.() int', '(map<A, B>) int', 'map<A, B>.() int', '(string) int', 'string.() int'], size),
  celFunction('type', ['(A) type<A>'], ([value]) => ({ tag: 'type', name: typeNameOf(value!) })),
  celFunction('bool', ['(bool) bool', '(string) bool'], ([value]) => {
    if (typeof value === 'boolean') return value;
    if (typeof value !== 'string') return undefined;
    if (['1', 't', 'true', 'TRUE', 'True', 'T'].includes(value)) return true;
    return ['0', 'f', 'false', 'FALSE', 'False', 'F'].includes(value) ? false : conversionProblem(value, false, 'ParseBool');
  }),
  celFunction('bytes', ['(bytes) bytes', '(string) bytes'], ([value]) => (tagOf(value!) === 'bytes' ? value : typeof value === 'string' ? { tag: 'bytes', value: Uint8Array.from(utf8Bytes(value)) } : undefined)),
  celFunction('double', ['(double) double', '(int) double', '(string) double', '(uint) double'], toDouble),
  celFunction('duration', ['(duration) duration', '(int) duration', '(string) duration'], ([value]) => {
    if (tagOf(value!) === 'duration') return value;
    if (typeof value === 'bigint') return duration(value);
    return typeof value === 'string' ? (parseDuration(value) ?? celError(`time: invalid duration ${JSON.stringify(value)}`)) : undefined;
  }),
  celFunction('dyn', ['(A) dyn'], ([value]) => value),
  celFunction('int', ['(int) int', '(double) int', '(duration) int', '(string) int', '(timestamp) int', '(uint) int'], toInt),
  celFunction('string', ['(string) string', '(bool) string', '(bytes) string', '(double) string', '(duration) string', '(int) string', '(timestamp) string', '(uint) string'], toText),
  celFunction('timestamp', ['(timestamp) timestamp', '(int) timestamp', '(string) timestamp'], ([value]) => {
    if (tagOf(value!) === 'timestamp') return value;
    if (typeof value === 'bigint') return timestamp(value * 1_000_000_000n);
    return typeof value === 'string' ? (parseTimestamp(value) ?? celError(`parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse`)) : undefined;
  }),
  celFunction('uint', ['(uint) uint', '(double) uint', '(int) uint', '(string) uint'], toUint),
  textTest('contains', (text, piece) => text.includes(piece)),
  textTest('endsWith', (text, piece) => text.endsWith(piece)),
  textTest('startsWith', (text, piece) => text.startsWith(piece)),
  celFunction('matches', ['(string, string) bool', 'string.(string) bool'], ([text, source]) => {
    if (typeof text !== 'string' || typeof source !== 'string') return undefined;
    const { pattern, problem } = compileRe2(source);
    return pattern === undefined ? celError(problem) : re2Matches(pattern, text);
  }),
  timePart('getFullYear', (parts) => parts.year),
  timePart('getMonth', (parts) => parts.month - 1),
  timePart('getDayOfYear', (parts) => parts.dayOfYear),
  timePart('getDayOfMonth', (parts) => parts.day - 1),
  timePart('getDate', (parts) => parts.day),
  timePart('getDayOfWeek', (parts) => parts.dayOfWeek),
  timePart('getHours', (parts) => parts.hour, (nanos) => nanos / 3_600_000_000_000n),
  timePart('getMinutes', (parts) => parts.minute, (nanos) => nanos / 60_000_000_000n),
  timePart('getSeconds', (parts) => parts.second, (nanos) => nanos / 1_000_000_000n),
  timePart('getMilliseconds', (parts) => Math.floor(parts.nanosecond / 1e6), (nanos) => (nanos / 1_000_000n) % 1000n),
];

/** The types whose lists can be sorted, summed up and searched for extremes. */
export const orderedTypeNames: readonly string[] = ordered;
