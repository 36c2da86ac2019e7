// The strategic merge patch: a merge that knows by which key the items of a list are the same, with its directives.
// Source: apimachinery/pkg/util/strategicpatch/patch.go (StrategicMergeMapPatch)
import { NODE, structPlan, type FieldPlan, type TypeNode } from '../../kinds/schema/typePlan.js';
import { deepEqual } from '../../util/objects.js';
import { hasStrategy, inOrder, isMap, type Json } from './threeWayMerge.js';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';
const ELEMENT_ORDER = '$setElementOrder/';

/** The patched object; nothing given is changed. */
export function strategicMergePatch(definition: string, object: Json, patch: Json): Json {
  return patchMap({ kind: NODE.struct, goType: '', definition, item: undefined }, object, patch);
}

function patchMap(node: TypeNode | undefined, object: Json, patch: Json): Json {
  if (patch[DIRECTIVE] === 'replace') return withoutDirectives(patch);
  if (patch[DIRECTIVE] === 'delete') return {};
  const merged: Json = { ...object };
  const retained = patch[RETAIN_KEYS];
  if (Array.isArray(retained)) for (const name of Object.keys(merged)) if (!retained.includes(name)) delete merged[name];
  const fieldOf = (name: string): FieldPlan | undefined => (node?.kind === NODE.struct ? structPlan(node.definition).fields.get(name) : undefined);
  for (const name in patch) {
    const value = patch[name];
    if (name === DIRECTIVE || name === RETAIN_KEYS || name.startsWith(ELEMENT_ORDER)) continue;
    if (name.startsWith(DELETE_FROM_LIST)) {
      const list = merged[name.slice(DELETE_FROM_LIST.length)];
      if (Array.isArray(list) && Array.isArray(value)) merged[name.slice(DELETE_FROM_LIST.length)] = list.filter((item) => !value.some((each) => deepEqual(each, item)));
      continue;
    }
    if (value === null) {
      delete merged[name];
      continue;
    }
    const field = fieldOf(name);
    const standing = merged[name];
    if (isMap(value)) merged[name] = patchMap(field?.node ?? (node?.kind === NODE.map ? node.item : undefined), isMap(standing) ? standing : {}, value);
    else if (Array.isArray(value) && field !== undefined && hasStrategy(field, 'merge')) merged[name] = patchList(field, Array.isArray(standing) ? standing : [], value);
    else merged[name] = value;
  }
  for (const name in patch) if (name.startsWith(ELEMENT_ORDER)) reorder(merged, name.slice(ELEMENT_ORDER.length), patch[name], fieldOf(name.slice(ELEMENT_ORDER.length)));
  return merged;
}

function patchList(field: FieldPlan, standing: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const { patchMergeKey } = field.schema;
  if (patchMergeKey === undefined) return [...standing, ...patch.filter((item) => !standing.some((each) => deepEqual(each, item)))];
  if (patch.some((item) => isMap(item) && item[DIRECTIVE] === 'replace' && item[patchMergeKey] === undefined)) {
    return patch.filter((item) => !(isMap(item) && item[DIRECTIVE] === 'replace' && item[patchMergeKey] === undefined));
  }
  const merged = [...standing];
  for (const item of patch) {
    if (!isMap(item)) continue;
    const at = merged.findIndex((each) => isMap(each) && deepEqual(each[patchMergeKey], item[patchMergeKey]));
    if (item[DIRECTIVE] === 'delete') {
      if (at >= 0) merged.splice(at, 1);
    } else if (at < 0) merged.push(withoutDirectives(item));
    else merged[at] = patchMap(field.node.item, merged[at] as Json, item);
  }
  return merged;
}

function reorder(merged: Json, name: string, order: unknown, field: FieldPlan | undefined): void {
  const list = merged[name];
  if (!Array.isArray(list) || !Array.isArray(order)) return;
  const mergeKey = field?.schema.patchMergeKey;
  const keyOf = (item: unknown): string => JSON.stringify(mergeKey !== undefined && isMap(item) ? item[mergeKey] : item);
  const byKey = new Map(list.map((item) => [keyOf(item), item]));
  merged[name] = inOrder(list, order.map((item) => byKey.get(keyOf(item))).filter((item) => item !== undefined), keyOf);
}

function withoutDirectives(patch: Json): Json {
  const { [DIRECTIVE]: _directive, [RETAIN_KEYS]: _retained, ...rest } = patch;
  return rest;
}
