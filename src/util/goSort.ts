// Sorting as Go's sort.Slice does it, swap by swap: where a predicate leaves items equal, or contradicts itself, the order that comes out
// is the original's own. For everything else the language's own sort is the better one.
// Source: Go's sort package (pattern-defeating quicksort)

/** A list under sorting. */
interface Sorting {
  less(a: number, b: number): boolean;
  swap(a: number, b: number): void;
}

const MAX_INSERTION = 12;
const SHORTEST_NINTHER = 50;
const SHORTEST_SHIFTING = 50;
const MAX_STEPS = 5;
const MOST_SWAPS = 12;
const SHORTEST_BROKEN = 8;

/** Sorts in place; `isBefore` tells whether the first item belongs before the second. */
export function goSort<T>(items: T[], isBefore: (a: T, b: T) => boolean): T[] {
  const sorting: Sorting = {
    less: (a, b) => isBefore(items[a] as T, items[b] as T),
    swap(a, b) {
      const item = items[a] as T;
      items[a] = items[b] as T;
      items[b] = item;
    },
  };
  quickSort(sorting, { from: 0, to: items.length, limit: bitLength(items.length) });
  return items;
}

/** Sorts positions from…to-1; `limit` bounds the number of bad pivots. */
function quickSort(list: Sorting, range: { from: number; to: number; limit: number }): void {
  let { from, to, limit } = range;
  let wasBalanced = true;
  let wasPartitioned = true;
  for (;;) {
    const length = to - from;
    if (length <= MAX_INSERTION) return insertionSort(list, from, to);
    if (limit === 0) return heapSort(list, from, to);
    if (!wasBalanced) {
      breakPatterns(list, from, to);
      limit--;
    }
    const { position, order } = choosePivot(list, from, to);
    let pivot = position;
    if (order === 'falling') {
      for (let low = from, high = to - 1; low < high; low++, high--) list.swap(low, high);
      pivot = to - 1 - (pivot - from);
    }
    if (wasBalanced && wasPartitioned && order !== 'unknown' && isSortedByShifting(list, from, to)) return;
    // What stands before the range is no smaller than any of it: the pivot is one of the smallest.
    if (from > 0 && !list.less(from - 1, pivot)) {
      from = partitionEqual(list, { from, to, pivot });
      continue;
    }
    const { middle, wasInOrder } = partition(list, { from, to, pivot });
    wasPartitioned = wasInOrder;
    const threshold = Math.floor(length / 8);
    if (middle - from < to - middle) {
      wasBalanced = middle - from >= threshold;
      quickSort(list, { from, to: middle, limit });
      from = middle + 1;
    } else {
      wasBalanced = to - middle >= threshold;
      quickSort(list, { from: middle + 1, to, limit });
      to = middle;
    }
  }
}

function insertionSort(list: Sorting, from: number, to: number): void {
  for (let next = from + 1; next < to; next++) for (let at = next; at > from && list.less(at, at - 1); at--) list.swap(at, at - 1);
}

function heapSort(list: Sorting, from: number, to: number): void {
  const sink = (root: number, end: number): void => {
    for (let at = root; ; ) {
      let child = 2 * at + 1;
      if (child >= end) return;
      if (child + 1 < end && list.less(from + child, from + child + 1)) child++;
      if (!list.less(from + at, from + child)) return;
      list.swap(from + at, from + child);
      at = child;
    }
  };
  const length = to - from;
  for (let root = Math.floor((length - 1) / 2); root >= 0; root--) sink(root, length);
  for (let last = length - 1; last >= 0; last--) {
    list.swap(from, from + last);
    sink(0, last);
  }
}

/** Smaller items to the left of the pivot, the others to its right. */
function partition(list: Sorting, { from, to, pivot }: { from: number; to: number; pivot: number }): { middle: number; wasInOrder: boolean } {
  list.swap(from, pivot);
  let low = from + 1;
  let high = to - 1;
  for (let swaps = 0; ; swaps++) {
    while (low <= high && list.less(low, from)) low++;
    while (low <= high && !list.less(high, from)) high--;
    if (low > high) {
      list.swap(high, from);
      return { middle: high, wasInOrder: swaps === 0 };
    }
    list.swap(low++, high--);
  }
}

/** Items equal to the pivot to the left; returns where the larger ones begin. */
function partitionEqual(list: Sorting, { from, to, pivot }: { from: number; to: number; pivot: number }): number {
  list.swap(from, pivot);
  let low = from + 1;
  let high = to - 1;
  for (;;) {
    while (low <= high && !list.less(from, low)) low++;
    while (low <= high && list.less(from, high)) high--;
    if (low > high) return low;
    list.swap(low++, high--);
  }
}

/** True when the range is in order after a few shifts at most. */
function isSortedByShifting(list: Sorting, from: number, to: number): boolean {
  let next = from + 1;
  for (let step = 0; step < MAX_STEPS; step++) {
    while (next < to && !list.less(next, next - 1)) next++;
    if (next === to) return true;
    if (to - from < SHORTEST_SHIFTING) return false;
    list.swap(next, next - 1);
    if (next - from >= 2) for (let at = next - 1; at >= 1 && list.less(at, at - 1); at--) list.swap(at, at - 1);
    if (to - next >= 2) for (let at = next + 1; at < to && list.less(at, at - 1); at++) list.swap(at, at - 1);
  }
  return false;
}

/** Swaps three items near the middle with others, chosen by a generator that is seeded with the length. */
function breakPatterns(list: Sorting, from: number, to: number): void {
  const length = to - from;
  if (length < SHORTEST_BROKEN) return;
  const mask = (1n << BigInt(bitLength(length))) - 1n;
  const middle = from + Math.floor(length / 4) * 2 - 1;
  let state = BigInt(length);
  for (let index = 0; index < 3; index++) {
    state = BigInt.asUintN(64, state ^ (state << 13n));
    state ^= state >> 7n;
    state = BigInt.asUintN(64, state ^ (state << 17n));
    const other = Number(state & mask);
    list.swap(middle - 1 + index, from + (other >= length ? other - length : other));
  }
}

/** A position whose item is likely to be in the middle, and what the looks at it say about the order of the range. */
function choosePivot(list: Sorting, from: number, to: number): { position: number; order: 'rising' | 'falling' | 'unknown' } {
  const quarter = Math.floor((to - from) / 4);
  let swaps = 0;
  const ordered = (a: number, b: number): [number, number] => {
    if (!list.less(b, a)) return [a, b];
    swaps++;
    return [b, a];
  };
  const median = (a: number, b: number, c: number): number => {
    const [low, middle] = ordered(a, b);
    const [upper] = ordered(middle, c);
    return ordered(low, upper)[1];
  };
  let [first, second, third] = [from + quarter, from + quarter * 2, from + quarter * 3];
  if (to - from >= SHORTEST_NINTHER) {
    first = median(first - 1, first, first + 1);
    second = median(second - 1, second, second + 1);
    third = median(third - 1, third, third + 1);
  }
  const position = median(first, second, third);
  return { position, order: swaps === 0 ? 'rising' : swaps === MOST_SWAPS ? 'falling' : 'unknown' };
}

function bitLength(value: number): number {
  return 32 - Math.clz32(value);
}
