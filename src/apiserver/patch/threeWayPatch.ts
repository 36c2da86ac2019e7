// The patch that a client-side apply sends, as kubectl shows it when the server refuses it. What is written comes from threeWayMerge.ts.
// Source: apimachinery/pkg/util/strategicpatch/patch.go (CreateThreeWayMergePatch, diffMaps, diffLists)
import { NODE, type FieldPlan, type TypeNode } from '../../kinds/schema/typePlan.js';
import { compareStrings, sortedKeys } from '../../util/compare.js';
import { deepEqual } from '../../util/objects.js';
import { fieldOf, hasStrategy, isMap, structNode, type Json } from './threeWayMerge.js';

/** What was applied last, what is applied now, and what stands. */
interface States<T> {
  original: T;
  modified: T;
  current: T;
}

/** The patch; without a definition lists are replaced as a whole. */
export function threeWayPatch(definition: string | undefined, states: States<Json>): Json {
  return diffMaps(definition === undefined ? undefined : structNode(definition), states);
}

function diffMaps(node: TypeNode | undefined, { original, modified, current }: States<Json>): Json {
  const patch: Json = {};
  for (const name in original) if (!(name in modified)) patch[name] = null;
  for (const name in modified) {
    const value = modified[name];
    const standing = current[name];
    if (standing === undefined || value === null) {
      if (value !== null || standing !== undefined) patch[name] = value;
      continue;
    }
    const field = fieldOf(node, name);
    if (isMap(value) && isMap(standing)) {
      const before = original[name];
      const inner = diffMaps(field?.node ?? (node?.kind === NODE.map ? node.item : undefined), { original: isMap(before) ? before : {}, modified: value, current: standing });
      if (Object.keys(inner).length > 0) patch[name] = hasStrategy(field, 'retainKeys') ? { ...inner, $retainKeys: sortedKeys(value) } : inner;
    } else if (Array.isArray(value) && Array.isArray(standing) && field !== undefined && hasStrategy(field, 'merge')) {
      const before = original[name];
      Object.assign(patch, diffLists(name, field, { original: Array.isArray(before) ? before : [], modified: value, current: standing }));
    } else if (!deepEqual(value, standing)) patch[name] = value;
  }
  return patch;
}

/** Items that are new, changed or gone, and the order in which all of them are wanted; nothing when nothing changes. */
function diffLists(name: string, field: FieldPlan, { original, modified, current }: States<readonly unknown[]>): Json {
  const { patchMergeKey: mergeKey } = field.schema;
  if (mergeKey === undefined) {
    const added = modified.filter((value) => !current.includes(value));
    const removed = original.filter((value) => !modified.includes(value));
    if (added.length + removed.length === 0) return {};
    return { [`$setElementOrder/${name}`]: modified, ...(added.length === 0 ? {} : { [name]: added }), ...(removed.length === 0 ? {} : { [`$deleteFromPrimitiveList/${name}`]: removed }) };
  }
  const keyOf = (item: unknown): unknown => (isMap(item) ? item[mergeKey] : undefined);
  const find = (list: readonly unknown[], key: unknown): Json | undefined => list.find((item): item is Json => isMap(item) && item[mergeKey] === key);
  const items: unknown[] = [];
  for (const item of modified) {
    const standing = find(current, keyOf(item));
    if (standing === undefined || !isMap(item)) items.push(item);
    else {
      const inner = diffMaps(field.node.item, { original: find(original, keyOf(item)) ?? {}, modified: item, current: standing });
      if (Object.keys(inner).length > 0) items.push({ ...inner, ...(hasStrategy(field, 'retainKeys') ? { $retainKeys: sortedKeys(item) } : {}), [mergeKey]: keyOf(item) });
    }
  }
  const gone = original.map(keyOf).filter((key) => find(modified, key) === undefined).sort((a, b) => compareStrings(String(a), String(b)));
  if (items.length + gone.length === 0) return {};
  return { [`$setElementOrder/${name}`]: modified.map((item) => ({ [mergeKey]: keyOf(item) })), [name]: [...items, ...gone.map((key) => ({ $patch: 'delete', [mergeKey]: key }))] };
}
