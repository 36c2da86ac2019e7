// The schema table of the served API: which fields a type has and how lists merge. Parsed once, on first use.
import { schemaJson } from './v1_36.js';

/**
 * The type of a field: 'string', 'boolean', 'int32', 'int64', 'double', 'byte', 'quantity', 'intOrString', 'time', 'microTime',
 * 'rawExtension', 'json', '@Definition', '[]T' for a list, '{}T' for a map.
 */
export type SchemaType = string;

/** A field with more to say than its type. */
export interface SchemaField {
  type: SchemaType;
  default?: unknown;
  enum?: readonly string[];
  patchStrategy?: string;
  patchMergeKey?: string;
  listType?: 'atomic' | 'map' | 'set';
  listMapKeys?: readonly string[];
}

/** One type of the API. */
export interface SchemaDefinition {
  /** Keyed by JSON name, in alphabetical order. */
  fields: Record<string, SchemaType | SchemaField>;
  required?: readonly string[];
}

/** One served resource. */
export interface SchemaResource {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  namespaced: boolean;
  definition: string;
  verbs: readonly string[];
}

/** The whole table. */
export interface SchemaTable {
  definitions: Record<string, SchemaDefinition>;
  resources: readonly SchemaResource[];
}

let table: SchemaTable | undefined;

/** The table of Kubernetes 1.36. */
export function schemaTable(): SchemaTable {
  table ??= JSON.parse(schemaJson) as SchemaTable;
  return table;
}
