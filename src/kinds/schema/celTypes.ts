// The CEL types of the built-in kinds, as their OpenAPI schemas give them.
// Source: apiserver/pkg/cel/common/schemas.go (SchemaDeclType), apiserver/pkg/cel/openapi/resolver/refs.go
import { boolType, bytesType, doubleType, dynType, intType, listType, mapType, stringType, structType, timestampType, type CelType } from '../../cel/celType.js';
import { escapeProperty } from '../../cel/propertyNames.js';
import { NODE, structPlan, type TypeNode } from './typePlan.js';

const known = new Map<string, CelType>();
const SCALARS: Readonly<Record<number, CelType>> = {
  [NODE.string]: stringType, [NODE.boolean]: boolType, [NODE.int32]: intType, [NODE.int64]: intType, [NODE.double]: doubleType, [NODE.bytes]: bytesType,
  [NODE.intOrString]: dynType, [NODE.time]: timestampType, [NODE.microTime]: timestampType,
};

/** The type of a definition of the schema table; `parents` are the definitions it is being made for. */
export function definitionToCelType(definition: string, parents: readonly string[] = []): CelType {
  const found = known.get(definition);
  if (found !== undefined) return found;
  const fields = new Map<string, CelType>();
  for (const { name, node } of structPlan(definition).fields.values()) {
    const identifier = escapeProperty(name);
    const type = nodeToCelType(node, [...parents, definition]);
    if (identifier !== undefined && type !== undefined) fields.set(identifier, type);
  }
  const made = structType(definition, fields);
  known.set(definition, made);
  return made;
}

/** Undefined when expressions can't see the value: quantities and free JSON have no type in the schema, and circles are cut. */
function nodeToCelType(node: TypeNode, parents: readonly string[]): CelType | undefined {
  const { kind, item, definition } = node;
  if (kind === NODE.struct) return parents.includes(definition) ? undefined : definitionToCelType(definition, parents);
  if (kind === NODE.raw) return node.goType === 'runtime.RawExtension' ? structType('runtime.RawExtension', new Map()) : undefined;
  if (kind !== NODE.list && kind !== NODE.map) return SCALARS[kind];
  const element = item === undefined ? undefined : nodeToCelType(item, parents);
  if (element === undefined) return undefined;
  return kind === NODE.list ? listType(element) : mapType(stringType, element);
}
