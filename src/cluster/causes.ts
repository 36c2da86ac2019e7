// What wakes a controller: the watch event that queued the key it works on. Followed only for those who want to be told.
import type { WatchEvent } from '../api/meta.js';
import type { LoopQueue } from './workQueue.js';

/** Follows keys from the event that queued them to the reconcile. */
export interface CauseTracker {
  /** The event that is being delivered. */
  begin(event: WatchEvent): void;
  end(): void;
  /** The queue, with its keys followed. */
  follow(queue: LoopQueue): LoopQueue;
  /** The event behind the key that was taken last; undefined when no event was, as after a time-out. */
  current(): WatchEvent | undefined;
}

/** A tracker that has seen nothing. */
export function createCauseTracker(): CauseTracker {
  const delivering: WatchEvent[] = [];
  let current: WatchEvent | undefined;
  return {
    begin: (event) => void delivering.push(event),
    end: () => void delivering.pop(),
    follow(queue) {
      const causes = new Map<string, WatchEvent>();
      const note = (key: string): void => {
        const event = delivering.at(-1);
        if (event !== undefined && !causes.has(key)) causes.set(key, event);
      };
      return {
        ...queue,
        add(key) {
          note(key);
          queue.add(key);
        },
        addAfter(key, delaySeconds) {
          note(key);
          queue.addAfter(key, delaySeconds);
        },
        take() {
          const key = queue.take();
          if (key === undefined) return undefined;
          current = causes.get(key);
          causes.delete(key);
          return key;
        },
      };
    },
    current: () => current,
  };
}
