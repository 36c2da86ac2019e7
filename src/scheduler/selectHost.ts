// Which of the nodes with the highest total is taken. Without extenders the original leaves no room for chance:
// the winner is the root of a heap built bottom-up over the list of feasible nodes.
// Source: pkg/scheduler/schedule_one.go (selectHost, nodeScoreHeap)

/** Position of the choice: among the highest totals the first one in depth-first order of the list seen as a binary tree. */
export function selectHost(totals: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < totals.length; index++) {
    const total = totals[index] as number;
    const most = totals[best] as number;
    if (total > most || (total === most && isLaterBefore(index, best))) best = index;
  }
  return best;
}

/** How many positions share the highest total. */
export function countTied(totals: ArrayLike<number>): number {
  let tied = 0;
  let most = -Infinity;
  for (let index = 0; index < totals.length; index++) {
    const total = totals[index] as number;
    if (total < most) continue;
    tied = total === most ? tied + 1 : 1;
    most = total;
  }
  return tied;
}

/** As isBefore, for a position after the other one in the list. */
export function isLaterBefore(later: number, earlier: number): boolean {
  const shift = Math.clz32(earlier + 1) - Math.clz32(later + 1);
  return (later + 1) >> shift < earlier + 1;
}

/** True when position `a` is visited before `b` in depth-first pre-order: self, left subtree, right subtree. */
export function isBefore(a: number, b: number): boolean {
  const left = a + 1;
  const right = b + 1;
  const leftDepth = 32 - Math.clz32(left);
  const rightDepth = 32 - Math.clz32(right);
  if (leftDepth >= rightDepth) {
    const ancestor = left >> (leftDepth - rightDepth);
    return ancestor !== right && ancestor < right;
  }
  const ancestor = right >> (rightDepth - leftDepth);
  return ancestor === left || left < ancestor;
}
