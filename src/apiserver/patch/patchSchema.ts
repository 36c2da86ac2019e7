// What strategic merge patches ask of a type: how its fields are patched, and what kind of value stands somewhere.
// Source: apimachinery/pkg/util/strategicpatch/meta.go, mergepatch/errors.go
import { NODE, structPlan, type FieldPlan, type TypeNode } from '../../kinds/schema/typePlan.js';

/** A JSON object. */
export type Json = Record<string, unknown>;

/** Where the first thing that cannot be patched is noted; what comes after does not count. */
export interface PatchProblem {
  text: string | undefined;
  /** The patch itself is malformed: the server answers 400 instead of 500. */
  isMalformed: boolean;
}

/** Nothing wrong so far. */
export function noProblem(): PatchProblem {
  return { text: undefined, isMalformed: false };
}

/** Notes a problem, if it is the first. */
export function note(problem: PatchProblem, text: string, isMalformed = false): void {
  if (problem.text !== undefined) return;
  problem.text = text;
  problem.isMalformed = isMalformed;
}

/** True for a JSON object. */
export function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The map's own value: what JavaScript gives every object ('constructor') is none. */
export function own(map: Json, name: string): unknown {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

/** Sets the map's own value, whatever the name means to JavaScript. */
export function setOwn(map: Json, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
  else map[name] = value;
}

/** The node of a definition. */
export function structNode(definition: string): TypeNode {
  return { kind: NODE.struct, goType: '', definition, item: undefined };
}

/** How a field is patched. */
export interface FieldPatching {
  readonly node: TypeNode | undefined;
  /** 'merge' or 'replace'; undefined for what the kind of the value suggests: maps merge, lists are replaced. */
  readonly strategy: string | undefined;
  readonly retainsKeys: boolean;
  /** By which field the items of a merged list are known; '' for lists of scalars. */
  readonly mergeKey: string;
}

const PLAIN: FieldPatching = { node: undefined, strategy: undefined, retainsKeys: false, mergeKey: '' };
const known = new WeakMap<FieldPlan, FieldPatching>();

/** How the field of the node is patched; fields of maps and unknown ones have no rules of their own. */
export function patchingOf(node: TypeNode | undefined, name: string): FieldPatching {
  if (node?.kind === NODE.map) return { ...PLAIN, node: node.item };
  const field = node?.kind === NODE.struct ? structPlan(node.definition).fields.get(name) : undefined;
  if (field === undefined) return PLAIN;
  let patching = known.get(field);
  if (patching === undefined) {
    const strategies = field.schema.patchStrategy?.split(',') ?? [];
    patching = { node: field.node, strategy: strategies.find((each) => each !== 'retainKeys'), retainsKeys: strategies.includes('retainKeys'), mergeKey: field.schema.patchMergeKey ?? '' };
    known.set(field, patching);
  }
  return patching;
}

/** The dynamic type of a JSON value, as Go names it. */
export function goTypeOf(value: unknown): string {
  if (value === null || value === undefined) return '%!s(<nil>)';
  if (Array.isArray(value)) return '[]interface {}';
  switch (typeof value) {
    case 'string': return 'string';
    case 'boolean': return 'bool';
    case 'number': return Number.isInteger(value) ? 'int64' : 'float64';
    case 'bigint': return 'int64';
    default: return 'map[string]interface {}';
  }
}

/** Notes that a value is not of the type wanted. */
export function noteBadType(problem: PatchProblem, wanted: 'map[string]interface {}' | '[]interface {}', value: unknown): void {
  note(problem, `expected a ${wanted}, but received a ${goTypeOf(value)}`);
}
