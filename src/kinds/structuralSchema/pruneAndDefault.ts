// Unknown fields removed and defaults set, as a structural schema says. All functions change the value in place.
// Source: apiextensions-apiserver/pkg/apiserver/schema/{pruning,defaulting}
import type { JSONSchemaProps, JsonValue } from '../../api/types.js';
import { deepCopy } from '../../util/objects.js';

type JsonObject = { [key: string]: JsonValue };
const isObject = (value: JsonValue): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const metaFields: ReadonlySet<string> = new Set(['metadata', 'apiVersion', 'kind']);

const itemsOf = (schema: JSONSchemaProps | undefined): JSONSchemaProps | undefined => (schema === undefined || Array.isArray(schema.items) ? undefined : schema.items);
const propertyOf = (schema: JSONSchemaProps, name: string): JSONSchemaProps | undefined =>
  schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
const additionalOf = (schema: JSONSchemaProps): JSONSchemaProps | undefined => (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined);

/** Removes what the schema does not know. Returns the paths of what was removed, sorted. */
export function pruneUnknownFields(value: JsonValue, schema: JSONSchemaProps, isResourceRoot: boolean): string[] {
  const unknown: string[] = [];
  prune(value, isResourceRoot ? { ...schema, 'x-kubernetes-embedded-resource': true } : schema, '', unknown);
  return unknown.sort();
}

function prune(value: JsonValue, schema: JSONSchemaProps | undefined, path: string, unknown: string[]): void {
  const preserves = schema !== undefined && schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    for (let index = 0; index < value.length; index++) {
      const below = `${path}[${index}]`;
      if (preserves) { if (items !== undefined) pruneSkipping(value[index]!, items, below, unknown); } else prune(value[index]!, items, below, unknown);
    }
    return;
  }
  if (!isObject(value)) return;
  if (preserves) { pruneSkipping(value, schema, path, unknown); return; }
  for (const name of Object.keys(value)) {
    const below = path === '' ? name : `${path}.${name}`;
    if (schema === undefined) {
      unknown.push(below);
      delete value[name];
      continue;
    }
    if (schema['x-kubernetes-embedded-resource'] === true && metaFields.has(name)) continue;
    const property = propertyOf(schema, name);
    if (property !== undefined) prune(value[name]!, property, below, unknown);
    else if (schema.additionalProperties !== undefined) {
      if (schema.additionalProperties === true || schema.additionalProperties === false) prune(value[name]!, undefined, below, unknown);
      else prune(value[name]!, schema.additionalProperties, below, unknown);
    } else {
      if (!metaFields.has(name) || path !== '') unknown.push(below);
      delete value[name];
    }
  }
}

/** Below a node that keeps unknown fields: only what is specified is looked at. */
function pruneSkipping(value: JsonValue, schema: JSONSchemaProps, path: string, unknown: string[]): void {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (items !== undefined) value.forEach((item, index) => pruneSkipping(item, items, `${path}[${index}]`, unknown));
    return;
  }
  if (!isObject(value)) return;
  for (const name of Object.keys(value)) {
    if (schema['x-kubernetes-embedded-resource'] === true && metaFields.has(name)) continue;
    const below = path === '' ? name : `${path}.${name}`;
    const property = propertyOf(schema, name) ?? additionalOf(schema);
    if (property !== undefined) prune(value[name]!, property, below, unknown);
  }
}

/** Removes nulls where null is not allowed and no default would replace it. */
export function pruneForbiddenNulls(value: JsonValue, schema: JSONSchemaProps | undefined): void {
  if (schema === undefined) return;
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    for (const item of value) pruneForbiddenNulls(item, items);
    return;
  }
  if (!isObject(value)) return;
  for (const name of Object.keys(value)) {
    const property = propertyOf(schema, name) ?? additionalOf(schema);
    if (value[name] === null && property !== undefined && property.nullable !== true && (property.default ?? null) === null) delete value[name];
    else pruneForbiddenNulls(value[name]!, property);
  }
}

/** Sets defaults where a field is absent, or null and not nullable. */
export function setSchemaDefaults(value: JsonValue, schema: JSONSchemaProps | undefined): void {
  if (schema === undefined) return;
  const mustReplace = (found: JsonValue, by: JSONSchemaProps | undefined): by is JSONSchemaProps => found === null && by !== undefined && by.nullable !== true;
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    for (let index = 0; index < value.length; index++) {
      if (mustReplace(value[index]!, items)) value[index] = deepCopy(items.default ?? null);
      setSchemaDefaults(value[index]!, items);
    }
    return;
  }
  if (!isObject(value)) return;
  for (const name in schema.properties) {
    const property = schema.properties[name]!;
    if ((property.default ?? null) === null) continue;
    if (!Object.hasOwn(value, name) || mustReplace(value[name]!, property)) value[name] = deepCopy(property.default!);
  }
  const additional = additionalOf(schema);
  for (const name of Object.keys(value)) {
    const property = propertyOf(schema, name);
    if (property !== undefined) { setSchemaDefaults(value[name]!, property); continue; }
    if (additional === undefined) continue;
    if (mustReplace(value[name]!, additional)) value[name] = deepCopy(additional.default ?? null);
    setSchemaDefaults(value[name]!, additional);
  }
}
