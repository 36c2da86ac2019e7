// From the JSON of a request to the object of the API, as Go's strict decoder reads it.
// Source: apimachinery/pkg/runtime/serializer/json/json.go, sigs.k8s.io/json
import type { KubernetesObject } from '../api/meta.js';
import { parseQuantity } from '../api/quantity.js';
import type { Kind } from '../kinds/kind.js';
import { LATEST_MINOR } from '../kinds/schema/versions.js';
import { NODE, planOf, structPlan, type FieldPlan, type StructPlan, type TypeNode } from '../kinds/schema/typePlan.js';
import { decodeBytes } from './decodeBytes.js';
import { encodeBase64 } from '../util/base64.js';
import { goQuote } from '../util/goText.js';
import { formatGoTime, parseGoTime, RFC3339, RFC3339_MICRO } from '../util/goTime.js';
import { deepCopy } from '../util/objects.js';
import { badRequest, type Refusal } from './refusal.js';

/** How unknown and duplicate fields are met: refused, warned of, or dropped. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** The decoded object, sharing nothing with the input, and the warnings; or the refusal, and the decoder's own words. */
export type Decoded = { object: KubernetesObject; warnings: string[] } | { refusal: Refusal; error: string };

/** A map of JSON values. */
type Json = Record<string, unknown>;

/** One step of the way down: a field, a map's key or a list's index. */
type Step = FieldPlan | string | number;

/** The way down and what was found on it. One state is enough: decoding is not re-entrant. */
interface DecodeState {
  readonly steps: Step[];
  /** The structs that declare the fields among the steps, in parallel to `steps`. */
  readonly owners: (StructPlan | undefined)[];
  depth: number;
  unknown: string[];
  isStrict: boolean;
  /** The minor version to judge by: later fields are unknown. */
  minor: number;
  /** The first type error; later ones do not count. */
  typeError: string | undefined;
  /** An error of a type that decodes itself: ends decoding and hides the type error. */
  fatal: string | undefined;
}

const MAX_STRICT_ERRORS = 100;
const INT32_MAX = 2147483647;
const INT32_MIN = -2147483648;
const INT64_LIMIT = 2 ** 63;
const ABSENT = Symbol('absent');

const state: DecodeState = { steps: [], owners: [], depth: 0, unknown: [], isStrict: true, minor: LATEST_MINOR, typeError: undefined, fatal: undefined };

/** Decodes the body of a request for the kind. Of a custom resource only the metadata is typed: its own schema judges the rest. */
export function decode(kind: Kind, body: unknown, { fieldValidation, minor = LATEST_MINOR }: { fieldValidation: FieldValidation; minor?: number }): Decoded {
  state.minor = minor;
  if (kind.definition === undefined) return decodeCustomResource(kind, body as Json, fieldValidation);
  state.depth = 0;
  state.unknown = [];
  state.isStrict = fieldValidation !== 'Ignore';
  state.typeError = undefined;
  state.fatal = undefined;
  const object = decodeStruct(structPlan(kind.definition), body as Json) as unknown as KubernetesObject;
  const error = state.fatal ?? state.typeError ?? (fieldValidation === 'Strict' && state.unknown.length > 0 ? `strict decoding error: ${state.unknown.join(', ')}` : undefined);
  if (error !== undefined) return undecodable(kind, error);
  return { object, warnings: fieldValidation === 'Warn' ? state.unknown : [] };
}

function undecodable({ kind, version }: Kind, error: string): Decoded {
  return { refusal: badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${error}`), error };
}

/** Source: apiextensions-apiserver/pkg/apiserver/customresource_handler.go (schemaCoercingDecoder, unstructuredSchemaCoercer) */
function decodeCustomResource(kind: Kind, body: Json, fieldValidation: FieldValidation): Decoded {
  const failed = (error: string): Decoded => undecodable(kind, error);
  const { metadata, ...rest } = body;
  const object = deepCopy(rest) as Json;
  object['metadata'] = {};
  let unknown: string[] = [];
  if (metadata !== undefined && metadata !== null) {
    if (typeof metadata !== 'object' || Array.isArray(metadata)) {
      const found = typeof metadata === 'boolean' ? 'bool' : Array.isArray(metadata) ? 'array' : typeof metadata;
      return failed(`json: cannot unmarshal ${found} into Go value of type v1.ObjectMeta`);
    }
    state.depth = 0;
    state.unknown = [];
    state.isStrict = fieldValidation !== 'Ignore';
    state.typeError = undefined;
    state.fatal = undefined;
    object['metadata'] = decodeStruct(structPlan('ObjectMeta'), metadata as Json);
    const error = state.fatal ?? state.typeError;
    if (error !== undefined) return failed(error);
    unknown = state.unknown.map((text) => text.replace('unknown field "', 'unknown field "metadata.'));
  }
  const dropped = kind.dropUnknownFields?.(object as unknown as KubernetesObject) ?? [];
  if (fieldValidation !== 'Ignore') unknown.push(...dropped.map((path) => `unknown field "${path}"`));
  if (fieldValidation === 'Strict' && unknown.length > 0) return failed(`strict decoding error: ${unknown.join(', ')}`);
  return { object: object as unknown as KubernetesObject, warnings: fieldValidation === 'Warn' ? unknown : [] };
}

function decodeStruct(plan: StructPlan, value: Json): Json {
  const out: Json = {};
  const { depth } = state;
  for (const name in value) {
    const field = plan.fields.get(name);
    if (field === undefined || field.since > state.minor) {
      if (state.isStrict && value[name] !== undefined) noteUnknown(name, depth);
      continue;
    }
    const item = value[name];
    if (item === null || item === undefined) continue;
    state.steps[depth] = field;
    state.owners[depth] = plan;
    state.depth = depth + 1;
    const decoded = decodeValue(field.node, item);
    if (state.fatal !== undefined) return out;
    if (decoded !== ABSENT && !(field.mode === 'omitEmpty' && (decoded === '' || decoded === 0 || decoded === false) && field.node.kind <= NODE.double)) out[name] = decoded;
  }
  state.depth = depth;
  const { structFields } = plan;
  for (let index = 0; index < structFields.length; index++) {
    const field = structFields[index] as FieldPlan;
    if (out[field.name] === undefined) out[field.name] = emptyStruct(planOf(field.node));
  }
  return out;
}

/** A struct of which nothing was said: the structs it holds by value are there. */
function emptyStruct(plan: StructPlan): Json {
  const out: Json = {};
  for (const field of plan.structFields) out[field.name] = emptyStruct(planOf(field.node));
  return out;
}

function decodeValue(node: TypeNode, value: unknown): unknown {
  switch (node.kind) {
    case NODE.string:
      return typeof value === 'string' ? value : typeError(value, node, false);
    case NODE.boolean:
      return typeof value === 'boolean' ? value : typeError(value, node, false);
    case NODE.int32:
      if (typeof value === 'number' && Number.isInteger(value) && value <= INT32_MAX && value >= INT32_MIN) return value === 0 ? 0 : value;
      return typeError(value, node, true);
    case NODE.int64:
      if (typeof value === 'number' && Number.isInteger(value) && value < INT64_LIMIT && value >= -INT64_LIMIT) return value === 0 ? 0 : value;
      if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return value;
      return typeError(value, node, true);
    case NODE.double:
      return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : typeError(value, node, true);
    case NODE.struct:
      if (typeof value !== 'object' || Array.isArray(value)) return typeError(value, node, false);
      return decodeStruct(planOf(node), value as Json);
    case NODE.list:
      return Array.isArray(value) ? decodeList(node.item as TypeNode, value) : typeError(value, node, false);
    case NODE.map:
      if (typeof value !== 'object' || Array.isArray(value)) return typeError(value, node, false);
      return decodeMap(node.item as TypeNode, value as Json);
    case NODE.quantity:
      return decodeQuantity(value);
    case NODE.intOrString:
      if (typeof value === 'string') return value;
      if (typeof value === 'number' && Number.isInteger(value) && value <= INT32_MAX && value >= INT32_MIN) return value;
      return fatal(typeErrorText(value, 'int32', true));
    case NODE.time:
      return decodeTime(value, RFC3339);
    case NODE.microTime:
      return decodeTime(value, RFC3339_MICRO);
    case NODE.bytes:
      return decodeBytesOf(node, value);
    case NODE.raw:
      return deepCopy(value);
    default:
      return decodeSchemaChoice(node, value);
  }
}

function decodeList(item: TypeNode, values: readonly unknown[]): unknown[] {
  const out: unknown[] = new Array(values.length);
  const { depth } = state;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value === null || value === undefined) {
      out[index] = zeroOf(item);
      continue;
    }
    state.steps[depth] = index;
    state.depth = depth + 1;
    const decoded = decodeValue(item, value);
    if (state.fatal !== undefined) return out;
    out[index] = decoded === ABSENT ? zeroOf(item) : decoded;
  }
  state.depth = depth;
  return out;
}

function decodeMap(item: TypeNode, value: Json): Json {
  const out: Json = {};
  const { depth } = state;
  for (const key in value) {
    const entry = value[key];
    if (entry === undefined) continue;
    state.steps[depth] = key;
    state.depth = depth + 1;
    const decoded = entry === null ? zeroOf(item) : decodeValue(item, entry);
    if (state.fatal !== undefined) return out;
    const kept = decoded === ABSENT ? zeroOf(item) : decoded;
    if (key === '__proto__') Object.defineProperty(out, key, { value: kept, enumerable: true, configurable: true, writable: true });
    else out[key] = kept;
  }
  state.depth = depth;
  return out;
}

/** What null leaves in a list or a map. */
function zeroOf(node: TypeNode): unknown {
  switch (node.kind) {
    case NODE.string: case NODE.bytes: return '';
    case NODE.boolean: return false;
    case NODE.int32: case NODE.int64: case NODE.double: case NODE.intOrString: return 0;
    case NODE.quantity: return '0';
    case NODE.struct: return emptyStruct(planOf(node));
    case NODE.list: return [];
    case NODE.map: return {};
    default: return null;
  }
}

function decodeQuantity(value: unknown): unknown {
  const text = typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'bigint' ? numberText(value) : '?';
  const quantity = parseQuantity(text);
  return typeof quantity === 'string' ? fatal(quantity) : quantity.text;
}

function decodeTime(value: unknown, layout: string): unknown {
  if (typeof value !== 'string') return fatal(typeErrorText(value, 'string', false));
  const time = parseGoTime(value, layout);
  return typeof time === 'string' ? fatal(time) : formatGoTime(time, layout === RFC3339_MICRO);
}

function decodeBytesOf(node: TypeNode, value: unknown): unknown {
  if (Array.isArray(value)) return decodeByteList(value);
  if (typeof value !== 'string') return typeError(value, node, false);
  const bytes = decodeBytes(value);
  if ('text' in bytes) return bytes.text;
  state.typeError ??= `illegal base64 data at input byte ${bytes.badByte}`;
  return ABSENT;
}

/** A list of numbers is a list of bytes. */
function decodeByteList(values: readonly unknown[]): unknown {
  const bytes: number[] = [];
  for (const value of values) {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255) bytes.push(value);
    else if (value !== null && value !== undefined) state.typeError ??= typeErrorText(value, 'uint8', true);
    else bytes.push(0);
  }
  return encodeBase64(bytes);
}

/**
 * The types of a CRD's schema that hold either a schema or something simpler decode themselves, and not strictly.
 * Source: apiextensions-apiserver/pkg/apis/apiextensions/v1/marshal.go
 */
function decodeSchemaChoice(node: TypeNode, value: unknown): unknown {
  const wasStrict = state.isStrict;
  const schema: TypeNode = { kind: NODE.struct, goType: 'v1.JSONSchemaProps', definition: 'JSONSchemaProps', item: undefined };
  state.isStrict = false;
  let decoded: unknown = ABSENT;
  if (typeof value === 'object' && !Array.isArray(value)) decoded = decodeValue(schema, value);
  else if (node.kind === NODE.schemaOrBool) decoded = typeof value === 'boolean' ? value : fatal('boolean or JSON schema expected');
  else if (Array.isArray(value)) {
    const item: TypeNode = node.kind === NODE.schemaOrArray ? schema : { kind: NODE.string, goType: 'string', definition: '', item: undefined };
    decoded = decodeList(item, value);
  }
  state.isStrict = wasStrict;
  return decoded;
}

function noteUnknown(name: string, depth: number): void {
  if (state.unknown.length >= MAX_STRICT_ERRORS) return;
  let path = '';
  for (let at = 0; at < depth; at++) {
    const step = state.steps[at] as Step;
    if (typeof step === 'number') path += `[${step}]`;
    else path += `${path === '' ? '' : '.'}${typeof step === 'string' ? step : step.name}`;
  }
  const text = `unknown field ${goQuote(path === '' ? name : `${path}.${name}`)}`;
  if (!state.unknown.includes(text)) state.unknown.push(text);
}

function typeError(value: unknown, node: TypeNode, namesNumber: boolean): typeof ABSENT {
  state.typeError ??= typeErrorText(value, node.goType, namesNumber);
  return ABSENT;
}

function fatal(text: string): typeof ABSENT {
  state.fatal ??= text;
  return ABSENT;
}

function typeErrorText(value: unknown, goType: string, namesNumber: boolean): string {
  const what = Array.isArray(value) ? 'array' : typeof value === 'object' ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string'
    : namesNumber ? `number ${numberText(value as number | bigint)}` : 'number';
  const segments: string[] = [];
  let owner: StructPlan | undefined;
  for (let at = 0; at < state.depth; at++) {
    const step = state.steps[at] as Step;
    if (typeof step !== 'object') continue;
    segments.push(step.segments);
    owner = state.owners[at];
  }
  return `json: cannot unmarshal ${what} into Go ${owner === undefined ? 'value' : `struct field ${owner.goName}.${segments.join('.')}`} of type ${goType}`;
}

function numberText(value: number | bigint): string {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);
}
