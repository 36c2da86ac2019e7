// Which pods a controller deletes first.
// Source: pkg/controller/controller_utils.go (ActivePods, ActivePodsWithRanks)
import { findCondition } from '../../api/conditions.js';
import { isPodReady } from '../../api/pods.js';
import type { Pod } from '../../api/types.js';
import { compareStrings } from '../../util/compare.js';
import { parseTime } from '../../util/time.js';

const PHASE_ORDER: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 };
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** The pods in the order in which a ReplicaSet deletes them. `rankOf` counts the related pods on the pod's node. */
export function rankForDeletion(pods: readonly Pod[], rankOf: (pod: Pod) => number, nowMs: number): Pod[] {
  return sortByKeys(pods, (a, b) => compareAssignment(a, b) || a.cost - b.cost || rankOf(b.pod) - rankOf(a.pod) || compareAges(a, b, nowMs));
}

/** The pods in the order in which a Job deletes them: no cost, no ranks, exact times. */
export function rankActivePods(pods: readonly Pod[]): Pod[] {
  return sortByKeys(pods, (a, b) => compareAssignment(a, b) || compareExactAges(a, b));
}

/** The annotation that says how dear a pod is; 0 when it is absent or no canonical int32. */
export function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST];
  if (text === undefined || !/^(0|-?[1-9][0-9]*)$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= -(2 ** 31) && cost < 2 ** 31 ? cost : 0;
}

interface Ranked {
  pod: Pod;
  isAssigned: boolean;
  phase: number;
  isReady: boolean;
  cost: number;
  readyMs: number | undefined;
  createdMs: number | undefined;
}

function sortByKeys(pods: readonly Pod[], compare: (a: Ranked, b: Ranked) => number): Pod[] {
  const ranked = pods.map((pod): Ranked => ({
    pod,
    isAssigned: (pod.spec?.nodeName ?? '') !== '',
    phase: PHASE_ORDER[pod.status?.phase ?? ''] ?? 0,
    isReady: isPodReady(pod),
    cost: deletionCost(pod),
    readyMs: parseTime(findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime ?? ''),
    createdMs: parseTime(pod.metadata.creationTimestamp ?? ''),
  }));
  return ranked.sort((a, b) => compare(a, b) || compareStrings(a.pod.metadata.name ?? '', b.pod.metadata.name ?? '')).map(({ pod }) => pod);
}

function compareAssignment(a: Ranked, b: Ranked): number {
  if (a.isAssigned !== b.isAssigned) return a.isAssigned ? 1 : -1;
  if (a.phase !== b.phase) return a.phase - b.phase;
  if (a.isReady !== b.isReady) return a.isReady ? 1 : -1;
  return 0;
}

function compareAges(a: Ranked, b: Ranked, nowMs: number): number {
  if (a.isReady && b.isReady && a.readyMs !== b.readyMs) return compareBuckets(a, b, bucketOf(a.readyMs, nowMs) - bucketOf(b.readyMs, nowMs));
  const restarts = compareRestarts(a.pod, b.pod);
  if (restarts !== 0) return restarts;
  if (a.createdMs !== b.createdMs) return compareBuckets(a, b, bucketOf(a.createdMs, nowMs) - bucketOf(b.createdMs, nowMs));
  return 0;
}

function compareBuckets(a: Ranked, b: Ranked, difference: number): number {
  return difference !== 0 ? difference : compareStrings(a.pod.metadata.uid ?? '', b.pod.metadata.uid ?? '');
}

/** Floating point as in the original: the base-2 logarithm of the age in nanoseconds. */
function bucketOf(sinceMs: number | undefined, nowMs: number): number {
  const ageMs = nowMs - (sinceMs ?? 0);
  return ageMs <= 0 ? -1 : Math.trunc(Math.log2(ageMs * 1e6));
}

function compareExactAges(a: Ranked, b: Ranked): number {
  if (a.isReady && b.isReady && a.readyMs !== b.readyMs) return (b.readyMs ?? 0) - (a.readyMs ?? 0);
  return compareRestarts(a.pod, b.pod) || (b.createdMs ?? 0) - (a.createdMs ?? 0);
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
