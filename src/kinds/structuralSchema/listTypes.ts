// Lists of type set and map hold no element twice. Source: apiextensions-apiserver/pkg/apiserver/schema/listtype/validation.go
import { asJson, duplicate, invalid, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, keyed, type FieldPath } from '../../api/fieldPath.js';
import type { JSONSchemaProps, JsonValue } from '../../api/types.js';
import { goJson } from '../../util/goText.js';

/** Checks every list below the value. */
export function validateListTypes(schema: JSONSchemaProps, value: JsonValue, path: FieldPath | undefined, errors: FieldErrors): void {
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    if (schema['x-kubernetes-list-type'] === 'set') {
      for (const index of repeatedAt(value)) duplicate(errors, indexed(path, index), shown(value[index]!));
    } else if (schema['x-kubernetes-list-type'] === 'map') validateMapList(schema, value, path, errors);
    const { items } = schema;
    if (items !== undefined && !Array.isArray(items)) value.forEach((item, index) => validateListTypes(items, item, indexed(path, index), errors));
    return;
  }
  if (typeof schema.additionalProperties === 'object') {
    for (const name of Object.keys(value).sort()) validateListTypes(schema.additionalProperties, value[name]!, keyed(path, name), errors);
  }
  for (const name in schema.properties) {
    if (Object.hasOwn(value, name)) validateListTypes(schema.properties[name]!, value[name]!, child(path, name), errors);
  }
}

const shown = (value: JsonValue): unknown => (typeof value === 'object' ? asJson(value, { sorted: true }) : value);

/** The places where a value comes for the second time. */
function repeatedAt(values: readonly JsonValue[]): number[] {
  const seen = new Map<string, number>();
  const repeated: number[] = [];
  values.forEach((value, index) => {
    const text = goJson(value);
    const times = seen.get(text) ?? 0;
    seen.set(text, times + 1);
    if (times === 1) repeated.push(index);
  });
  return repeated;
}

function validateMapList(schema: JSONSchemaProps, value: readonly JsonValue[], path: FieldPath | undefined, errors: FieldErrors): void {
  for (const [index, item] of value.entries()) {
    if (item !== null && (typeof item !== 'object' || Array.isArray(item))) {
      invalid(errors, indexed(path, index), item, 'must be an object for an array of list-type map');
      return;
    }
  }
  const keys = value.map((item) => {
    const found: { [key: string]: JsonValue } = {};
    for (const name of schema['x-kubernetes-list-map-keys'] ?? []) {
      const object = item as { [key: string]: JsonValue } | null;
      if (object !== null && Object.hasOwn(object, name)) found[name] = object[name]!;
    }
    return found;
  });
  for (const index of repeatedAt(keys)) duplicate(errors, indexed(path, index), asJson(keys[index], { sorted: true }));
}
