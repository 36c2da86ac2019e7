// Which pods a controller deletes first.
// Source: pkg/controller/controller_utils.go (ActivePods, ActivePodsWithRanks)
import { findCondition } from '../../api/conditions.js';
import type { Pod } from '../../api/types.js';
import { compareStrings } from '../../util/compare.js';
import { parseTime } from '../../util/time.js';

const PHASE_ORDER: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 };
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** How a ReplicaSet deletes pods. */
export interface DeletionOptions {
  /** How many of them go. */
  count: number;
  /** Counts the related pods on the pod's node. */
  rankOf(pod: Pod): number;
  nowMs: number;
}

/** The pods that a ReplicaSet deletes, in that order. */
export function podsToDelete(pods: readonly Pod[], { count, rankOf, nowMs }: DeletionOptions): Pod[] {
  const compare = (a: Ranked, b: Ranked): number => compareAssignment(a, b) || a.cost - b.cost || rankOf(b.pod) - rankOf(a.pod) || compareAges(a, b, nowMs);
  if (count * SELECTION_FACTOR > pods.length) return sortByKeys(pods, compare).slice(0, count);
  // A rollout takes a few of many at a time: finding the first ones is cheaper than an order of all.
  const left = pods.map(keysOf);
  const chosen: Pod[] = [];
  while (chosen.length < count) {
    let first = 0;
    for (let index = 1; index < left.length; index++) if (compareNamed(left[index] as Ranked, left[first] as Ranked, compare) < 0) first = index;
    chosen.push((left[first] as Ranked).pod);
    left[first] = left[left.length - 1] as Ranked;
    left.pop();
  }
  return chosen;
}

/** From this share of the pods on, sorting all of them is cheaper than looking for the first ones. */
const SELECTION_FACTOR = 16;

/** The pods in the order in which a Job deletes them: no cost, no ranks, exact times. */
export function rankActivePods(pods: readonly Pod[]): Pod[] {
  return sortByKeys(pods, (a, b) => compareAssignment(a, b) || compareExactAges(a, b));
}

/** The annotation that says how dear a pod is; 0 when it is absent, no int32, or begins with '+' or a zero. */
export function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST];
  if (text === undefined || !/^(0|-[0-9]+|[1-9][0-9]*)$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= -(2 ** 31) && cost < 2 ** 31 ? cost : 0;
}

interface Ranked {
  pod: Pod;
  isAssigned: boolean;
  phase: number;
  isReady: boolean;
  cost: number;
  /** Times as they stand in the object; they are parsed only where two differ. */
  readyAt: string;
  createdAt: string;
}

function keysOf(pod: Pod): Ranked {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  return {
    pod,
    isAssigned: (pod.spec?.nodeName ?? '') !== '',
    phase: PHASE_ORDER[pod.status?.phase ?? ''] ?? 0,
    isReady: ready?.status === 'True',
    cost: deletionCost(pod),
    readyAt: ready?.lastTransitionTime ?? '',
    createdAt: pod.metadata.creationTimestamp ?? '',
  };
}

function compareNamed(a: Ranked, b: Ranked, compare: (a: Ranked, b: Ranked) => number): number {
  return compare(a, b) || compareStrings(a.pod.metadata.name ?? '', b.pod.metadata.name ?? '');
}

function sortByKeys(pods: readonly Pod[], compare: (a: Ranked, b: Ranked) => number): Pod[] {
  return pods.map(keysOf).sort((a, b) => compareNamed(a, b, compare)).map(({ pod }) => pod);
}

function compareAssignment(a: Ranked, b: Ranked): number {
  if (a.isAssigned !== b.isAssigned) return a.isAssigned ? 1 : -1;
  if (a.phase !== b.phase) return a.phase - b.phase;
  if (a.isReady !== b.isReady) return a.isReady ? 1 : -1;
  return 0;
}

function compareAges(a: Ranked, b: Ranked, nowMs: number): number {
  if (a.isReady && b.isReady && a.readyAt !== b.readyAt) return compareBuckets(a, b, bucketOf(a.readyAt, nowMs) - bucketOf(b.readyAt, nowMs));
  const restarts = compareRestarts(a.pod, b.pod);
  if (restarts !== 0) return restarts;
  if (a.createdAt !== b.createdAt) return compareBuckets(a, b, bucketOf(a.createdAt, nowMs) - bucketOf(b.createdAt, nowMs));
  return 0;
}

function compareBuckets(a: Ranked, b: Ranked, difference: number): number {
  return difference !== 0 ? difference : compareStrings(a.pod.metadata.uid ?? '', b.pod.metadata.uid ?? '');
}

/** Floating point as in the original: the base-2 logarithm of the age in nanoseconds. */
function bucketOf(since: string, nowMs: number): number {
  const ageMs = nowMs - (parseTime(since) ?? 0);
  return ageMs <= 0 ? -1 : Math.trunc(Math.log2(ageMs * 1e6));
}

function compareExactAges(a: Ranked, b: Ranked): number {
  // RFC 3339 in whole seconds of UTC orders as text.
  if (a.isReady && b.isReady && a.readyAt !== b.readyAt) return compareStrings(b.readyAt, a.readyAt);
  return compareRestarts(a.pod, b.pod) || compareStrings(b.createdAt, a.createdAt);
}

function compareRestarts(a: Pod, b: Pod): number {
  const [regularA, sidecarsA] = maxRestarts(a);
  const [regularB, sidecarsB] = maxRestarts(b);
  return regularB - regularA || sidecarsB - sidecarsA;
}

function maxRestarts(pod: Pod): [regular: number, sidecars: number] {
  let regular = 0;
  for (const { restartCount } of pod.status?.containerStatuses ?? []) regular = Math.max(regular, restartCount ?? 0);
  let sidecars = 0;
  for (const { name, restartCount } of pod.status?.initContainerStatuses ?? []) {
    const isSidecar = pod.spec?.initContainers?.some((container) => container.name === name && container.restartPolicy === 'Always') === true;
    if (isSidecar) sidecars = Math.max(sidecars, restartCount ?? 0);
  }
  return [regular, sidecars];
}
