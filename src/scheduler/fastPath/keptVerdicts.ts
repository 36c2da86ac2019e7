// One verdict about every node, kept from look to look: the next one judges only the nodes that have changed since.
import type { NodeLedger } from './nodeLedger.js';

/** The verdicts. Those with equal keys are one. */
export interface KeptVerdicts<Verdict> {
  /** Judges what has changed; false as soon as a node has no verdict. */
  update(): boolean;
  /** The verdict as of the last look. */
  at(index: number): Verdict;
  /** The verdict as the node stands. */
  now(index: number): Verdict | undefined;
  /** A number that grows when a node changes its verdict. No two keepers give the same. */
  state(): number;
  /** Each verdict with the number of nodes that share it. */
  counts(): Iterable<readonly [verdict: Verdict, nodes: number]>;
}

let states = 0;

/** Verdicts by `judge`, which answers undefined for a node that has none. Nothing is judged yet. */
export function createKeptVerdicts<Verdict>(
  { versions, changes }: NodeLedger,
  { judge, keyOf }: { judge: (index: number) => Verdict | undefined; keyOf: (verdict: Verdict) => string },
): KeptVerdicts<Verdict> {
  const verdicts: Verdict[] = [];
  const nodesOf: number[] = [];
  const positions = new Map<string, number>();
  /** Position of the verdict by node, -1 before the first. */
  const ofNode = new Int32Array(versions.length).fill(-1);
  /** By node: the version that was judged; 0 for none. */
  const judged = new Int32Array(versions.length);
  let cursor = -1;
  let state = ++states;

  function judgeAgain(index: number): boolean {
    if (judged[index] === versions[index]) return true;
    const verdict = judge(index);
    if (verdict === undefined) return false;
    const key = keyOf(verdict);
    let position = positions.get(key);
    if (position === undefined) {
      position = verdicts.push(verdict) - 1;
      nodesOf.push(0);
      positions.set(key, position);
    }
    judged[index] = versions[index] as number;
    const before = ofNode[index] as number;
    if (before === position) return true;
    if (before >= 0) (nodesOf[before] as number)--;
    (nodesOf[position] as number)++;
    ofNode[index] = position;
    state = ++states;
    return true;
  }

  function judgeChanged(): boolean {
    if (cursor < 0 || changes.length - cursor > versions.length) {
      for (let index = 0; index < versions.length; index++) if (!judgeAgain(index)) return false;
    } else for (let at = cursor; at < changes.length; at++) if (!judgeAgain(changes[at] as number)) return false;
    return true;
  }

  return {
    update() {
      const isWhole = judgeChanged();
      // What has been judged stays judged; the rest is looked for among all nodes.
      cursor = isWhole ? changes.length : -1;
      return isWhole;
    },
    at: (index) => verdicts[ofNode[index] as number] as Verdict,
    state: () => state,
    now: (index) => (judgeAgain(index) ? verdicts[ofNode[index] as number] : undefined),
    *counts() {
      for (let position = 0; position < verdicts.length; position++) if ((nodesOf[position] as number) > 0) yield [verdicts[position] as Verdict, nodesOf[position] as number];
    },
  };
}
