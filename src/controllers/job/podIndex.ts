// The pods of every Job that still matter to it, kept up with every event: a sync costs what runs and what has changed, not what has long been counted.
import type { WatchEvent } from '../../api/meta.js';
import { controllerOf } from '../../api/ownerReference.js';
import { isPodActive, isPodReady, isPodTerminal } from '../../api/pods.js';
import type { Pod } from '../../api/types.js';
import { deepEqual } from '../../util/objects.js';
import { indexOf } from './indexes.js';
import { isTracked } from './jobPods.js';
import { restartsOf } from './policies.js';

/** The pods of one Job, keyed by uid. A finished pod that has been let go of is in none of the lists. */
export interface PodsOfJob {
  /** Neither finished nor being deleted. */
  readonly active: ReadonlyMap<string, Pod>;
  /** Finished and not let go of, or being deleted. */
  readonly ended: ReadonlyMap<string, Pod>;
  /** How many pods have become active, or got another index while they were, so far: indexes can clash only after it has grown. */
  readonly arrivals: number;
  /** How many of the active ones are ready. */
  readonly ready: number;
  /** Restarts of containers of those that run or are to run. */
  readonly restarts: number;
  /** Pods that name the Job and whose labels nobody has compared with its selector yet. */
  readonly unclaimed: ReadonlyMap<string, Pod>;
}

/** The index. */
export interface JobPodIndex {
  onPod(event: WatchEvent<Pod>): void;
  of(jobUid: string): PodsOfJob;
  /** Says that the pod belongs to the Job by reference and selector. */
  admit(jobUid: string, pod: Pod): void;
}

type Entry = { active: Map<string, Pod>; ended: Map<string, Pod>; unclaimed: Map<string, Pod>; arrivals: number; ready: number; restarts: number };

const NONE: PodsOfJob = { active: new Map(), ended: new Map(), unclaimed: new Map(), arrivals: 0, ready: 0, restarts: 0 };

/** An index that has seen no pod. */
export function createJobPodIndex(): JobPodIndex {
  const entries = new Map<string, Entry>();

  function take(entry: Entry, uid: string): void {
    entry.unclaimed.delete(uid);
    const before = entry.active.get(uid) ?? entry.ended.get(uid);
    if (before === undefined) return;
    if (entry.active.delete(uid)) {
      if (isPodReady(before)) entry.ready--;
    } else entry.ended.delete(uid);
    entry.restarts -= restartsOf(before);
  }

  /** Puts the pod where it belongs now; one that stays on its list keeps its place there. */
  function put(entry: Entry, uid: string, pod: Pod): void {
    const before = entry.active.get(uid) ?? entry.ended.get(uid);
    const isActive = isPodActive(pod);
    if (before !== undefined && (isActive !== entry.active.has(uid) || isOver(pod))) take(entry, uid);
    else if (before !== undefined) {
      if (isActive && isPodReady(before)) entry.ready--;
      entry.restarts -= restartsOf(before);
    }
    if (isOver(pod)) return;
    if (isActive && (!entry.active.has(uid) || (before !== undefined && indexOf(before) !== indexOf(pod)))) entry.arrivals++;
    (isActive ? entry.active : entry.ended).set(uid, pod);
    if (isActive && isPodReady(pod)) entry.ready++;
    entry.restarts += restartsOf(pod);
  }

  function entryOf(jobUid: string): Entry {
    let entry = entries.get(jobUid);
    if (entry === undefined) entries.set(jobUid, (entry = { active: new Map(), ended: new Map(), unclaimed: new Map(), arrivals: 0, ready: 0, restarts: 0 }));
    return entry;
  }

  function leave(jobUid: string, uid: string): void {
    const entry = entries.get(jobUid);
    if (entry === undefined) return;
    take(entry, uid);
    if (entry.active.size + entry.ended.size + entry.unclaimed.size === 0) entries.delete(jobUid);
  }

  return {
    of: (jobUid) => entries.get(jobUid) ?? NONE,
    admit(jobUid, pod) {
      const uid = pod.metadata.uid ?? '';
      const entry = entryOf(jobUid);
      entry.unclaimed.delete(uid);
      put(entry, uid, pod);
    },
    onPod({ type, object: pod, old }) {
      const reference = controllerOf(pod);
      const before = old === undefined ? undefined : controllerOf(old);
      const uid = pod.metadata.uid ?? '';
      if (before?.kind === 'Job' && (type === 'DELETED' || before.uid !== reference?.uid)) leave(before.uid, uid);
      if (reference?.kind !== 'Job') return;
      if (type === 'DELETED') {
        leave(reference.uid, uid);
        return;
      }
      const entry = entryOf(reference.uid);
      if (old !== undefined && before?.uid === reference.uid && !entry.unclaimed.has(uid) && deepEqual(old.metadata.labels, pod.metadata.labels)) put(entry, uid, pod);
      else {
        take(entry, uid);
        entry.unclaimed.set(uid, pod);
      }
    },
  };
}

/** True when nothing of the pod is left to count. */
function isOver(pod: Pod): boolean {
  return isPodTerminal(pod) && !isTracked(pod);
}
