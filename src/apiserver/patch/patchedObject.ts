// Why a patched object is none of its kind: after a strategic merge patch the server converts it field by field instead of decoding its text,
// with words and an order of its own.
// Source: apiserver/pkg/endpoints/handlers/patch.go (applyPatchToObject, jsonPatcher), apimachinery/pkg/runtime/converter.go
import { invalid, type FieldErrors } from '../../api/fieldError.js';
import { rootPath } from '../../api/fieldPath.js';
import { parseQuantity } from '../../api/quantity.js';
import type { Kind } from '../../kinds/kind.js';
import { NODE, structPlan, type TypeNode } from '../../kinds/schema/typePlan.js';
import { compareStrings } from '../../util/compare.js';
import { goJson } from '../../util/goText.js';
import { parseGoTime, RFC3339, RFC3339_MICRO } from '../../util/goTime.js';
import { decodeBytes } from '../decodeBytes.js';
import { invalidObject, type Refusal } from '../refusal.js';
import { goValueText } from './goValue.js';
import { goTypeOf, isMap, own, structNode, type Json } from './patchSchema.js';

/** What the server says of a strategic merge patch whose result is no object of the kind. `decodeError` is shown when conversion finds nothing wrong. */
export function unconvertiblePatch(kind: Kind, { patched, patch, decodeError }: { patched: Json; patch: Json; decodeError: string }): Refusal {
  const unknown: string[] = [];
  const found = kind.definition === undefined ? undefined : conversionError(structNode(kind.definition), patched, '', unknown);
  const strict = unknown.length > 0 ? `strict decoding error: ${unknown.sort(compareStrings).join(', ')}` : undefined;
  return invalidPatch(goValueText(patch), found ?? strict ?? decodeError);
}

/** What the server says of a JSON patch or a merge patch whose result cannot be decoded: it shows the whole result. */
export function undecodablePatch(patched: Json, decodeError: string): Refusal {
  return invalidPatch(goJson(patched), decodeError);
}

/** The server names neither kind nor object here. */
function invalidPatch(shown: string, detail: string): Refusal {
  const errors: FieldErrors = [];
  invalid(errors, rootPath('patch'), shown, detail);
  return invalidObject({ group: '', kind: '' }, '', errors);
}

/** The first value that cannot be converted; unknown fields are collected. */
function conversionError(node: TypeNode, value: unknown, path: string, unknown: string[]): string | undefined {
  if (value === null || value === undefined) return undefined;
  switch (node.kind) {
    case NODE.string: return typeof value === 'string' ? undefined : scalarError(node, value, 'string');
    case NODE.boolean: return typeof value === 'boolean' ? undefined : scalarError(node, value, 'bool');
    case NODE.int32: case NODE.int64: return isInteger(value) ? undefined : scalarError(node, value, node.kind === NODE.int32 ? 'int32' : 'int64');
    case NODE.double: return typeof value === 'number' || typeof value === 'bigint' ? undefined : scalarError(node, value, 'float64');
    case NODE.struct: return isMap(value) ? structError(node.definition, value, path, unknown) : `cannot restore struct from: ${goKindOf(value)}`;
    case NODE.list:
      if (!Array.isArray(value)) return `cannot restore slice from ${goKindOf(value)}`;
      return firstError(value.map((item, index) => [item, `${path}[${index}]`]), node.item, unknown);
    case NODE.map:
      // Keys of maps do not show in the paths of unknown fields.
      if (!isMap(value)) return `cannot restore map from ${goKindOf(value)}`;
      return firstError(Object.values(value).map((item) => [item, path]), node.item, unknown);
    case NODE.bytes: return bytesError(value);
    default: return ownError(node, value);
  }
}

function structError(definition: string, value: Json, path: string, unknown: string[]): string | undefined {
  const { fields } = structPlan(definition);
  const pathOf = (name: string): string => (path === '' ? name : `${path}.${name}`);
  for (const field of fields.values()) {
    const found = conversionError(field.node, own(value, field.name), pathOf(field.name), unknown);
    if (found !== undefined) return found;
  }
  for (const name in value) if (value[name] !== undefined && !fields.has(name)) unknown.push(`unknown field "${pathOf(name)}"`);
  return undefined;
}

function firstError(items: readonly (readonly [unknown, string])[], node: TypeNode | undefined, unknown: string[]): string | undefined {
  for (const [item, path] of items) {
    const found = node === undefined ? undefined : conversionError(node, item, path, unknown);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Go converts integers to strings and floats to integers, so it has other words for those. */
function scalarError(node: TypeNode, value: unknown, goKind: string): string {
  const type = goTypeOf(value);
  const isConvertible = goKind === 'string' ? type === 'int64' : type === 'float64' && (goKind === 'int32' || goKind === 'int64');
  return isConvertible ? `cannot convert ${type} to ${node.goType}` : `unrecognized type: ${goKind}`;
}

/** Types that read their own JSON. */
function ownError(node: TypeNode, value: unknown): string | undefined {
  const type = goTypeOf(value);
  const what = type === 'bool' ? 'bool' : Array.isArray(value) ? 'array' : isMap(value) ? 'object' : `number ${goValueText(value)}`;
  switch (node.kind) {
    case NODE.quantity: {
      const quantity = parseQuantity(typeof value === 'string' || typeof value === 'number' ? String(value) : '?');
      return typeof quantity === 'string' ? quantity : undefined;
    }
    case NODE.intOrString: return type === 'string' || type === 'int64' ? undefined : `json: cannot unmarshal ${what} into Go value of type int32`;
    case NODE.time: case NODE.microTime: {
      if (typeof value !== 'string') return `json: cannot unmarshal ${what.replace(/ .*/, '')} into Go value of type string`;
      const time = parseGoTime(value, node.kind === NODE.time ? RFC3339 : RFC3339_MICRO);
      return typeof time === 'string' ? time : undefined;
    }
    default: return undefined;
  }
}

function bytesError(value: unknown): string | undefined {
  if (typeof value !== 'string') return Array.isArray(value) ? undefined : `cannot restore slice from ${goKindOf(value)}`;
  const bytes = decodeBytes(value);
  return 'text' in bytes ? undefined : `error decoding from json: illegal base64 data at input byte ${bytes.badByte}`;
}

function isInteger(value: unknown): boolean {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}

/** The kind of the value in Go's reflection. */
function goKindOf(value: unknown): string {
  return Array.isArray(value) ? 'slice' : isMap(value) ? 'map' : goTypeOf(value);
}
