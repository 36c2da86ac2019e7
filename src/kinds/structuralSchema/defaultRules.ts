// The defaults of a schema must be values the schema itself accepts.
// Source: apiextensions-apiserver/pkg/apiserver/schema/defaulting/validation.go
import { aggregateText, invalid, type FieldErrors } from '../../api/fieldError.js';
import { child, keyed, type FieldPath } from '../../api/fieldPath.js';
import type { JSONSchemaProps, JsonValue } from '../../api/types.js';
import { deepCopy, deepEqual } from '../../util/objects.js';
import { hasRules, validateRules } from './celRules.js';
import { validateEmbeddedResources } from './embeddedResources.js';
import { pruneUnknownFields } from './pruneAndDefault.js';
import { validateAgainstSchema } from './schemaValidator.js';

/** Checks every default below the schema. */
export function validateDefaults(schema: JSONSchemaProps, path: FieldPath, errors: FieldErrors): void {
  walk(schema, path, { isResourceRoot: true, isInsideMeta: false, wrap: (value) => value }, errors);
}

interface Place {
  isResourceRoot: boolean;
  isInsideMeta: boolean;
  /** The whole object in which the value stands alone. */
  wrap: (value: JsonValue) => JsonValue;
}

function walk(schema: JSONSchemaProps, path: FieldPath, place: Place, errors: FieldErrors): void {
  const isEmbedded = place.isResourceRoot || schema['x-kubernetes-embedded-resource'] === true;
  const here: Place = schema['x-kubernetes-embedded-resource'] === true && !place.isResourceRoot ? { isResourceRoot: true, isInsideMeta: false, wrap: (value) => value } : place;
  const value = schema.default ?? null;
  if (value !== null) checkDefault(schema, value, child(path, 'default'), here, errors);
  if (schema.items !== undefined && !Array.isArray(schema.items)) {
    walk(schema.items, child(path, 'items'), { isResourceRoot: false, isInsideMeta: here.isInsideMeta, wrap: (inner) => here.wrap([inner]) }, errors);
  }
  for (const name of Object.keys(schema.properties ?? {}).sort()) {
    const entersMeta = isEmbedded && (name === 'metadata' || name === 'apiVersion' || name === 'kind');
    walk(schema.properties![name]!, keyed(child(path, 'properties'), name), {
      isResourceRoot: false, isInsideMeta: here.isInsideMeta || entersMeta, wrap: (inner) => here.wrap({ [name]: inner }),
    }, errors);
  }
}

function checkDefault(schema: JSONSchemaProps, value: JsonValue, path: FieldPath, place: Place, errors: FieldErrors): void {
  const found: FieldErrors = [];
  if (place.isInsideMeta) {
    validateEmbeddedResources({ type: 'object', 'x-kubernetes-embedded-resource': true }, { apiVersion: 'validation/v1', kind: 'Validation', ...(place.wrap(deepCopy(value)) as object) }, undefined, found);
    if (found.length > 0) { invalid(errors, path, value, `must result in valid metadata: ${aggregateText(found)}`); return; }
  } else {
    const pruned = deepCopy(value);
    pruneUnknownFields(pruned, schema, schema['x-kubernetes-embedded-resource'] === true);
    if (!deepEqual(pruned, value)) invalid(errors, path, value, 'must not have unknown fields');
    validateEmbeddedResources(schema, value, path, found);
  }
  if (found.length === 0) validateAgainstSchema(schema, value, path, found);
  if (found.length === 0 && hasRules(schema)) {
    const outcome = { errors: found, warn: () => undefined };
    validateRules(schema, value, path, outcome, { isResourceRoot: place.isResourceRoot, old: { value } });
    if (found.length === 0) validateRules(schema, value, path, outcome, { isResourceRoot: place.isResourceRoot, old: undefined });
  }
  errors.push(...found);
}
