// The CEL type of a value that has an OpenAPI schema.
// Source: Kubernetes v1.36.2 apiserver/pkg/cel/common/schemas.go (SchemaDeclType)

import type { JSONSchemaProps } from '../api/types.js';
import {
  boolType, bytesType, doubleType, durationType, dynType, intType, listType, mapType, stringType, structType, timestampType, type CelType,
} from './celType.js';
import { escapeProperty } from './propertyNames.js';

/** A type with the smallest number of bytes its values take as JSON, from which limits of lists and maps are guessed. */
export interface DeclaredType { readonly type: CelType; readonly minSize: number; /** The most elements, or undefined when nothing limits them. */ readonly maxElements: number }

const maxRequestBytes = 3 * 1024 * 1024;
const maxStringLength = maxRequestBytes - 2;

const scalar = (type: CelType, minSize: number, maxElements = 0): DeclaredType => ({ type: maxElements === 0 ? type : { ...type, maxElements }, minSize, maxElements });
const metadataSchema: JSONSchemaProps = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } };

/** The schema as it stands at the root of a resource: apiVersion, kind and the names in metadata are always there. */
export function withTypeAndObjectMeta(schema: JSONSchemaProps): JSONSchemaProps {
  const { kind, apiVersion, metadata } = schema.properties ?? {};
  if (kind?.type === 'string' && apiVersion?.type === 'string' && metadata?.type === 'object'
    && metadata.properties?.['name']?.type === 'string' && metadata.properties['generateName']?.type === 'string') return schema;
  return { ...schema, properties: { ...schema.properties, kind: { type: 'string' }, apiVersion: { type: 'string' }, metadata: metadataSchema } };
}

/** The type of a schema, or undefined when expressions can't see such values. `name` is the name objects get. */
export function schemaToCelType(schema: JSONSchemaProps, isResourceRoot: boolean, name: string): DeclaredType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return scalar(dynType, 1, schema.maxLength === undefined ? maxStringLength : Math.max(0, schema.maxLength) * 4);
  const effective = isResourceRoot ? withTypeAndObjectMeta(schema) : schema;
  switch (effective.type) {
    case 'array': {
      const { items } = effective;
      if (items === undefined || Array.isArray(items)) return undefined;
      const element = schemaToCelType(items, items['x-kubernetes-embedded-resource'] === true, `${name}.@idx`);
      if (element === undefined) return undefined;
      const maxElements = effective.maxItems === undefined ? Math.floor((maxRequestBytes - 2) / (element.minSize + 1)) : Math.max(0, effective.maxItems);
      return { type: listType(element.type, maxElements), minSize: 2, maxElements };
    }
    case 'object': return objectType(effective, name);
    case 'string': return textType(effective);
    case 'boolean': return scalar(boolType, 4);
    case 'number': return scalar(doubleType, 1);
    case 'integer': return scalar(intType, 1);
    default: return undefined;
  }
}

function objectType(schema: JSONSchemaProps, name: string): DeclaredType | undefined {
  const { additionalProperties } = schema;
  if (typeof additionalProperties === 'object') {
    const value = schemaToCelType(additionalProperties, additionalProperties['x-kubernetes-embedded-resource'] === true, `${name}.@elem`);
    if (value === undefined) return undefined;
    const maxElements = schema.maxProperties === undefined ? Math.floor((maxRequestBytes - 2) / (value.minSize + 6)) : Math.max(0, schema.maxProperties);
    return { type: mapType(stringType, value.type, maxElements), minSize: 2, maxElements };
  }
  const fields = new Map<string, CelType>();
  let minSize = 2;
  for (const [property, propertySchema] of Object.entries(schema.properties ?? {})) {
    const declared = schemaToCelType(propertySchema, propertySchema['x-kubernetes-embedded-resource'] === true, `${name}.${property}`);
    if (declared === undefined) continue;
    const identifier = escapeProperty(property);
    if (identifier !== undefined) fields.set(identifier, declared.type);
    if (schema.required?.includes(property) === true && propertySchema.default === undefined) minSize += property.length + declared.minSize + 4;
  }
  return { type: structType(name, fields), minSize, maxElements: 0 };
}

function textType(schema: JSONSchemaProps): DeclaredType {
  const limit = schema.maxLength === undefined ? undefined : Math.max(0, schema.maxLength);
  switch (schema.format) {
    case 'byte': return scalar(bytesType, 2, limit ?? maxStringLength);
    case 'duration': return scalar(durationType, 3, 32);
    case 'date': return scalar(timestampType, 12, 12);
    case 'date-time': return scalar(timestampType, 22, 32);
    default:
  }
  if (limit !== undefined) return scalar(stringType, 2, limit * 4);
  if (schema.enum !== undefined && schema.enum.length > 0) {
    return scalar(stringType, 2, schema.enum.reduce((longest: number, value) => (typeof value === 'string' ? Math.max(longest, value.length) : longest), 0));
  }
  return scalar(stringType, 2, maxStringLength);
}
