// A set of completion indexes as runs, so that it costs what its text costs: '0-3,7,9,10'. Source: pkg/controller/job/indexed_job_utils.go (orderedIntervals)

/** Indexes from `first` to `last`, both included. */
interface Run {
  first: number;
  last: number;
}

/** A set of indexes. */
export interface IndexSet {
  readonly size: number;
  has(index: number): boolean;
  add(index: number): void;
  /** The first index from here on that is not in the set. */
  nextFree(from: number): number;
  /** How many indexes both sets hold. */
  countIn(other: IndexSet): number;
  /** Its runs in order. */
  runs(): readonly Readonly<Run>[];
}

/** A set of the given runs, which are in order and apart. */
export function createIndexSet(initial: readonly Readonly<Run>[] = []): IndexSet {
  const runs: Run[] = initial.map((run) => ({ ...run }));
  let size = runs.reduce((sum, { first, last }) => sum + last - first + 1, 0);

  /** Position of the first run that ends at the index or later. */
  const find = (index: number): number => {
    let [low, high] = [0, runs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((runs[middle] as Run).last < index) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const holds = (run: Run | undefined, index: number): boolean => run !== undefined && run.first <= index && index <= run.last;

  return {
    get size() {
      return size;
    },
    has: (index) => holds(runs[find(index)], index),
    add(index) {
      const at = find(index);
      const next = runs[at];
      if (holds(next, index)) return;
      size++;
      const before = runs[at - 1];
      const joinsBefore = before !== undefined && before.last === index - 1;
      const joinsNext = next !== undefined && next.first === index + 1;
      if (joinsBefore && joinsNext) {
        before.last = next.last;
        runs.splice(at, 1);
      } else if (joinsBefore) before.last = index;
      else if (joinsNext) next.first = index;
      else runs.splice(at, 0, { first: index, last: index });
    },
    nextFree(from) {
      const run = runs[find(from)];
      return holds(run, from) ? (run as Run).last + 1 : from;
    },
    countIn(other) {
      const [a, b] = [runs, other.runs()];
      let count = 0;
      for (let i = 0, j = 0; i < a.length && j < b.length; ) {
        const [left, right] = [a[i] as Run, b[j] as Run];
        count += Math.max(0, Math.min(left.last, right.last) - Math.max(left.first, right.first) + 1);
        if (left.last < right.last) i++;
        else j++;
      }
      return count;
    },
    runs: () => runs,
  };
}

/** The indexes of a text, those beyond the completions left out. */
export function parseIndexes(text: string | undefined, completions: number): IndexSet {
  const runs: Run[] = [];
  for (const part of text === undefined || text === '' ? [] : text.split(',')) {
    const [first, last] = part.split('-').map(Number);
    if (first === undefined || Number.isNaN(first)) continue;
    const run = { first, last: Math.min(last ?? first, completions - 1) };
    const before = runs.at(-1);
    // What is out of order is ignored: a server writes them in order.
    if (run.last < run.first || (before !== undefined && run.first <= before.last)) continue;
    if (before !== undefined && run.first === before.last + 1) before.last = run.last;
    else runs.push(run);
  }
  return createIndexSet(runs);
}

/** The text of indexes: runs of three and more as 'a-b'. */
export function formatIndexes(indexes: IndexSet): string {
  return indexes.runs().map(({ first, last }) => (first === last ? String(first) : `${first}${last === first + 1 ? ',' : '-'}${last}`)).join(',');
}
