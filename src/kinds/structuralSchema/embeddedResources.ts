// Whole objects inside custom resources: their apiVersion, kind and metadata must be well-formed.
// Source: apiextensions-apiserver/pkg/apiserver/schema/objectmeta/validation.go
import { invalid, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, keyed, type FieldPath } from '../../api/fieldPath.js';
import type { JSONSchemaProps, JsonValue, ObjectMeta } from '../../api/types.js';
import { sortedKeys } from '../../util/compare.js';
import { dns1035LabelMessages } from '../shared/formats.js';
import { pathSegment } from '../shared/names.js';
import { validateObjectMeta } from '../shared/objectMeta.js';

/** Checks every embedded resource below the value; the value itself only if its schema says that it is one. */
export function validateEmbeddedResources(schema: JSONSchemaProps, value: JsonValue, path: FieldPath | undefined, errors: FieldErrors): void {
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined && !Array.isArray(items)) value.forEach((item, index) => validateEmbeddedResources(items, item, indexed(path, index), errors));
    return;
  }
  if (schema['x-kubernetes-embedded-resource'] === true) validateResource(value, path, errors);
  for (const name in value) {
    const property = schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (property !== undefined) validateEmbeddedResources(property, value[name]!, child(path, name), errors);
    else if (typeof schema.additionalProperties === 'object') validateEmbeddedResources(schema.additionalProperties, value[name]!, keyed(path, name), errors);
  }
}

function validateResource(resource: { [key: string]: JsonValue }, path: FieldPath | undefined, errors: FieldErrors): void {
  if (!Object.hasOwn(resource, 'apiVersion')) required(errors, child(path, 'apiVersion'));
  if (!Object.hasOwn(resource, 'kind')) required(errors, child(path, 'kind'));
  for (const name of sortedKeys(resource)) {
    const value = resource[name]!;
    const at = child(path, name);
    if (name === 'apiVersion') {
      if (typeof value !== 'string') invalid(errors, at, value, 'must be a string');
      else if (value === '') invalid(errors, at, value, 'must not be empty');
      else if (value.split('/').length > 2) invalid(errors, at, value, `unexpected GroupVersion string: ${value}`);
    } else if (name === 'kind') {
      if (typeof value !== 'string') { invalid(errors, at, value, 'must be a string'); continue; }
      if (value === '') { invalid(errors, at, value, 'must not be empty'); continue; }
      const messages = dns1035LabelMessages(value.toLowerCase());
      if (messages.length > 0) invalid(errors, at, value, `may have mixed case, but should otherwise match: ${messages.join(',')}`);
    } else if (name === 'metadata') {
      if (value === null || typeof value !== 'object' || Array.isArray(value)) {
        invalid(errors, at, value, `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type v1.ObjectMeta`);
        continue;
      }
      const meta = value as unknown as ObjectMeta;
      validateObjectMeta({ ...meta, name: meta.name || 'fakename' }, { namespaced: !!meta.namespace, nameRule: pathSegment, anyFinalizer: true }, at, errors);
    }
  }
}
