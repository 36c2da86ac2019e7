// The order of merged lists: what the patch orders comes in its order, what only the server has stays where it stood.
// Source: apimachinery/pkg/util/strategicpatch/patch.go (normalizeElementOrder, normalizeSliceOrder, mergeSortedSlice)
import { goValueText } from './goValue.js';
import { isMap, note, noteBadType, type Json, type PatchProblem } from './patchSchema.js';

/** The directive of a map in a patch. */
export const DIRECTIVE = '$patch';

/** Scalars by their value; of maps and lists no two are the same. */
export function identityOf(item: unknown): unknown {
  return typeof item === 'object' && item !== null ? undefined : item;
}

/** What an item is known by: the value of its merge key, or itself. */
function keyOf(item: unknown, mergeKey: string): unknown {
  return mergeKey === '' ? item : isMap(item) ? item[mergeKey] : undefined;
}

function indexIn(list: readonly unknown[], item: unknown, mergeKey: string): number {
  const key = keyOf(item, mergeKey);
  return list.findIndex((each) => keyOf(each, mergeKey) === key);
}

/** The items of a patch apart from those to be deleted, and those. */
export function splitDeletions(list: readonly unknown[], problem: PatchProblem): { kept: unknown[]; deleted: unknown[] } {
  const kept: unknown[] = [];
  const deleted: unknown[] = [];
  for (const item of list) {
    if (!isMap(item)) noteBadType(problem, 'map[string]interface {}', item);
    else (item[DIRECTIVE] === 'delete' ? deleted : kept).push(item);
  }
  return { kept, deleted };
}

/** The items in the order of another list, deletions last. */
export function inOrderOf(items: readonly unknown[], order: readonly unknown[], mergeKey: string, problem: PatchProblem): unknown[] {
  let sorted = [...items];
  let deletions: unknown[] = [];
  if (mergeKey !== '') {
    for (const item of [...items, ...order]) {
      if (!isMap(item)) noteBadType(problem, 'map[string]interface {}', item);
      else if (item[mergeKey] === undefined) noteNoMergeKey(problem, item, mergeKey);
      if (problem.text !== undefined) return sorted;
    }
    ({ kept: sorted, deleted: deletions } = splitDeletions(items, problem));
  }
  // Go sorts so with a comparison for which an item without a place comes before every other.
  const positions = new Map<unknown, number>();
  for (const item of sorted) positions.set(item, indexIn(order, item, mergeKey));
  const isBefore = (a: unknown, b: unknown): boolean => {
    const [left, right] = [positions.get(a) as number, positions.get(b) as number];
    return left < 0 || right < 0 || left < right;
  };
  for (let at = 1; at < sorted.length; at++) {
    for (let back = at; back > 0 && isBefore(sorted[back], sorted[back - 1]); back--) [sorted[back], sorted[back - 1]] = [sorted[back - 1], sorted[back]];
  }
  return [...sorted, ...deletions];
}

/** Notes that an item of a list lacks what it is known by. */
export function noteNoMergeKey(problem: PatchProblem, item: Json, mergeKey: string): void {
  note(problem, `map: ${goValueText(item)} does not contain declared merge key: ${mergeKey}`);
}

/** A merged list and the two orders that it must respect. */
export interface ListOrder {
  readonly merged: readonly unknown[];
  readonly patchOrder: readonly unknown[];
  readonly serverOrder: readonly unknown[];
  readonly mergeKey: string;
}

/** The merged list in its order. */
export function orderMerged({ merged, patchOrder, serverOrder, mergeKey }: ListOrder, problem: PatchProblem): unknown[] {
  const patchItems: unknown[] = [];
  const serverOnly: unknown[] = [];
  const wanted = new Set(patchOrder.map((item) => keyOf(item, mergeKey)));
  for (const item of merged) {
    if (mergeKey !== '' && (!isMap(item) || item[mergeKey] === undefined)) {
      if (isMap(item)) noteNoMergeKey(problem, item, mergeKey);
      else noteBadType(problem, 'map[string]interface {}', item);
      return [...merged];
    }
    (wanted.has(keyOf(item, mergeKey)) ? patchItems : serverOnly).push(item);
  }
  const right = inOrderOf(patchItems, patchOrder, mergeKey, problem);
  const left = inOrderOf(serverOnly, serverOrder, mergeKey, problem);
  const all: unknown[] = [];
  let [at, next] = [0, 0];
  while (at < left.length && next < right.length) {
    const [mine, other] = [indexIn(serverOrder, left[at], mergeKey), indexIn(serverOrder, right[next], mergeKey)];
    all.push(mine >= 0 && other >= 0 && mine < other ? left[at++] : right[next++]);
  }
  return [...all, ...left.slice(at), ...right.slice(next)];
}
