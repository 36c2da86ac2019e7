// What a client-side apply makes of three states: the configuration applied last, the one applied now, and what stands.
// The same as making the patch that kubectl makes and applying it, without the patch in between.
// Source: apimachinery/pkg/util/strategicpatch/patch.go (CreateThreeWayMergePatch), jsonmergepatch/patch.go
import { NODE, structPlan, type FieldPlan, type TypeNode } from '../../kinds/schema/typePlan.js';
import { deepEqual } from '../../util/objects.js';

/** A JSON object. */
export type Json = Record<string, unknown>;

/** The merged object; nothing given is changed. Without a definition, lists are replaced as a whole. */
export function threeWayMerge(definition: string | undefined, { original, modified, current }: { original: Json; modified: Json; current: Json }): Json {
  return mergeMaps(definition === undefined ? undefined : structNode(definition), original, modified, current);
}

/** The node of a definition. */
export function structNode(definition: string): TypeNode {
  return { kind: NODE.struct, goType: '', definition, item: undefined };
}

/** True for a JSON object. */
export function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is known of a field. */
export function fieldOf(node: TypeNode | undefined, name: string): FieldPlan | undefined {
  return node?.kind === NODE.struct ? structPlan(node.definition).fields.get(name) : undefined;
}

function mergeMaps(node: TypeNode | undefined, original: Json, modified: Json, current: Json): Json {
  const merged: Json = { ...current };
  for (const name in original) if (!(name in modified)) delete merged[name];
  for (const name in modified) {
    const value = modified[name];
    if (value === null) {
      delete merged[name];
      continue;
    }
    const field = fieldOf(node, name);
    merged[name] = mergeValues(field?.node ?? (node?.kind === NODE.map ? node.item : undefined), field, original[name], value, current[name]);
  }
  return merged;
}

function mergeValues(node: TypeNode | undefined, field: FieldPlan | undefined, original: unknown, modified: unknown, current: unknown): unknown {
  if (isMap(modified) && isMap(current)) {
    const merged = mergeMaps(node, isMap(original) ? original : {}, modified, current);
    return hasStrategy(field, 'retainKeys') ? retainOnly(merged, modified) : merged;
  }
  if (Array.isArray(modified) && Array.isArray(current) && field !== undefined && hasStrategy(field, 'merge')) {
    const before = Array.isArray(original) ? original : [];
    const { patchMergeKey } = field.schema;
    return patchMergeKey === undefined ? mergeSets(before, modified, current) : mergeLists(field, patchMergeKey, { original: before, modified, current });
  }
  return modified;
}

/** True when the field's patch strategy names it; there may be several, joined by commas. */
export function hasStrategy(field: FieldPlan | undefined, strategy: string): boolean {
  return field?.schema.patchStrategy?.split(',').includes(strategy) === true;
}

/** Keeps of the map the keys that the other has. */
function retainOnly(map: Json, keys: Json): Json {
  return Object.fromEntries(Object.entries(map).filter(([name]) => name in keys));
}

/** Lists of scalars: what was taken away goes, what is new comes, in the order of the new list; what others added stays in its place. */
function mergeSets(original: readonly unknown[], modified: readonly unknown[], current: readonly unknown[]): unknown[] {
  const has = (list: readonly unknown[], value: unknown): boolean => list.some((each) => deepEqual(each, value));
  const kept = current.filter((value) => has(modified, value) || !has(original, value));
  return inOrder(kept, modified, (value) => JSON.stringify(value));
}

function mergeLists(field: FieldPlan, mergeKey: string, { original, modified, current }: Record<'original' | 'modified' | 'current', readonly unknown[]>): unknown[] {
  const keyOf = (item: unknown): string => JSON.stringify(isMap(item) ? item[mergeKey] : item);
  const find = (list: readonly unknown[], key: string): Json | undefined => list.find((item) => isMap(item) && keyOf(item) === key) as Json | undefined;
  const inModified = new Set(modified.map(keyOf));
  const inOriginal = new Set(original.map(keyOf));
  const kept = current.filter((item) => inModified.has(keyOf(item)) || !inOriginal.has(keyOf(item)));
  const node = field.node.item;
  const wanted = modified.map((item) => {
    const standing = find(current, keyOf(item));
    if (standing === undefined || !isMap(item)) return item;
    const merged = mergeMaps(node, find(original, keyOf(item)) ?? {}, item, standing);
    return hasStrategy(field, 'retainKeys') ? retainOnly(merged, item) : merged;
  });
  return inOrder(kept, wanted, keyOf);
}

/**
 * The wanted items in their order; items that only stand there stay behind the item that they stood behind.
 * Source: strategicpatch/patch.go (normalizeElementOrder, mergeSortedSlice)
 */
export function inOrder(standing: readonly unknown[], wanted: readonly unknown[], keyOf: (item: unknown) => string): unknown[] {
  const wantedKeys = new Set(wanted.map(keyOf));
  const serverOnly = standing.filter((item) => !wantedKeys.has(keyOf(item)));
  if (serverOnly.length === 0) return [...wanted];
  const positions = new Map(standing.map((item, index) => [keyOf(item), index]));
  const merged: unknown[] = [];
  let at = 0;
  for (const item of wanted) {
    const position = positions.get(keyOf(item));
    while (at < serverOnly.length && position !== undefined && (positions.get(keyOf(serverOnly[at])) as number) < position) merged.push(serverOnly[at++]);
    merged.push(item);
  }
  return [...merged, ...serverOnly.slice(at)];
}
