// The scheduler: a queue of pods without a node, one scheduling cycle a pod, and bindings through the API server.
// Source: pkg/scheduler/{scheduler,schedule_one}.go
import type { ObjectRef, WatchEvent } from '../api/meta.js';
import type { Client } from '../apiserver/client.js';

/** Why a pod is placed or not. */
export interface Explanation {
  /** The choice. */
  node?: string;
  /** Every node that shares the highest total, sorted. */
  tied: string[];
  /** The text of the condition PodScheduled when there is no node. */
  message?: string;
  nominatedNode?: string;
  victims: { namespace: string; name: string }[];
  /** Keyed by node name. A refused node has reasons, a feasible one scores (weighted; skipped plugins are absent) and their total. */
  nodes: Record<string, { reasons?: string[]; scores?: Record<string, number>; total?: number }>;
}

/** What the scheduler is made with. */
export interface SchedulerContext {
  readonly client: Client;
  nowMs(): number;
}

/** A running scheduler. */
export interface Scheduler {
  /** Hears of every write of any resource. */
  onEvent(event: WatchEvent, resource: string): void;
  /** Takes one pod from the active queue and schedules it; false when none is ready. */
  scheduleOne(): boolean;
  /** When the next pod leaves its back-off. */
  nextDueMs(): number | undefined;
  /** Schedules the pod against the cluster as it stands and changes nothing; undefined when there is no such pod. */
  explain(ref: ObjectRef): Explanation | undefined;
}

/** A scheduler with the default profile. */
export function createScheduler(_context: SchedulerContext): Scheduler {
  return { onEvent: () => undefined, scheduleOne: () => false, nextDueMs: () => undefined, explain: () => undefined };
}
