// The strategic merge patch: a merge that knows by which key the items of a list are the same, with its directives.
// Source: apimachinery/pkg/util/strategicpatch/patch.go (StrategicMergeMapPatch, mergeMap, mergeSlice)
import type { TypeNode } from '../../kinds/schema/typePlan.js';
import { deepCopy, deepEqual } from '../../util/objects.js';
import { DIRECTIVE, identityOf, noteNoMergeKey, orderMerged, splitDeletions } from './elementOrder.js';
import { goValueText } from './goValue.js';
import { goTypeOf, isMap, noProblem, note, noteBadType, own, patchingOf, setOwn, structNode, type FieldPatching, type Json, type PatchProblem } from './patchSchema.js';
import { elementTypeOf } from './strategicDiff.js';

const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList';
const ELEMENT_ORDER = '$setElementOrder';

/** How two maps are merged. */
export interface Merging {
  /** The result is an object; otherwise it is a patch itself and keeps its directives and nulls. */
  readonly isFinal: boolean;
  readonly problem: PatchProblem;
}

/** The patched object, or why the patch cannot be applied; nothing given is changed. */
export function strategicMergePatch(definition: string, object: Json, patch: Json): { object: Json } | { problem: PatchProblem } {
  const problem = noProblem();
  const merged = mergeMaps(deepCopy(object), deepCopy(patch), structNode(definition), { isFinal: true, problem });
  return problem.text === undefined ? { object: merged } : { problem };
}

/** Merges the patch into the object; changes both. */
export function mergeMaps(object: Json, patch: Json, node: TypeNode | undefined, merging: Merging): Json {
  const { isFinal, problem } = merging;
  const directive = patch[DIRECTIVE];
  if (directive !== undefined) return applyDirective(directive, patch, problem);
  applyRetainKeys(object, patch, merging);
  for (const name of Object.keys(patch)) if (name.startsWith(ELEMENT_ORDER)) mergeOrdered(object, patch, name, node, merging);
  for (const name of Object.keys(patch)) {
    const value = own(patch, name);
    if (value === undefined) continue;
    let field = name;
    const isDeletion = name.startsWith(DELETE_FROM_LIST);
    if (isDeletion) {
      if (!isFinal) {
        object[name] = value;
        continue;
      }
      field = nameAfter(name, DELETE_FROM_LIST, problem, 'invalid patch format of primitive list');
    }
    if (value === null) {
      delete object[field];
      if (isFinal) continue;
    }
    const standing = own(object, field);
    if (standing === undefined || goTypeOf(standing) !== goTypeOf(value) || !(isMap(value) || Array.isArray(value))) {
      if (isDeletion) continue;
      if (isFinal && (standing === undefined || goTypeOf(standing) !== goTypeOf(value))) dropNulls(value);
      const kept = withoutDirectives(value);
      if (kept === undefined) delete object[field];
      else setOwn(object, field, kept);
      continue;
    }
    const patching = patchingOf(node, field);
    setOwn(object, field, isMap(value)
      ? patching.strategy === 'replace' ? value : mergeMaps(standing as Json, value, patching.node, merging)
      : mergeLists(standing as unknown[], value as unknown[], patching, merging, isDeletion));
    if (problem.text !== undefined) return object;
  }
  return object;
}

function applyDirective(directive: unknown, patch: Json, problem: PatchProblem): Json {
  if (directive === 'replace') {
    delete patch[DIRECTIVE];
    return patch;
  }
  if (directive !== 'delete') note(problem, `unknown patch type: ${goValueText(directive)} in map: ${goValueText(patch)}`);
  return {};
}

function applyRetainKeys(object: Json, patch: Json, { isFinal, problem }: Merging): void {
  const retained = patch[RETAIN_KEYS];
  if (retained === undefined) return;
  delete patch[RETAIN_KEYS];
  if (!isFinal) {
    const standing = object[RETAIN_KEYS];
    if (standing === undefined) object[RETAIN_KEYS] = retained;
    else if (!deepEqual(standing, retained)) note(problem, `${goValueText(standing)} and ${goValueText(retained)} are not deep equal: this may happen when calculating the 3-way diff patch`);
    return;
  }
  const names = new Set(Array.isArray(retained) ? retained : []);
  const isKnown = (name: string): boolean => patch[name] === null || name.startsWith(DELETE_FROM_LIST) || name.startsWith(ELEMENT_ORDER) || names.has(name);
  if (!Array.isArray(retained) || !Object.keys(patch).every(isKnown)) note(problem, 'invalid patch format of retainKeys', true);
  else for (const name of Object.keys(object)) if (!names.has(name)) delete object[name];
}

/** Merges a list whose order the patch sets, and takes both out of the patch. */
function mergeOrdered(object: Json, patch: Json, directive: string, node: TypeNode | undefined, merging: Merging): void {
  const { isFinal, problem } = merging;
  const order = patch[directive];
  const malformed = 'invalid patch format of setElementOrder list';
  if (!isFinal) {
    if (object[directive] === undefined) object[directive] = order;
    else if (!deepEqual(object[directive], order)) note(problem, malformed, true);
  }
  delete patch[directive];
  if (!Array.isArray(order)) return noteBadType(problem, '[]interface {}', order);
  const name = nameAfter(directive, ELEMENT_ORDER, problem, malformed);
  const [standing, changes] = [own(object, name), own(patch, name)];
  for (const list of [standing, changes]) if (list !== undefined && !Array.isArray(list)) return noteBadType(problem, '[]interface {}', list);
  const patching = patchingOf(node, name);
  const { mergeKey } = patching;
  const [before, wanted] = [standing as unknown[] | undefined, changes as unknown[] | undefined];
  checkOrder(wanted ?? [], order, mergeKey, problem);
  if (problem.text !== undefined || (before === undefined && wanted === undefined)) return;
  const serverOrder = [...(before ?? [])];
  let merged: unknown[];
  if (wanted === undefined) merged = before as unknown[];
  else if (before === undefined) merged = withoutDirectives(wanted) as unknown[];
  else merged = patching.strategy === 'merge' ? mergeLists(before, wanted, patching, merging, false) : wanted;
  if (problem.text !== undefined || elementTypeOf([serverOrder, wanted ?? []], problem) === undefined) return;
  object[name] = orderMerged({ merged, patchOrder: order, serverOrder, mergeKey }, problem);
  delete patch[name];
}

/** The items of the patch must stand in the order that it sets. */
function checkOrder(list: readonly unknown[], order: readonly unknown[], mergeKey: string, problem: PatchProblem): void {
  if (list.length === 0 || order.length === 0) return;
  const items = mergeKey === '' ? list : splitDeletions(list, problem).kept;
  let [at, place] = [0, 0];
  while (at < items.length && place < order.length && problem.text === undefined) {
    const [item, ordered] = [items[at], order[place]];
    if (isMap(item) && item[DIRECTIVE] !== undefined) {
      at++;
      continue;
    }
    if (mergeKey !== '') for (const each of [item, ordered]) if (isMap(each) && each[mergeKey] === undefined) noteNoMergeKey(problem, each, mergeKey);
    if (mergeKey === '' ? item === ordered : isMap(item) && isMap(ordered) && item[mergeKey] === ordered[mergeKey]) at++;
    place++;
  }
  if (at < items.length) note(problem, `The order in patch list:\n${goValueText(list)}\n doesn't match ${ELEMENT_ORDER} list:\n${goValueText(order)}\n`);
}

function mergeLists(standing: unknown[], patch: unknown[], patching: FieldPatching, merging: Merging, isDeletion: boolean): unknown[] {
  const { isFinal, problem } = merging;
  if (patching.strategy !== 'merge' && !isDeletion) return patch;
  if (standing.length === 0 && patch.length === 0) return standing;
  const type = elementTypeOf([standing, patch], problem);
  if (type === undefined) return standing;
  const { mergeKey } = patching;
  if (type !== 'map[string]interface {}') {
    if (isFinal && isDeletion) return standing.filter((item) => !patch.includes(item));
    return orderMerged({ merged: [...new Set([...standing, ...patch])], patchOrder: patch, serverOrder: standing, mergeKey }, problem);
  }
  if (mergeKey === '') {
    note(problem, 'cannot merge lists without merge key for struct');
    return standing;
  }
  const { before, changes } = applyListDirectives(standing as Json[], patch as Json[], mergeKey, problem);
  const merged: Json[] = [...before];
  for (const item of changes) {
    if (item[mergeKey] === undefined) noteNoMergeKey(problem, item, mergeKey);
    if (problem.text !== undefined) return standing;
    const at = merged.findIndex((each) => sameKey(each[mergeKey], item[mergeKey]));
    if (at < 0) merged.push(item);
    else merged[at] = mergeMaps(merged[at] as Json, item, patching.node?.item, merging);
  }
  return orderMerged({ merged, patchOrder: changes, serverOrder: merged.slice(0, before.length), mergeKey }, problem);
}

/** Carries out the directives among the items: what is left to merge, and into what. */
function applyListDirectives(standing: readonly Json[], patch: readonly Json[], mergeKey: string, problem: PatchProblem): { before: readonly Json[]; changes: readonly Json[] } {
  const changes = patch.filter((item) => item[DIRECTIVE] === undefined);
  let before = standing;
  let replaces = false;
  for (const item of patch) {
    const directive = item[DIRECTIVE];
    if (directive === undefined) continue;
    if (directive === 'replace') replaces = true;
    else if (directive === 'merge') note(problem, 'merging lists cannot yet be specified in the patch');
    else if (directive !== 'delete') note(problem, `unknown patch type: ${goValueText(directive)} in map: ${goValueText(item)}`);
    else if (item[mergeKey] === undefined) noteNoMergeKey(problem, item, mergeKey);
    else before = before.filter((each) => !sameKey(each[mergeKey], item[mergeKey]));
  }
  return replaces ? { before: changes, changes: [] } : { before, changes };
}

function sameKey(a: unknown, b: unknown): boolean {
  return identityOf(a) !== undefined && a === b;
}

/** '$setElementOrder/containers' → 'containers'. */
function nameAfter(name: string, prefix: string, problem: PatchProblem, otherwise: string): string {
  if (!name.startsWith(`${prefix}/`)) note(problem, otherwise, true);
  return name.slice(prefix.length + 1);
}

function dropNulls(value: unknown): void {
  if (Array.isArray(value)) for (const item of value) dropNulls(item);
  else if (isMap(value)) {
    for (const name of Object.keys(value)) {
      if (value[name] === null) delete value[name];
      else dropNulls(value[name]);
    }
  }
}

/** The value without the maps that are directives; undefined when it is one itself. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isMap(value)) return value;
  if (value[DIRECTIVE] !== undefined) return undefined;
  for (const name of Object.keys(value)) {
    const kept = withoutDirectives(value[name]);
    if (kept === undefined) delete value[name];
    else setOwn(value, name, kept);
  }
  return value;
}
