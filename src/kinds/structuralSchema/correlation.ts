// Which part of the stored object a part of the new one continues: list elements by their keys, fields by their names.
// Source: Kubernetes v1.36.2 apiserver/pkg/cel/common/maplist.go, apiserver/pkg/apis/cel (CorrelatedObject)
import type { JSONSchemaProps, JsonValue } from '../../api/types.js';
import { deepEqual } from '../../util/objects.js';

/** The value before the update; null is a value. */
export interface Correlation { readonly value: JsonValue }

/** The old element with the same keys as the new one; only lists of type map have such. */
export function correlatedItem(schema: JSONSchemaProps, item: JsonValue, old: Correlation): Correlation | undefined {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || keys === undefined || !Array.isArray(old.value)) return undefined;
  if (item === null || typeof item !== 'object' || Array.isArray(item)) return undefined;
  for (const candidate of old.value) {
    if (candidate === null || typeof candidate !== 'object' || Array.isArray(candidate)) continue;
    if (keys.every((key) => deepEqual(candidate[key], item[key]))) return { value: candidate };
  }
  return undefined;
}

/** The old value of a field or map entry. */
export function correlatedField(name: string, old: Correlation): Correlation | undefined {
  const { value } = old;
  if (value === null || typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, name)) return undefined;
  return { value: value[name]! };
}
