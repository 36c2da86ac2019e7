// A work queue as client-go's: keys wait once, delayed keys come when their time has come, failed ones after a back-off.
// Source: client-go/util/workqueue/{queue,delaying_queue,default_rate_limiters}.go
import type { RetryPolicy, WorkQueue } from '../controllers/controller.js';
import { createHeap } from '../util/heap.js';

const FIRST_BACKOFF_SECONDS = 0.005;
const LONGEST_BACKOFF_SECONDS = 1000;

/** A work queue with the side that the loop sees. */
export interface LoopQueue extends WorkQueue {
  /** The next key that is ready, or undefined. */
  take(): string | undefined;
  /** Queues the key again after its back-off, or gives it up when that has been done often enough. */
  addRateLimited(key: string): void;
  /** Forgets the failures of a key. */
  forget(key: string): void;
  nextDueMs(): number | undefined;
}

/** Keys that were queued once are remembered up to so many. */
const MAX_IDLE = 64;

/** An empty queue. `rests` is told until when no key is ready, whenever that changes; Infinity while there is none. */
export function createWorkQueue(
  nowMs: () => number,
  rests: (untilMs: number) => void = () => undefined,
  { firstSeconds = FIRST_BACKOFF_SECONDS, longestSeconds = LONGEST_BACKOFF_SECONDS, times = Infinity }: RetryPolicy = {},
): LoopQueue {
  /** Whether a key is ready. What has been taken stays as false for a while: a set that is emptied again and again is made anew each time. */
  const isReady = new Map<string, boolean>();
  /** The ready keys in their order, from `first` on. */
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
    rests(nextDueMs() ?? Infinity);
  };
  /** Drops entries that an earlier moment has replaced. */
  const dropStale = (): void => {
    for (let top = delayed.peek(); top !== undefined && dueOf.get(top.key) !== top.dueMs; top = delayed.peek()) delayed.pop();
  };

  const add = (key: string): void => {
    if (isReady.get(key) === true) return;
    isReady.set(key, true);
    if (order.push(key) === 1) rests(-Infinity);
  };

  const nextDueMs = (): number | undefined => {
    if (order.length > 0) return nowMs();
    if (delayed.size === 0) return undefined;
    dropStale();
    return delayed.peek()?.dueMs;
  };

  return {
    add,
    addAfter(key, delaySeconds) {
      if (delaySeconds <= 0) add(key);
      else addAtMs(key, nowMs() + Math.ceil(delaySeconds * 1000));
    },
    take() {
      while (delayed.size > 0) {
        dropStale();
        const top = delayed.peek();
        if (top === undefined || top.dueMs > nowMs()) break;
        delayed.pop();
        dueOf.delete(top.key);
        add(top.key);
      }
      if (order.length === 0) return undefined;
      const key = order[first++] as string;
      isReady.set(key, false);
      if (first === order.length) {
        order = [];
        first = 0;
        if (isReady.size > MAX_IDLE) isReady.clear();
        rests(nextDueMs() ?? Infinity);
      }
      return key;
    },
    addRateLimited(key) {
      const count = failures.get(key) ?? 0;
      if (count >= times) {
        failures.delete(key);
        return;
      }
      failures.set(key, count + 1);
      addAtMs(key, nowMs() + 1000 * Math.min(firstSeconds * 2 ** count, longestSeconds));
    },
    forget(key) {
      if (failures.size > 0) failures.delete(key);
    },
    nextDueMs,
  };
}
