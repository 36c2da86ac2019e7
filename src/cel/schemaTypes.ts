// The CEL type of a value that has an OpenAPI schema.
// Source: Kubernetes v1.36.2 apiserver/pkg/cel/common/schemas.go (SchemaDeclType)

import type { JSONSchemaProps } from '../api/types.js';
import {
  boolType, bytesType, doubleType, durationType, dynType, intType, listType, mapType, stringType, structType, timestampType, type CelType,
} from './celType.js';
import { escapeProperty } from './propertyNames.js';

const metadataSchema: JSONSchemaProps = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } };

/** The schema as it stands at the root of a resource: apiVersion, kind and the names in metadata are always there. */
export function withTypeAndObjectMeta(schema: JSONSchemaProps): JSONSchemaProps {
  const { kind, apiVersion, metadata } = schema.properties ?? {};
  if (kind?.type === 'string' && apiVersion?.type === 'string' && metadata?.type === 'object'
    && metadata.properties?.['name']?.type === 'string' && metadata.properties['generateName']?.type === 'string') return schema;
  return { ...schema, properties: { ...schema.properties, kind: { type: 'string' }, apiVersion: { type: 'string' }, metadata: metadataSchema } };
}

/** The type of a schema, or undefined when expressions can't see such values. `name` is the name objects get. */
export function schemaToCelType(schema: JSONSchemaProps, isResourceRoot: boolean, name: string): CelType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return dynType;
  const effective = isResourceRoot ? withTypeAndObjectMeta(schema) : schema;
  switch (effective.type) {
    case 'array': {
      const { items } = effective;
      if (items === undefined || Array.isArray(items)) return undefined;
      const element = schemaToCelType(items, items['x-kubernetes-embedded-resource'] === true, `${name}.@idx`);
      return element === undefined ? undefined : listType(element);
    }
    case 'object': return objectType(effective, name);
    case 'string': return textType(effective.format);
    case 'boolean': return boolType;
    case 'number': return doubleType;
    case 'integer': return intType;
    default: return undefined;
  }
}

function objectType(schema: JSONSchemaProps, name: string): CelType | undefined {
  const { additionalProperties } = schema;
  if (typeof additionalProperties === 'object') {
    const value = schemaToCelType(additionalProperties, additionalProperties['x-kubernetes-embedded-resource'] === true, `${name}.@elem`);
    return value === undefined ? undefined : mapType(stringType, value);
  }
  const fields = new Map<string, CelType>();
  for (const [property, propertySchema] of Object.entries(schema.properties ?? {})) {
    const type = schemaToCelType(propertySchema, propertySchema['x-kubernetes-embedded-resource'] === true, `${name}.${property}`);
    const identifier = escapeProperty(property);
    if (type !== undefined && identifier !== undefined) fields.set(identifier, type);
  }
  return structType(name, fields);
}

function textType(format: string | undefined): CelType {
  switch (format) {
    case 'byte': return bytesType;
    case 'duration': return durationType;
    case 'date':
    case 'date-time': return timestampType;
    default: return stringType;
  }
}
