// The difference of two states of an object as a strategic merge patch.
// Source: apimachinery/pkg/util/strategicpatch/patch.go (diffMaps, handleMapDiff, handleSliceDiff, diffLists)
import type { TypeNode } from '../../kinds/schema/typePlan.js';
import { compareStrings } from '../../util/compare.js';
import { deepEqual } from '../../util/objects.js';
import { inOrderOf, noteNoMergeKey } from './elementOrder.js';
import { goValueText } from './goValue.js';
import { goTypeOf, isMap, note, own, patchingOf, setOwn, type FieldPatching, type Json, type PatchProblem } from './patchSchema.js';

/** Which part of the difference is wanted. */
export type DiffPart = 'changes' | 'deletions';

/** What a comparison works with. */
interface Comparison {
  readonly part: DiffPart;
  readonly problem: PatchProblem;
}

/** Both states of a value. */
interface States<Value> {
  readonly before: Value;
  readonly after: Value;
}

/** Both states of a field, and the patch that their difference goes into. */
interface Field<Value> extends States<Value> {
  readonly name: string;
  readonly patch: Json;
}

/** The patch that brings about that part of the difference. */
export function diffMaps({ before, after }: States<Json>, { node, retainsKeys = false }: { node: TypeNode | undefined; retainsKeys?: boolean }, comparison: Comparison): Json {
  const patch: Json = {};
  const wantsChanges = comparison.part === 'changes';
  for (const name in after) {
    const value = own(after, name);
    if (value === undefined) continue;
    const standing = own(before, name);
    if (standing === undefined) {
      if (wantsChanges) setOwn(patch, name, value);
    } else if (goTypeOf(standing) !== goTypeOf(value)) {
      if (wantsChanges) setOwn(patch, name, value);
    } else if (isMap(value)) diffMap({ name, before: standing as Json, after: value, patch }, patchingOf(node, name), comparison);
    else if (Array.isArray(value)) diffList({ name, before: standing as unknown[], after: value, patch }, patchingOf(node, name), comparison);
    else if (wantsChanges && standing !== value) setOwn(patch, name, value);
  }
  if (!wantsChanges) for (const name in before) if (own(before, name) !== undefined && own(after, name) === undefined) setOwn(patch, name, null);
  if (!retainsKeys) return patch;
  const retained = Object.keys(after).filter((name) => after[name] !== undefined && after[name] !== null).sort(compareStrings);
  const clears = Object.keys(before).some((name) => own(before, name) !== undefined && own(before, name) !== null && own(after, name) === undefined);
  if (retained.length > 0 && (Object.keys(patch).length > 0 || clears)) patch['$retainKeys'] = retained;
  return patch;
}

function diffMap(field: Field<Json>, patching: FieldPatching, comparison: Comparison): void {
  const { name, after, patch } = field;
  if (patching.strategy === 'replace') {
    if (comparison.part === 'changes') setOwn(patch, name, after);
    return;
  }
  const inner = diffMaps(field, patching, comparison);
  if (Object.keys(inner).length > 0) setOwn(patch, name, inner);
}

function diffList(field: Field<readonly unknown[]>, patching: FieldPatching, comparison: Comparison): void {
  const { name, before, after, patch } = field;
  const wantsChanges = comparison.part === 'changes';
  if (patching.strategy !== 'merge') {
    if (wantsChanges && !deepEqual(before, after)) setOwn(patch, name, after);
    return;
  }
  if (before.length === 0) {
    if (wantsChanges && after.length > 0) patch[name] = after;
    return;
  }
  const elementType = elementTypeOf([before, after], comparison.problem);
  if (elementType === undefined) return;
  if (elementType !== 'map[string]interface {}') diffScalars(field, comparison);
  else diffItems(field as Field<readonly Json[]>, patching, comparison);
}

function diffItems({ name, before, after, patch }: Field<readonly Json[]>, { node, mergeKey, retainsKeys }: FieldPatching, comparison: Comparison): void {
  const { part, problem } = comparison;
  for (const item of [...before, ...after]) {
    if (item[mergeKey] === undefined) noteNoMergeKey(problem, item, mergeKey);
    if (problem.text !== undefined) return;
  }
  const keyOf = (item: Json): string => goValueText(item[mergeKey]);
  const byKey = (a: Json, b: Json): number => compareStrings(keyOf(a), keyOf(b));
  const changes: unknown[] = [];
  const deletions: unknown[] = [];
  for (const { old, now } of sideBySide(before, after, byKey)) {
    if (old !== undefined && now !== undefined) {
      const inner = diffMaps({ before: old, after: now }, { node: node?.item, retainsKeys }, comparison);
      if (Object.keys(inner).length > 0) changes.push({ ...inner, [mergeKey]: now[mergeKey] });
    } else if (now !== undefined && part === 'changes') changes.push(now);
    else if (old !== undefined && part === 'deletions') deletions.push({ $patch: 'delete', [mergeKey]: old[mergeKey] });
  }
  const items = [...inOrderOf(changes, after, mergeKey, problem), ...deletions];
  if (items.length > 0) patch[name] = items;
  const isReordered = before.length !== after.length || before.some((item, index) => item[mergeKey] !== after[index]?.[mergeKey]);
  if (items.length > 0 || (part === 'changes' && isReordered)) setOrder(patch, name, after.map((item) => ({ [mergeKey]: item[mergeKey] })));
}

/** Both lists sorted, an item of one beside an equal one of the other; alone where there is none. */
function sideBySide<T>(before: readonly T[], after: readonly T[], compare: (a: T, b: T) => number): { old: T | undefined; now: T | undefined }[] {
  const [left, right] = [[...before].sort(compare), [...after].sort(compare)];
  const pairs: { old: T | undefined; now: T | undefined }[] = [];
  for (let [at, next] = [0, 0]; at < left.length || next < right.length; ) {
    const order = at >= left.length ? 1 : next >= right.length ? -1 : compare(left[at] as T, right[next] as T);
    pairs.push({ old: order <= 0 ? left[at++] : undefined, now: order >= 0 ? right[next++] : undefined });
  }
  return pairs;
}

function diffScalars({ name, before, after, patch }: Field<readonly unknown[]>, { part, problem }: Comparison): void {
  const byText = (a: unknown, b: unknown): number => compareStrings(goValueText(a), goValueText(b));
  const pairs = sideBySide(before, after, byText);
  const added = pairs.flatMap(({ old, now }) => (old === undefined ? [now] : []));
  const removed = pairs.flatMap(({ old, now }) => (now === undefined ? [old] : []));
  if (part === 'changes') {
    if (added.length > 0) patch[name] = inOrderOf(added, after, '', problem);
    if (!deepEqual(before, after)) setOrder(patch, name, after);
  } else if (removed.length > 0) {
    patch[`$deleteFromPrimitiveList/${name}`] = [...new Set(removed)];
    setOrder(patch, name, after);
  }
}

/** A list without items orders nothing. */
function setOrder(patch: Json, name: string, order: readonly unknown[]): void {
  if (order.length > 0) patch[`$setElementOrder/${name}`] = order;
}

/** The type that all items of the lists share; undefined when there is none. */
export function elementTypeOf(lists: readonly (readonly unknown[])[], problem: PatchProblem): string | undefined {
  let type: string | undefined;
  for (const item of lists.flat()) {
    const own = goTypeOf(item);
    if (type === undefined && own === '[]interface {}') note(problem, 'lists of lists are not supported');
    else if (type !== undefined && type !== own) note(problem, `list element types are not identical: ${goValueText(lists)}`);
    type ??= own;
    if (problem.text !== undefined) return undefined;
  }
  if (type === undefined) note(problem, 'no elements in any of the given slices');
  return type;
}
