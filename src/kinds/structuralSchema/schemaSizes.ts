// How large values can be that have a schema: what the cost of rules is reckoned from.
// Source: apiserver/pkg/cel/common/schemas.go (SchemaDeclType), apiextensions-apiserver/pkg/apiserver/schema/cel/compilation.go (sizeEstimator)
import type { JSONSchemaProps } from '../../api/types.js';
import type { CostRange } from '../../cel/costRange.js';
import { escapeProperty } from '../../cel/propertyNames.js';
import { withTypeAndObjectMeta } from '../../cel/schemaTypes.js';
import { byteLength } from '../../util/utf8.js';

/** The sizes of values of one schema. */
export interface SchemaSizes {
  /** Characters of a text, elements of a list, entries of a map; 0 for everything else. */
  readonly maxElements: number;
  /** Bytes of the shortest JSON. */
  readonly minBytes: number;
  /** By name as expressions have it. */
  readonly fields?: ReadonlyMap<string, SchemaSizes>;
  readonly key?: SchemaSizes;
  readonly element?: SchemaSizes;
}

const MAX_REQUEST_BYTES = 3 * 1024 * 1024;
/** A character may take four bytes. */
const BYTES_PER_CHARACTER = 4;
const MAX_TEXT = MAX_REQUEST_BYTES - 2;
const MAP_KEY: SchemaSizes = { maxElements: 0, minBytes: 2 };

const atLeastZero = (value: number): number => Math.max(value, 0);

/** The sizes of a schema; undefined when expressions can't see its values. */
export function schemaSizes(schema: JSONSchemaProps, isResourceRoot: boolean): SchemaSizes | undefined {
  const { maxLength } = schema;
  if (schema['x-kubernetes-int-or-string'] === true) return { maxElements: maxLength === undefined ? MAX_TEXT : atLeastZero(maxLength) * BYTES_PER_CHARACTER, minBytes: 1 };
  const effective = isResourceRoot ? withTypeAndObjectMeta(schema) : schema;
  switch (effective.type) {
    case 'array': {
      const element = effective.items === undefined || Array.isArray(effective.items) ? undefined : sizesBelow(effective.items);
      if (element === undefined) return undefined;
      const { maxItems } = effective;
      return { maxElements: maxItems === undefined ? Math.floor(MAX_TEXT / (element.minBytes + 1)) : atLeastZero(maxItems), minBytes: 2, element };
    }
    case 'object': return objectSizes(effective);
    case 'string': return textSizes(effective);
    case 'boolean': return { maxElements: 0, minBytes: 4 };
    case 'number':
    case 'integer': return { maxElements: 0, minBytes: 1 };
    default: return undefined;
  }
}

const sizesBelow = (schema: JSONSchemaProps): SchemaSizes | undefined => schemaSizes(schema, schema['x-kubernetes-embedded-resource'] === true);

function objectSizes(schema: JSONSchemaProps): SchemaSizes | undefined {
  const { additionalProperties, maxProperties } = schema;
  if (typeof additionalProperties === 'object') {
    const element = sizesBelow(additionalProperties);
    if (element === undefined) return undefined;
    // An entry is at least a key, its quotation marks, a colon and a comma.
    return { maxElements: maxProperties === undefined ? Math.floor(MAX_TEXT / (element.minBytes + 6)) : atLeastZero(maxProperties), minBytes: 2, key: MAP_KEY, element };
  }
  const fields = new Map<string, SchemaSizes>();
  let minBytes = 2;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const sizes = sizesBelow(property);
    if (sizes === undefined) continue;
    const identifier = escapeProperty(name);
    if (identifier !== undefined) fields.set(identifier, sizes);
    if (schema.required?.includes(name) === true && (property.default ?? null) === null) minBytes += byteLength(name) + sizes.minBytes + 4;
  }
  return { maxElements: 0, minBytes, fields };
}

function textSizes({ format, maxLength, enum: values = [] }: JSONSchemaProps): SchemaSizes {
  switch (format) {
    case 'byte': return { maxElements: maxLength === undefined ? MAX_TEXT : atLeastZero(maxLength), minBytes: 2 };
    case 'duration': return { maxElements: 32, minBytes: 3 };
    case 'date': return { maxElements: 12, minBytes: 12 };
    case 'date-time': return { maxElements: 32, minBytes: 21 };
    default:
  }
  if (maxLength !== undefined) return { maxElements: atLeastZero(maxLength) * BYTES_PER_CHARACTER, minBytes: 2 };
  if (values.length === 0) return { maxElements: MAX_TEXT, minBytes: 2 };
  return { maxElements: Math.max(...values.map((value) => (typeof value === 'string' ? byteLength(value) : 0))), minBytes: 2 };
}

/** The size of the value at a path of an expression, whose first step is the variable. */
export function sizeAtPath(root: SchemaSizes, path: readonly string[]): CostRange | undefined {
  let sizes: SchemaSizes | undefined = root;
  for (let index = 1; index < path.length; index++) {
    const step = path[index] as string;
    sizes = step === '@items' || step === '@values' ? sizes.element : step === '@keys' ? sizes.key : sizes.fields?.get(step);
    if (sizes === undefined) return undefined;
  }
  return { min: 0, max: sizes.maxElements };
}

/** How often values of the schema fit into one request, whatever holds them. */
export function maxCardinality({ minBytes }: SchemaSizes): number {
  return Math.floor(MAX_REQUEST_BYTES / (minBytes + 1));
}
