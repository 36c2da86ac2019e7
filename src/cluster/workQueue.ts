// A work queue as client-go's: keys wait once, delayed keys come when their time has come, failed ones after a back-off.
// Source: client-go/util/workqueue/{queue,delaying_queue,default_rate_limiters}.go
import type { WorkQueue } from '../controllers/controller.js';
import { createHeap } from '../util/heap.js';

const FIRST_BACKOFF_MS = 5;
const LONGEST_BACKOFF_MS = 1_000_000;

/** A work queue with the side that the loop sees. */
export interface LoopQueue extends WorkQueue {
  /** The next key that is ready, or undefined. */
  take(): string | undefined;
  /** Queues the key again after its back-off. */
  addRateLimited(key: string): void;
  /** Forgets the failures of a key. */
  forget(key: string): void;
  nextDueMs(): number | undefined;
}

/** An empty queue. */
export function createWorkQueue(nowMs: () => number): LoopQueue {
  const ready = new Set<string>();
  /** The keys of `ready` in their order, from `first` on: a Set is slow to give its first key when many have left it. */
  let order: string[] = [];
  let first = 0;
  const delayed = createHeap<{ key: string; dueMs: number; order: number }>((a, b) => a.dueMs - b.dueMs || a.order - b.order);
  const dueOf = new Map<string, number>();
  const failures = new Map<string, number>();
  let delays = 0;

  const addAtMs = (key: string, dueMs: number): void => {
    const earlier = dueOf.get(key);
    if (earlier !== undefined && earlier <= dueMs) return;
    dueOf.set(key, dueMs);
    delayed.push({ key, dueMs, order: delays++ });
  };
  /** Drops entries that an earlier moment has replaced. */
  const dropStale = (): void => {
    for (let top = delayed.peek(); top !== undefined && dueOf.get(top.key) !== top.dueMs; top = delayed.peek()) delayed.pop();
  };

  const add = (key: string): void => {
    if (ready.has(key)) return;
    ready.add(key);
    order.push(key);
  };

  return {
    add,
    addAfter(key, delaySeconds) {
      if (delaySeconds <= 0) add(key);
      else addAtMs(key, nowMs() + Math.ceil(delaySeconds * 1000));
    },
    take() {
      // The loop asks every queue, and most are empty.
      while (delayed.size > 0) {
        dropStale();
        const top = delayed.peek();
        if (top === undefined || top.dueMs > nowMs()) break;
        delayed.pop();
        dueOf.delete(top.key);
        add(top.key);
      }
      if (ready.size === 0) return undefined;
      const key = order[first++] as string;
      if (first === order.length) {
        order = [];
        first = 0;
      }
      ready.delete(key);
      return key;
    },
    addRateLimited(key) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      addAtMs(key, nowMs() + Math.min(FIRST_BACKOFF_MS * 2 ** count, LONGEST_BACKOFF_MS));
    },
    forget: (key) => void failures.delete(key),
    nextDueMs() {
      if (ready.size > 0) return nowMs();
      if (delayed.size === 0) return undefined;
      dropStale();
      return delayed.peek()?.dueMs;
    },
  };
}
