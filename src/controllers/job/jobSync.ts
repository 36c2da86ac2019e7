// What the parts of one sync of a Job hand to each other.
import type { Job, JobCondition, Pod } from '../../api/types.js';
import type { Client } from '../../apiserver/client.js';
import { formatTime } from '../../util/time.js';
import type { BackoffRecord } from './backoff.js';
import type { IndexSet } from './indexSet.js';
import type { PodsOfJob } from './podIndex.js';

/** What a sync starts from. */
export interface JobSync {
  readonly client: Client;
  readonly job: Job;
  /** The pods of the Job that matter; they change while the sync writes. */
  readonly pods: PodsOfJob;
  readonly nowMs: number;
  readonly backoff: BackoffRecord;
}

/** The end that is decided, as its interim condition. */
export interface Verdict {
  type: 'FailureTarget' | 'SuccessCriteriaMet';
  reason: string;
  message: string;
}

/** Indexes of an Indexed Job. */
export interface IndexState {
  /** As the status has them. */
  before: IndexSet;
  succeeded: IndexSet;
  /** Undefined without a limit per index. */
  failed: IndexSet | undefined;
  /** The last failed pod of every index that waits for its replacement; it keeps its finalizer until then. */
  delayed: ReadonlyMap<number, Pod>;
}

/** The condition, True from now on. */
export function newCondition({ type, reason, message }: { type: string; reason: string; message: string }, nowMs: number): JobCondition {
  const now = formatTime(nowMs);
  return { type, status: 'True', lastProbeTime: now, lastTransitionTime: now, reason, message };
}
