// The values CEL expressions compute with, and how JSON enters and leaves that world.
// JSON containers are wrapped, not copied: their elements are converted when an expression looks at them.
// Source: google/cel-go common/types; Kubernetes v1.36.2 apiserver/pkg/cel/common/valuesunstructured.go

import type { JSONSchemaProps, JsonValue } from '../api/types.js';
import { escapeProperty, unescapeProperty } from './propertyNames.js';

/** A failed evaluation; errors are values so that `||`, `&&` and macros can absorb them. */
export interface CelError {
  readonly tag: 'error';
  readonly message: string;
  /** True when the expression is legal but needs something only a real cluster has (an authorizer). */
  readonly isUnevaluable?: boolean;
}

export interface CelUint { readonly tag: 'uint'; readonly value: bigint }
export interface CelBytes { readonly tag: 'bytes'; readonly value: Uint8Array }
/** Nanoseconds since 1970-01-01T00:00:00Z. */
export interface CelTimestamp { readonly tag: 'timestamp'; readonly nanos: bigint }
export interface CelDuration { readonly tag: 'duration'; readonly nanos: bigint }
export interface CelTypeValue { readonly tag: 'type'; readonly name: string }
export interface CelOptional { readonly tag: 'optional'; readonly value: CelValue | undefined }
export interface CelList { readonly tag: 'list'; readonly items: readonly CelValue[] }
/** A map built by an expression; keys are encoded by `mapKey`. */
export interface CelMap { readonly tag: 'map'; readonly entries: ReadonlyMap<string, readonly [CelValue, CelValue]> }
/** A JSON array, with the schema of the array when one is known. */
export interface CelJsonList { readonly tag: 'jsonList'; readonly items: readonly JsonValue[]; readonly schema: JSONSchemaProps | undefined }
/** A JSON object, with its schema when one is known. */
export interface CelJsonMap { readonly tag: 'jsonMap'; readonly object: { readonly [key: string]: JsonValue }; readonly schema: JSONSchemaProps | undefined }
/** A message with lazily computed fields: `request`, `variables`, `Object{}` literals. */
export interface CelStruct { readonly tag: 'struct'; readonly name: string; readonly get: (field: string) => CelValue | undefined; readonly fieldNames: readonly string[] }
/** A value of a library type (`kubernetes.Quantity`, `net.IP`, …); `data` belongs to the library. */
export interface CelOpaque { readonly tag: 'opaque'; readonly name: string; readonly data: unknown }

/** int is bigint, double is number. */
export type CelValue =
  | null | boolean | string | bigint | number
  | CelError | CelUint | CelBytes | CelTimestamp | CelDuration | CelTypeValue | CelOptional
  | CelList | CelMap | CelJsonList | CelJsonMap | CelStruct | CelOpaque;

export const celError = (message: string): CelError => ({ tag: 'error', message });
export const noSuchOverload: CelError = celError('no such overload');
export const isCelError = (value: CelValue): value is CelError => typeof value === 'object' && value !== null && value.tag === 'error';
export const celList = (items: readonly CelValue[]): CelList => ({ tag: 'list', items });
export const noneOptional: CelOptional = { tag: 'optional', value: undefined };
export const someOptional = (value: CelValue): CelOptional => ({ tag: 'optional', value });

const maxInt = 2n ** 63n - 1n;
const minInt = -(2n ** 63n);
export const isInt64 = (value: bigint): boolean => value >= minInt && value <= maxInt;
export const isUint64 = (value: bigint): boolean => value >= 0n && value < 2n ** 64n;

/** The key under which a map literal stores a value, or undefined if the value can't be a key. Equal numbers of different types share a key. */
export function mapKey(value: CelValue): string | undefined {
  switch (typeof value) {
    case 'string': return `s${value}`;
    case 'boolean': return `b${value}`;
    case 'bigint': return `n${value}`;
    case 'number': return Number.isInteger(value) ? `n${BigInt(value)}` : `d${value}`;
    default: return value !== null && value.tag === 'uint' ? `n${value.value}` : undefined;
  }
}

/** The name `type(x)` prints. */
export function typeNameOf(value: CelValue): string {
  switch (typeof value) {
    case 'string': return 'string';
    case 'boolean': return 'bool';
    case 'bigint': return 'int';
    case 'number': return 'double';
    default:
  }
  if (value === null) return 'null_type';
  switch (value.tag) {
    case 'list': case 'jsonList': return 'list';
    case 'map': case 'jsonMap': return 'map';
    case 'timestamp': return 'google.protobuf.Timestamp';
    case 'duration': return 'google.protobuf.Duration';
    case 'optional': return 'optional_type';
    case 'struct': case 'opaque': return value.name;
    default: return value.tag;
  }
}

/** A JSON value as CEL sees it when nothing but the value itself says its type. */
export function fromJson(value: JsonValue | undefined): CelValue {
  switch (typeof value) {
    case 'number': return Number.isInteger(value) ? BigInt(value) : value;
    case 'object':
      if (value === null) return null;
      return Array.isArray(value) ? { tag: 'jsonList', items: value, schema: undefined } : { tag: 'jsonMap', object: value, schema: undefined };
    case 'undefined': return null;
    default: return value;
  }
}

/** A JSON value as CEL sees it through its schema. */
export function fromJsonWithSchema(value: JsonValue, schema: JSONSchemaProps | undefined): CelValue {
  if (schema === undefined) return fromJson(value);
  if (value === null) return schema.nullable === true ? null : celError('invalid data, got null for schema with nullable=false');
  if (schema['x-kubernetes-int-or-string'] === true) {
    if (typeof value === 'string') return value;
    if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
    return celError('invalid data, expected XIntOrString value to be either a string or integer');
  }
  switch (schema.type) {
    case 'object':
      if (typeof value !== 'object' || Array.isArray(value)) return celError('invalid data, expected a map for the provided schema with type=object');
      return { tag: 'jsonMap', object: value, schema };
    case 'array':
      if (!Array.isArray(value)) return celError('invalid data, expected an array for the provided schema with type=array');
      return { tag: 'jsonList', items: value, schema };
    case 'string':
      if (typeof value !== 'string') return celError(`invalid data, expected string, got ${goTypeOf(value)}`);
      return stringWithFormat(value, schema.format);
    case 'number':
      return typeof value === 'number' ? value : celError(`invalid data, expected float, got ${goTypeOf(value)}`);
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : celError(`invalid data, expected int, got ${goTypeOf(value)}`);
    case 'boolean':
      return typeof value === 'boolean' ? value : celError(`invalid data, expected bool, got ${goTypeOf(value)}`);
    default:
      if (schema['x-kubernetes-preserve-unknown-fields'] === true) return fromJson(value);
      return celError(`invalid type, expected object, array, number, integer, boolean or string, or no type with x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got ${schema.type ?? ''}`);
  }
}

function goTypeOf(value: JsonValue): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

function stringWithFormat(text: string, format: string | undefined): CelValue {
  switch (format) {
    case 'duration': return parseDuration(text) ?? celError(`Invalid duration ${text}: time: invalid duration "${text}"`);
    case 'date': return parseTimestamp(`${text}T00:00:00Z`) ?? celError(`Invalid date formatted string ${text}`);
    case 'date-time': return parseTimestamp(text) ?? celError(`Invalid date-time formatted string ${text}`);
    case 'byte': {
      const bytes = decodeBase64(text);
      return bytes === undefined ? celError(`Invalid byte formatted string ${text}: illegal base64 data`) : { tag: 'bytes', value: bytes };
    }
    default: return text;
  }
}

/** The bytes of standard base64 text, or undefined if it is not that. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const bytes: number[] = [];
  let bits = 0;
  let bitCount = 0;
  for (const character of text.replace(/=+$/, '')) {
    bits = (bits << 6) | alphabet.indexOf(character);
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes.push((bits >> bitCount) & 0xff);
      bits &= (1 << bitCount) - 1;
    }
  }
  return Uint8Array.from(bytes);
}

/** Reads RFC 3339; undefined if the text is something else. */
export function parseTimestamp(text: string): CelTimestamp | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return undefined;
  let seconds = daysFromCivil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
  if (match[8] !== undefined) seconds -= (match[8] === '-' ? -1 : 1) * (Number(match[9]) * 3600 + Number(match[10]) * 60);
  const nanos = BigInt((match[7] ?? '').padEnd(9, '0').slice(0, 9));
  return { tag: 'timestamp', nanos: BigInt(seconds) * 1_000_000_000n + nanos };
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar. */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

const durationUnits: Readonly<Record<string, bigint>> = { ns: 1n, us: 1000n, 'µs': 1000n, 'μs': 1000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n };

/** Reads Go's duration syntax (`1h30m`, `-1.5s`); undefined if the text is something else or too large. */
export function parseDuration(text: string): CelDuration | undefined {
  const match = /^([+-]?)(.+)$/.exec(text);
  if (match === null) return undefined;
  if (match[2] === '0') return { tag: 'duration', nanos: 0n };
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(match[2]!)) return undefined;
  let nanos = 0n;
  for (const [, whole, fraction, unit] of match[2]!.matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const scale = durationUnits[unit!]!;
    nanos += BigInt(whole === '' ? '0' : whole!) * scale;
    if (fraction !== '') nanos += (BigInt(fraction!) * scale) / 10n ** BigInt(fraction!.length);
  }
  if (match[1] === '-') nanos = -nanos;
  return isInt64(nanos) ? { tag: 'duration', nanos } : undefined;
}

/** The number of items of a list, or undefined when the value is no list. */
export function listSize(value: CelValue): number | undefined {
  return typeof value === 'object' && value !== null && (value.tag === 'list' || value.tag === 'jsonList') ? value.items.length : undefined;
}

/** One item of a list; the index must be in range. */
export function listItem(list: CelList | CelJsonList, index: number): CelValue {
  if (list.tag === 'list') return list.items[index]!;
  return fromJsonWithSchema(list.items[index]!, list.schema === undefined ? undefined : (list.schema.items as JSONSchemaProps | undefined));
}

/** All items of a list, or undefined when the value is no list. */
export function listItems(value: CelValue): readonly CelValue[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value.tag === 'list') return value.items;
  if (value.tag !== 'jsonList') return undefined;
  const items: CelValue[] = [];
  for (let index = 0; index < value.items.length; index++) items.push(listItem(value, index));
  return items;
}

const objectMetaSchema: JSONSchemaProps = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } };

/** The schema of a property as expressions see it: undefined when they can't see the property. */
function propertySchema(schema: JSONSchemaProps, name: string): JSONSchemaProps | undefined {
  const declared = schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
  if (schema['x-kubernetes-embedded-resource'] === true) {
    if (name === 'kind' || name === 'apiVersion') return { type: 'string' };
    if (name === 'metadata') return declared?.properties?.['name'] !== undefined && declared.properties['generateName'] !== undefined ? declared : objectMetaSchema;
  }
  if (declared !== undefined) return declared;
  if (schema.properties === undefined && typeof schema.additionalProperties === 'object') return schema.additionalProperties;
  return undefined;
}

const hasProperties = (schema: JSONSchemaProps): boolean => schema.properties !== undefined || schema['x-kubernetes-embedded-resource'] === true;

/** The value under a key, or undefined when the map has none. */
export function mapGet(map: CelMap | CelJsonMap, key: CelValue): CelValue | undefined {
  if (map.tag === 'map') {
    const encoded = mapKey(key);
    return encoded === undefined ? undefined : map.entries.get(encoded)?.[1];
  }
  if (typeof key !== 'string') return undefined;
  if (map.schema === undefined) return Object.hasOwn(map.object, key) ? fromJson(map.object[key]) : undefined;
  const name = hasProperties(map.schema) ? unescapeProperty(key) : key;
  if (name === undefined || !Object.hasOwn(map.object, name)) return undefined;
  const schema = propertySchema(map.schema, name);
  return schema === undefined ? undefined : fromJsonWithSchema(map.object[name]!, schema);
}

/** The keys of a map in insertion order of the data, or undefined when the value is no map. */
export function mapKeys(value: CelValue): readonly CelValue[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value.tag === 'map') return Array.from(value.entries.values(), ([key]) => key);
  if (value.tag !== 'jsonMap') return undefined;
  const { schema } = value;
  const names = Object.keys(value.object);
  if (schema === undefined) return names;
  const keys: CelValue[] = [];
  const isObject = hasProperties(schema);
  for (const name of names) {
    if (propertySchema(schema, name) === undefined) continue;
    const key = isObject ? escapeProperty(name) : name;
    if (key !== undefined) keys.push(key);
  }
  return keys;
}

/** A CEL value as plain JSON; undefined for values JSON does not have (types, errors). */
export function toJson(value: CelValue): JsonValue | undefined {
  switch (typeof value) {
    case 'bigint': return Number(value);
    case 'string': case 'boolean': case 'number': return value;
    default:
  }
  if (value === null) return null;
  switch (value.tag) {
    case 'uint': return Number(value.value);
    case 'jsonList': return value.items as JsonValue[];
    case 'jsonMap': return value.object as { [key: string]: JsonValue };
    case 'list': return value.items.map((item) => toJson(item) ?? null);
    case 'map': {
      const object: { [key: string]: JsonValue } = {};
      for (const [key, item] of value.entries.values()) object[String(typeof key === 'object' && key !== null && key.tag === 'uint' ? key.value : key)] = toJson(item) ?? null;
      return object;
    }
    case 'struct': {
      const object: { [key: string]: JsonValue } = {};
      for (const name of value.fieldNames) {
        const field = value.get(name);
        if (field !== undefined) object[name] = toJson(field) ?? null;
      }
      return object;
    }
    case 'optional': return value.value === undefined ? undefined : toJson(value.value);
    case 'timestamp': return formatTimestamp(value.nanos);
    case 'duration': return formatDuration(value.nanos);
    case 'bytes': return encodeBase64(value.value);
    default: return undefined;
  }
}

/** Standard base64 with padding. */
function encodeBase64(bytes: Uint8Array): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const chunk = (bytes[index]! << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    text += alphabet[chunk >> 18]! + alphabet[(chunk >> 12) & 63]!;
    text += index + 1 < bytes.length ? alphabet[(chunk >> 6) & 63]! : '=';
    text += index + 2 < bytes.length ? alphabet[chunk & 63]! : '=';
  }
  return text;
}

/** The calendar parts of a moment in UTC. */
export function civilParts(nanos: bigint): { year: number; month: number; day: number; hour: number; minute: number; second: number; nanosecond: number; dayOfWeek: number; dayOfYear: number } {
  const floorDivide = (a: bigint, b: bigint): bigint => (a >= 0n ? a / b : -((-a + b - 1n) / b));
  const totalSeconds = floorDivide(nanos, 1_000_000_000n);
  const nanosecond = Number(nanos - totalSeconds * 1_000_000_000n);
  const days = Number(floorDivide(totalSeconds, 86400n));
  const secondOfDay = Number(totalSeconds - BigInt(days) * 86400n);
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365);
  const dayOfShiftedYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfShiftedYear + 2) / 153);
  const day = dayOfShiftedYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9);
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return {
    year, month, day, nanosecond,
    hour: Math.floor(secondOfDay / 3600), minute: Math.floor((secondOfDay % 3600) / 60), second: secondOfDay % 60,
    dayOfWeek: (((days + 4) % 7) + 7) % 7, dayOfYear: days - daysFromCivil(year, 1, 1),
  };
}

/** RFC 3339 with as many fraction digits as needed. */
export function formatTimestamp(nanos: bigint): string {
  const { year, month, day, hour, minute, second, nanosecond } = civilParts(nanos);
  const two = (number: number): string => String(number).padStart(2, '0');
  const fraction = nanosecond === 0 ? '' : `.${String(nanosecond).padStart(9, '0').replace(/0+$/, '')}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${fraction}Z`;
}

/** `<seconds>s`, the form `string(duration)` gives. */
export function formatDuration(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = size % 1_000_000_000n;
  return `${sign}${size / 1_000_000_000n}${fraction === 0n ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`}s`;
}
