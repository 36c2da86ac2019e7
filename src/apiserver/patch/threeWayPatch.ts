// The patch that a client-side apply sends: what differs between the configuration applied now and what stands,
// and what was applied last and is not any more.
// Source: apimachinery/pkg/util/strategicpatch/patch.go (CreateThreeWayMergePatch), jsonmergepatch/patch.go (CreateThreeWayJSONMergePatch)
import { deepCopy, deepEqual } from '../../util/objects.js';
import { isMap, noProblem, own, setOwn, structNode, type Json } from './patchSchema.js';
import { diffMaps } from './strategicDiff.js';
import { mergeMaps } from './strategicMergePatch.js';

/** What was applied last, what is applied now, and what stands. */
export interface AppliedStates {
  readonly original: Json;
  readonly modified: Json;
  readonly current: Json;
}

/** The patch, or why there can be none; without a definition it is a JSON merge patch. */
export function threeWayPatch(definition: string | undefined, { original, modified, current }: AppliedStates): { patch: Json } | { error: string } {
  if (definition === undefined) return { patch: threeWayJsonPatch({ original, modified, current }) };
  const problem = noProblem();
  const node = structNode(definition);
  const changes = diffMaps({ before: current, after: modified }, { node }, { part: 'changes', problem });
  const deletions = diffMaps({ before: original, after: modified }, { node }, { part: 'deletions', problem });
  const patch = mergeMaps(deepCopy(deletions), deepCopy(changes), node, { isFinal: false, problem });
  return problem.text === undefined ? { patch } : { error: problem.text };
}

/** Changes without nulls, then deletions alone: a null counts as one when it was not applied before. */
function threeWayJsonPatch({ original, modified, current }: AppliedStates): Json {
  const changes = withoutNulls(jsonDifference(current, modified));
  const deletions = nullsOf(jsonDifference(original, modified));
  return mergePatches(deletions, changes);
}

/** The RFC 7386 patch from one object to the other. Source: github.com/evanphx/json-patch (CreateMergePatch) */
function jsonDifference(before: Json, after: Json): Json {
  const patch: Json = {};
  for (const name in after) {
    const [standing, value] = [own(before, name), own(after, name)];
    if (value === undefined) continue;
    if (isMap(standing) && isMap(value)) {
      const inner = jsonDifference(standing, value);
      if (Object.keys(inner).length > 0) setOwn(patch, name, inner);
    } else if (standing === undefined || !deepEqual(standing, value)) setOwn(patch, name, value);
  }
  for (const name in before) if (own(before, name) !== undefined && own(after, name) === undefined) setOwn(patch, name, null);
  return patch;
}

/** Empty maps are values; maps that held nothing but nulls are not. */
function withoutNulls(patch: Json): Json {
  const kept: Json = {};
  for (const name in patch) {
    const value = own(patch, name);
    if (value === null) continue;
    const inner = isMap(value) && Object.keys(value).length > 0 ? withoutNulls(value) : value;
    if (inner === value || !isMap(inner) || Object.keys(inner).length > 0) setOwn(kept, name, inner);
  }
  return kept;
}

function nullsOf(patch: Json): Json {
  const kept: Json = {};
  for (const name in patch) {
    const value = own(patch, name);
    const inner = isMap(value) ? nullsOf(value) : undefined;
    if (value === null) setOwn(kept, name, null);
    else if (inner !== undefined && Object.keys(inner).length > 0) setOwn(kept, name, inner);
  }
  return kept;
}

/** One patch that does what both do. */
function mergePatches(first: Json, second: Json): Json {
  const merged: Json = { ...first };
  for (const name in second) {
    const [standing, value] = [own(merged, name), own(second, name)];
    setOwn(merged, name, isMap(standing) && isMap(value) ? mergePatches(standing, value) : value);
  }
  return merged;
}
