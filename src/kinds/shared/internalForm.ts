// Objects as Go's internal structs print them in error messages: Go's field names, every field present, in the order of the struct.
// Source: pkg/apis/core/types.go and its siblings (structs without JSON tags)
import { asJson, type JsonPrinted } from '../../api/fieldError.js';
import { sortedKeys } from '../../util/compare.js';

/**
 * How a field prints: 'string', 'int' and 'bool' have Go's zero value when absent, 'quantity' prints "0"; 'nullable' (pointers, slices, maps
 * of plain values) prints null; a LabelSelector prints as its JSON form; 'templateMeta' is an embedded metadata that holds no more than labels
 * and annotations, which stand among the fields of its owner.
 */
export type GoType = 'string' | 'int' | 'bool' | 'quantity' | 'nullable' | 'labelSelector' | 'templateMeta' | { struct: GoLayout } | { pointer: GoLayout } | { list: GoLayout } | { inline: GoLayout };

/** A struct: Go's name of the field, its JSON name, its type; in the order of declaration. */
export type GoLayout = readonly (readonly [goName: string, jsonName: string, type: GoType])[];

type Fields = Record<string, unknown>;

/** The value in the shape the internal struct prints; keys stand in their final order. */
export function internalForm(layout: GoLayout, value: unknown): Fields {
  const from = (value ?? {}) as Fields;
  const out: Fields = {};
  for (const [goName, jsonName, type] of layout) {
    if (type === 'templateMeta') Object.assign(out, templateMetaForm(from[jsonName]));
    else if (typeof type === 'object' && 'inline' in type) Object.assign(out, internalForm(type.inline, from));
    else out[goName] = fieldForm(type, from[jsonName]);
  }
  return out;
}

function fieldForm(type: GoType, value: unknown): unknown {
  switch (type) {
    case 'string':
      return value ?? '';
    case 'int':
      return value ?? 0;
    case 'bool':
      return value ?? false;
    case 'quantity':
      return value ?? '0';
    case 'nullable':
      return value === undefined ? null : sortedDeep(value);
    case 'templateMeta':
      return templateMetaForm(value);
    case 'labelSelector':
      return value === undefined ? null : labelSelectorForm(value);
    default:
  }
  if ('struct' in type) return internalForm(type.struct, value);
  if ('inline' in type) return internalForm(type.inline, value);
  if (value === undefined || value === null) return null;
  return 'pointer' in type ? internalForm(type.pointer, value) : (value as unknown[]).map((item) => internalForm((type as { list: GoLayout }).list, item));
}

function templateMetaForm(value: unknown): Fields {
  const from = (value ?? {}) as Fields;
  const out: Fields = {};
  for (const name of ['labels', 'annotations']) {
    const map = from[name] as Fields | undefined;
    if (map !== undefined && Object.keys(map).length > 0) out[name] = sortedDeep(map);
  }
  return out;
}

/** A metav1.LabelSelector in the order of its struct. */
export function labelSelectorForm(value: unknown): Fields {
  const { matchLabels, matchExpressions } = value as { matchLabels?: Fields; matchExpressions?: { key: string; operator: string; values?: string[] }[] };
  const out: Fields = {};
  if (matchLabels !== undefined && Object.keys(matchLabels).length > 0) out['matchLabels'] = sortedDeep(matchLabels);
  if (matchExpressions !== undefined && matchExpressions.length > 0) {
    out['matchExpressions'] = matchExpressions.map(({ key, operator, values }) => ({ key: key ?? '', operator: operator ?? '', ...(values === undefined || values.length === 0 ? {} : { values }) }));
  }
  return out;
}

function sortedDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedDeep);
  if (value === null || typeof value !== 'object') return value;
  const out: Fields = {};
  for (const name of sortedKeys(value)) out[name] = sortedDeep((value as Fields)[name]);
  return out;
}

/** The value as a bad value in a message. */
export function asInternal(layout: GoLayout, value: unknown): JsonPrinted {
  return asJson(value === undefined ? null : internalForm(layout, value));
}
