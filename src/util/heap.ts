// A binary heap: the smallest item comes out first.

/** A priority queue ordered by the comparison it was made with. */
export interface Heap<T> {
  readonly size: number;
  push(item: T): void;
  peek(): T | undefined;
  pop(): T | undefined;
}

/** An empty heap; items that compare equal come out in no promised order, so make the order total. */
export function createHeap<T>(compare: (a: T, b: T) => number): Heap<T> {
  const items: T[] = [];
  return {
    get size() {
      return items.length;
    },
    push(item) {
      let hole = items.length;
      items.push(item);
      while (hole > 0) {
        const parent = (hole - 1) >> 1;
        const above = items[parent] as T;
        if (compare(item, above) >= 0) break;
        items[hole] = above;
        hole = parent;
      }
      items[hole] = item;
    },
    peek: () => items[0],
    pop() {
      const top = items[0];
      const last = items.pop();
      if (items.length === 0 || last === undefined) return top;
      let hole = 0;
      for (;;) {
        let child = 2 * hole + 1;
        if (child >= items.length) break;
        if (child + 1 < items.length && compare(items[child + 1] as T, items[child] as T) < 0) child++;
        const below = items[child] as T;
        if (compare(last, below) <= 0) break;
        items[hole] = below;
        hole = child;
      }
      items[hole] = last;
      return top;
    },
  };
}
