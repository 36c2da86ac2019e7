// The values CEL expressions compute with, and how JSON enters and leaves that world.
// JSON containers are wrapped, not copied: their elements are converted when an expression looks at them.
// Source: google/cel-go common/types; Kubernetes v1.36.2 apiserver/pkg/cel/common/valuesunstructured.go

import type { JSONSchemaProps, JsonValue } from '../api/types.js';
import { decodeStrictBase64, encodeBase64 } from '../util/base64.js';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp, type CelDuration, type CelTimestamp } from './celTime.js';
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
      const bytes = decodeStrictBase64(text);
      return bytes === undefined ? celError(`Invalid byte formatted string ${text}: illegal base64 data`) : { tag: 'bytes', value: Uint8Array.from(bytes) };
    }
    default: return text;
  }
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
