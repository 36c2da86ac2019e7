// How Go holds a type of the API: what decoding, serialising and patching need of a definition, compiled once on first use
// from the schema table and the Go declarations.
import { goTypesJson } from './goTypes.js';
import { schemaTable, type SchemaField } from './index.js';
import { fieldSince } from './versions.js';

/** What a node holds, as a small number that a switch can branch on. */
export const NODE = {
  string: 0, boolean: 1, int32: 2, int64: 3, double: 4, bytes: 5, quantity: 6, intOrString: 7, time: 8, microTime: 9,
  raw: 10, schemaOrArray: 11, schemaOrBool: 12, schemaOrStringArray: 13, struct: 14, list: 15, map: 16,
} as const;

/** One of the numbers of `NODE`. */
export type NodeKind = (typeof NODE)[keyof typeof NODE];

/** The type of a value. */
export interface TypeNode {
  readonly kind: NodeKind;
  /** The type as Go prints it: 'v1.PodSpec', '[]v1.Container', 'int32'. */
  readonly goType: string;
  /** Of a struct: its definition. */
  readonly definition: string;
  /** Of a list or a map. */
  readonly item: TypeNode | undefined;
  /** Of a struct: what `planOf` answers, once it was asked. */
  plan?: StructPlan;
}

/**
 * When a field is written: 'omitEmpty' leaves out zero values (structs are written all the same), 'pointer' leaves out nil only,
 * 'nullablePointer' writes nil as null, 'always' writes zero values too, 'omitZero' leaves out zero structs as well.
 */
export type FieldMode = 'omitEmpty' | 'pointer' | 'nullablePointer' | 'always' | 'omitZero';

/** A field of a struct. */
export interface FieldPlan {
  readonly name: string;
  readonly node: TypeNode;
  readonly mode: FieldMode;
  /** The segments of the field in Go's decoding errors: embedded structs, then the name, joined by dots. */
  readonly segments: string;
  readonly schema: SchemaField;
  /** The first minor version of Kubernetes that has it; 0 for fields older than all that can be judged by. */
  readonly since: number;
}

/** A struct. */
export interface StructPlan {
  readonly definition: string;
  /** The bare name of the Go struct. */
  readonly goName: string;
  readonly fields: ReadonlyMap<string, FieldPlan>;
  /** Fields that hold a struct by value: they exist even when nothing was said of them. */
  readonly structFields: readonly FieldPlan[];
  /** Fields that are written even when nothing was said of them, structs by value excluded. */
  readonly zeroFields: readonly { readonly name: string; readonly zero: unknown }[];
}

const SCALAR_KINDS: Record<string, NodeKind> = {
  string: NODE.string, boolean: NODE.boolean, int32: NODE.int32, int64: NODE.int64, double: NODE.double, byte: NODE.bytes,
  quantity: NODE.quantity, intOrString: NODE.intOrString, time: NODE.time, microTime: NODE.microTime, rawExtension: NODE.raw, json: NODE.raw,
  jsonSchemaOrArray: NODE.schemaOrArray, jsonSchemaOrBool: NODE.schemaOrBool, jsonSchemaOrStringArray: NODE.schemaOrStringArray,
};
const GO_SCALARS: Record<string, string> = {
  boolean: 'bool', double: 'float64', byte: '[]uint8', quantity: 'resource.Quantity', intOrString: 'intstr.IntOrString', time: 'v1.Time', microTime: 'v1.MicroTime',
  rawExtension: 'runtime.RawExtension', json: 'v1.JSON', jsonSchemaOrArray: 'v1.JSONSchemaPropsOrArray', jsonSchemaOrBool: 'v1.JSONSchemaPropsOrBool',
  jsonSchemaOrStringArray: 'v1.JSONSchemaPropsOrStringArray',
};
const MODES: Record<string, FieldMode> = { '': 'omitEmpty', p: 'pointer', n: 'nullablePointer', a: 'always', z: 'omitZero' };
/** The zero values that are written; a struct is missing here because it stands for itself. */
const ZEROS: readonly unknown[] = ['', false, 0, 0, 0, null, '0', 0, null, null, null, null, null, null, undefined, null, null];

let goTypes: Record<string, Record<string, string>> | undefined;
const plans = new Map<string, StructPlan>();

function goNameOf(definition: string): string {
  goTypes ??= JSON.parse(goTypesJson) as Record<string, Record<string, string>>;
  return goTypes[definition]?.[''] ?? `v1.${definition}`;
}

function nodeOf(type: string, declared: string | undefined): TypeNode {
  if (type.startsWith('[]')) {
    const item = nodeOf(type.slice(2), declared?.startsWith('[]') === true ? declared.slice(2) : undefined);
    return { kind: NODE.list, goType: declared ?? `[]${item.goType}`, definition: '', item };
  }
  if (type.startsWith('{}')) {
    const close = declared?.startsWith('map[') === true ? (declared as string).indexOf(']') : -1;
    const item = nodeOf(type.slice(2), close < 0 ? undefined : (declared as string).slice(close + 1));
    return { kind: NODE.map, goType: declared ?? `map[string]${item.goType}`, definition: '', item };
  }
  if (type.startsWith('@')) {
    const definition = type.slice(1);
    return { kind: NODE.struct, goType: declared ?? goNameOf(definition), definition, item: undefined };
  }
  return { kind: SCALAR_KINDS[type] ?? NODE.raw, goType: declared ?? GO_SCALARS[type] ?? type, definition: '', item: undefined };
}

/** The plan of a struct's node. */
export function planOf(node: TypeNode): StructPlan {
  return (node.plan ??= structPlan(node.definition));
}

/** The plan of a definition. */
export function structPlan(definition: string): StructPlan {
  const known = plans.get(definition);
  if (known !== undefined) return known;
  const goName = goNameOf(definition);
  const declarations = goTypes?.[definition] ?? {};
  const fields = new Map<string, FieldPlan>();
  const structFields: FieldPlan[] = [];
  const zeroFields: { name: string; zero: unknown }[] = [];
  for (const [name, entry] of Object.entries(schemaTable().definitions[definition]?.fields ?? {})) {
    const schema = typeof entry === 'string' ? { type: entry } : entry;
    const match = /^([pnaz]?)(?::([\w.]+))?(?:=(.*))?$/.exec(declarations[name] ?? '');
    const mode = MODES[match?.[1] ?? ''] as FieldMode;
    const node = nodeOf(schema.type, match?.[3]);
    const field: FieldPlan = { name, node, mode, segments: match?.[2] === undefined ? name : `${match[2]}.${name}`, schema, since: fieldSince(definition, name) };
    fields.set(name, field);
    if (mode === 'nullablePointer') zeroFields.push({ name, zero: null });
    else if (mode === 'pointer' || mode === 'omitZero') continue;
    else if (node.kind === NODE.struct) structFields.push(field);
    else if (mode === 'always' || isValueStruct(node.kind)) zeroFields.push({ name, zero: ZEROS[node.kind] });
  }
  const plan: StructPlan = { definition, goName: goName.slice(goName.indexOf('.') + 1), fields, structFields, zeroFields };
  plans.set(definition, plan);
  return plan;
}

/** Scalars that Go holds in a struct: written even when they are to be omitted while empty. */
function isValueStruct(kind: NodeKind): boolean {
  return kind === NODE.quantity || kind === NODE.intOrString || kind === NODE.time || kind === NODE.microTime || kind === NODE.raw;
}
