// Pods that wait for a node: ready ones by priority, refused ones until something happens that could help them.
// Source: pkg/scheduler/backend/queue/{scheduling_queue,active_queue,backoff_queue}.go
import { createHeap } from '../util/heap.js';
import type { PodInfo } from './framework/podInfo.js';
import type { Profile } from './framework/runtime.js';
import type { ClusterEvent } from './framework/types.js';
import type { SchedulerConfiguration } from './profile/configuration.js';

/** How long pods are left alone after failures. */
type Backoff = Pick<SchedulerConfiguration, 'podInitialBackoffSeconds' | 'podMaxBackoffSeconds'>;
type Place = 'active' | 'backoff' | 'errorBackoff' | 'unschedulable' | 'gated' | 'popped';

/** A pod that waits. */
export interface QueuedPod {
  info: PodInfo;
  /** Stands for the time it entered the queue or failed last. */
  sequence: number;
  failedAtMs: number;
  unschedulableCount: number;
  /** Internal failures since it was refused last. */
  errorCount: number;
  /** Plugins that refused it last. */
  rejectors: ReadonlySet<string>;
  /** Why it may not even be tried. */
  gate: string | undefined;
  place: Place;
  expiryMs: number;
  /** Grows with every move; entries of heaps with another one are stale. */
  stamp: number;
}

/** The queue. */
export interface SchedulingQueue {
  /** A new pod, or a changed one. */
  put(info: PodInfo): void;
  remove(key: string): void;
  /** The next pod to try: an active one, else one that backs off. */
  pop(): QueuedPod | undefined;
  /** Returns a pod that no node took. */
  putBack(pod: QueuedPod, rejectors: ReadonlySet<string>): void;
  /** Returns a pod whose attempt ended in an internal failure. */
  putBackAfterError(pod: QueuedPod): void;
  /** Moves pods that the event may help, those up to a priority if one is given. */
  notice(event: ClusterEvent, upToPriority?: number): void;
  get(key: string): QueuedPod | undefined;
  /** When the next pod returns by itself: from an internal failure, or because it has been left alone for too long. */
  nextDueMs(): number | undefined;
  readonly hasReady: boolean;
}

/** A refused pod that nothing helps for longer is tried again all the same, */
const MAX_UNSCHEDULABLE_MS = 5 * 60_000;
/** but only when somebody looks, which happens so often. */
const LEFTOVER_CHECK_MS = 30_000;
/** Entries of pods that have moved on; more are swept out. */
const MAX_STALE = 1024;

/** Plugins whose refusals are looked at again whenever the taints of a node change. */
const HELPED_BY_TAINTS = ['NodeName', 'NodeAffinity', 'NodePorts', 'NodeResourcesFit', 'VolumeRestrictions', 'VolumeBinding', 'VolumeZone', 'InterPodAffinity', 'NodeDeclaredFeatures', 'DynamicResources'];
/** The only plugins that a pod on a node can help. */
const HELPED_BY_NEIGHBOURS = ['InterPodAffinity', 'PodTopologySpread'];

const NO_REJECTORS: ReadonlySet<string> = new Set();

interface Entry {
  pod: QueuedPod;
  stamp: number;
}

/** An empty queue. */
export function createSchedulingQueue({ profileOf, nowMs, backoff }: { profileOf(info: PodInfo): Profile | undefined; nowMs(): number; backoff: Backoff }): SchedulingQueue {
  const pods = new Map<string, QueuedPod>();
  /** Plugin → pods in the unschedulable pool that it refused. */
  const byRejector = new Map<string, Set<QueuedPod>>();
  let nextSequence = 1;
  let nextStamp = 1;
  const byPriority = (a: Entry, b: Entry): number => b.pod.info.facts.priority - a.pod.info.facts.priority || a.pod.sequence - b.pod.sequence;
  const active = createHeap<Entry>(byPriority);
  const byExpiry = (a: Entry, b: Entry): number => a.pod.expiryMs - b.pod.expiryMs || byPriority(a, b);
  const backingOff = createHeap<Entry>(byExpiry);
  const errorBackoff = createHeap<Entry>(byExpiry);

  /** Refused pods, those that were refused first at the front. */
  let leftover: Entry[] = [];
  let leftoverHead = 0;

  const leave = (pod: QueuedPod): void => {
    if (pod.place === 'unschedulable') for (const name of pod.rejectors) byRejector.get(name)?.delete(pod);
    pod.stamp = nextStamp++;
  };

  const moveTo = (pod: QueuedPod, place: Place): void => {
    leave(pod);
    pod.place = place;
    const entry = { pod, stamp: pod.stamp };
    if (place === 'active') active.push(entry);
    else if (place === 'backoff') backingOff.push(entry);
    else if (place === 'errorBackoff') errorBackoff.push(entry);
    else if (place === 'unschedulable') {
      if (leftover.length > 2 * pods.size + MAX_STALE) {
        leftover = leftover.filter(({ pod: other, stamp }) => other.stamp === stamp);
        leftoverHead = 0;
      }
      leftover.push(entry);
      for (const name of pod.rejectors) {
        let set = byRejector.get(name);
        if (set === undefined) byRejector.set(name, (set = new Set()));
        set.add(pod);
      }
    }
  };

  const gateOf = (info: PodInfo): string | undefined => {
    const plugins = profileOf(info)?.preEnqueue;
    if (plugins === undefined) return undefined;
    for (let index = 0; index < plugins.length; index++) {
      const gate = plugins[index]?.preEnqueue?.(info);
      if (gate !== undefined) return gate;
    }
    return undefined;
  };

  /** To the active queue unless it still backs off. */
  const release = (pod: QueuedPod): void => moveTo(pod, pod.unschedulableCount > 0 && pod.expiryMs >= floorToSecond(nowMs()) ? 'backoff' : 'active');

  const takeFrom = (heap: ReturnType<typeof createHeap<Entry>>): QueuedPod | undefined => {
    for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) if (entry.pod.stamp === entry.stamp) return entry.pod;
    return undefined;
  };

  const dropStale = (heap: ReturnType<typeof createHeap<Entry>>): Entry | undefined => {
    for (let entry = heap.peek(); entry !== undefined; entry = heap.peek()) {
      if (entry.pod.stamp === entry.stamp) return entry;
      heap.pop();
    }
    return undefined;
  };

  const flushErrors = (): void => {
    for (let entry = dropStale(errorBackoff); entry !== undefined && entry.pod.expiryMs < floorToSecond(nowMs()); entry = dropStale(errorBackoff)) moveTo(entry.pod, 'active');
  };

  /** The pod that has been left alone for longest. */
  const firstLeftover = (): QueuedPod | undefined => {
    if (leftover.length === 0) return undefined;
    for (; leftoverHead < leftover.length; leftoverHead++) {
      const { pod, stamp } = leftover[leftoverHead] as Entry;
      if (pod.stamp === stamp) return pod;
    }
    leftover = [];
    leftoverHead = 0;
    return undefined;
  };

  const flushLeftover = (): void => {
    for (let pod = firstLeftover(); pod !== undefined && leftoverDueMs(pod) <= nowMs(); pod = firstLeftover()) release(pod);
  };

  return {
    put(info) {
      const known = pods.get(info.key);
      const gate = gateOf(info);
      if (known === undefined || known.info.pod.metadata.uid !== info.pod.metadata.uid) {
        if (known !== undefined) leave(known);
        const pod: QueuedPod = {
          info, sequence: nextSequence++, failedAtMs: 0, unschedulableCount: 0, errorCount: 0, rejectors: NO_REJECTORS, gate, place: 'popped', expiryMs: 0, stamp: 0,
        };
        pods.set(info.key, pod);
        moveTo(pod, gate === undefined ? 'active' : 'gated');
        return;
      }
      const before = known.info;
      known.info = info;
      known.gate = gate;
      if (known.place === 'gated') {
        if (gate === undefined) moveTo(known, 'active');
      } else if (known.place === 'unschedulable' && (before.facts !== info.facts || !sameLabels(before.labels, info.labels))) {
        const event = { kind: 'ownPodUpdated' as const, pod: info, old: before };
        if ([...known.rejectors].some((name) => profileOf(info)?.byName.get(name)?.isHelpedBy?.(info, event) === true)) release(known);
      }
    },
    remove(key) {
      const pod = pods.get(key);
      if (pod === undefined) return;
      leave(pod);
      pods.delete(key);
    },
    pop() {
      if (pods.size === 0) return undefined;
      flushErrors();
      flushLeftover();
      const pod = takeFrom(active) ?? takeFrom(backingOff);
      if (pod !== undefined) moveTo(pod, 'popped');
      return pod;
    },
    putBack(pod, rejectors) {
      if (pods.get(pod.info.key) !== pod) return;
      pod.unschedulableCount++;
      pod.errorCount = 0;
      pod.sequence = nextSequence++;
      pod.failedAtMs = nowMs();
      pod.expiryMs = floorToSecond(nowMs() + backoffMs(pod.unschedulableCount, backoff));
      pod.rejectors = rejectors;
      moveTo(pod, 'unschedulable');
    },
    putBackAfterError(pod) {
      if (pods.get(pod.info.key) !== pod) return;
      pod.errorCount++;
      pod.sequence = nextSequence++;
      pod.failedAtMs = nowMs();
      pod.expiryMs = floorToSecond(nowMs() + backoffMs(pod.errorCount, backoff));
      moveTo(pod, 'errorBackoff');
    },
    notice(event, upToPriority = Infinity) {
      if (byRejector.size === 0) return;
      const helped = new Set<QueuedPod>();
      const isTaintChange = event.kind === 'nodeUpdated' && taintsChanged(event.old.spec, event.node.spec);
      const names = event.kind === 'assignedPodAdded' ? HELPED_BY_NEIGHBOURS : [...byRejector.keys()];
      for (const name of names) {
        for (const pod of byRejector.get(name) ?? []) {
          if (helped.has(pod) || pod.info.facts.priority > upToPriority) continue;
          const plugin = profileOf(pod.info)?.byName.get(name);
          if ((isTaintChange && HELPED_BY_TAINTS.includes(name)) || plugin?.isHelpedBy?.(pod.info, event) === true) helped.add(pod);
        }
      }
      for (const pod of helped) release(pod);
    },
    get: (key) => pods.get(key),
    nextDueMs() {
      if (pods.size === 0) return undefined;
      const failed = dropStale(errorBackoff);
      const refused = firstLeftover();
      const dueMs = Math.min(failed === undefined ? Infinity : failed.pod.expiryMs + 1000, refused === undefined ? Infinity : leftoverDueMs(refused));
      return dueMs === Infinity ? undefined : dueMs;
    },
    get hasReady() {
      return dropStale(active) !== undefined || dropStale(backingOff) !== undefined;
    },
  };
}

/** 1, 2, 4, 8, 10, 10 … seconds, unless the configuration wants it otherwise. */
export function backoffMs(failures: number, { podInitialBackoffSeconds, podMaxBackoffSeconds }: Backoff): number {
  return 1000 * Math.min(podInitialBackoffSeconds * 2 ** (failures - 1), podMaxBackoffSeconds);
}

/** When the check comes that finds the pod left alone for too long. */
function leftoverDueMs({ failedAtMs }: QueuedPod): number {
  return (Math.floor((failedAtMs + MAX_UNSCHEDULABLE_MS) / LEFTOVER_CHECK_MS) + 1) * LEFTOVER_CHECK_MS;
}

function floorToSecond(timeMs: number): number {
  return timeMs - (timeMs % 1000);
}

function sameLabels(a: Record<string, string> | undefined, b: Record<string, string> | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function taintsChanged(a: { taints?: unknown; unschedulable?: boolean } | undefined, b: { taints?: unknown; unschedulable?: boolean } | undefined): boolean {
  return JSON.stringify(a?.taints ?? []) !== JSON.stringify(b?.taints ?? []) || (a?.unschedulable ?? false) !== (b?.unschedulable ?? false);
}
