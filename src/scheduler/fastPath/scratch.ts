// Arrays that the fast path uses anew for each pod.
import { createNodeScores, type NodeScores } from './resourceClass.js';

/** By position among the feasible nodes, unless it says by node index. */
export interface Scratch {
  /** Node indexes. */
  readonly feasible: Int32Array;
  /** Resource scores that no class keeps. */
  readonly passing: NodeScores;
  readonly totals: Int32Array;
  readonly raw: Float64Array;
  readonly isIgnored: Uint8Array;
  /** By node index. Invariant: all 0 between pods. */
  readonly hostCounts: Int32Array;
  /** By node index. */
  readonly isOpen: Uint8Array;
  /** Normalized scores by raw score above the lowest. */
  readonly table: Int32Array;
}

/** Raw scores that lie closer together are normalized once each. */
const MAX_TABLE = 1024;

/** Arrays for so many nodes. */
export function createScratch(nodes: number): Scratch {
  const whole = (): Int32Array => new Int32Array(nodes);
  return {
    feasible: whole(), passing: createNodeScores(nodes), totals: whole(), raw: new Float64Array(nodes), isIgnored: new Uint8Array(nodes),
    hostCounts: whole(), isOpen: new Uint8Array(nodes), table: new Int32Array(MAX_TABLE),
  };
}

/** Fills the table from the lowest to the highest raw score; false when they lie too far apart. Raw scores are whole numbers. */
export function tabulate(table: Int32Array, { min, max, normalized }: { min: number; max: number; normalized: (score: number) => number }): boolean {
  if (!(max - min < MAX_TABLE)) return false;
  for (let score = min; score <= max; score++) table[score - min] = normalized(score);
  return true;
}
