// The library's door to reading: the objects that kubectl would send for a text, and its words where it fails.
import type { PlainObject } from './manifestDocument.js';
import { readAsKubectl } from './readManifest.js';

/** A reason why something in the text is no object; `line` and `column` count from 1. */
export interface ManifestProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Reads YAML or JSON as kubectl does: `List` unrolled, nothing after the first syntax error. Never throws.
 * Items that kubectl refuses only when it unrolls their list stay among the objects, for the API server to refuse.
 * An object without metadata gets an empty one, since kubectl writes the namespace into it.
 * Differs: kubectl does so for namespaced kinds only; what a kind's scope is isn't known here.
 */
export function parseManifests(text: string, file = 'STDIN'): { objects: PlainObject[]; problems: ManifestProblem[] } {
  const read = readAsKubectl(text, file);
  const objects: PlainObject[] = [];
  for (const { object, isReached } of read.documents) if (object !== undefined && isReached) objects.push('metadata' in object ? object : { ...object, metadata: {} });
  const problems = read.problems.filter(({ kind }) => kind === 'syntax' || kind === 'decode').map(({ message, line, column }) => ({ message, line, column }));
  return { objects, problems };
}
