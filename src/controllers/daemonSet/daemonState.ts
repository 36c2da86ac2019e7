// What the controller keeps in mind of one DaemonSet: verdicts and pods by node, and counts over them, so that an event of one pod costs one node.
// Source: pkg/controller/daemon/daemon_controller.go (updateDaemonSetStatus)
import { isPodAvailable, isPodReady } from '../../api/pods.js';
import type { DaemonSet, Node, Pod, Toleration } from '../../api/types.js';
import { compareStrings } from '../../util/compare.js';
import { scaledUp } from '../shared/intOrPercent.js';
import { daemonTolerations, isUpdated, judgeNode, targetNode, type Verdict } from './eligibility.js';

/** The numbers of the status. */
export interface Counts {
  desired: number;
  current: number;
  ready: number;
  available: number;
  updated: number;
  misscheduled: number;
}

/** Where a node stands in a rolling update: nothing may be taken from it; its old pod may go at once; may go if few enough are gone; is not needed any more; stays, on a node that gets no new one, until enough others are available. */
export interface NodeUpdate {
  kind: 'busy' | 'replace' | 'candidate' | 'drop' | 'leave';
  /** The old pod; absent when busy. */
  pod?: Pod;
}

/** One DaemonSet as last looked at. */
export interface DaemonState {
  readonly set: DaemonSet;
  readonly hash: string;
  readonly tolerations: Toleration[];
  /** Node name → verdict; nodes that do not exist have none. */
  readonly verdicts: Map<string, Verdict>;
  /** Node name → pod name → pod. */
  readonly pods: Map<string, Map<string, Pod>>;
  readonly shares: Map<string, Counts>;
  readonly totals: Counts;
  /** Node name → its part in a rolling update; nodes that need nothing have none. */
  readonly updates: Map<string, NodeUpdate>;
  /** Number of entries of `updates` that are busy. */
  busy: number;
  /** Nodes that have to be looked at. */
  readonly dirty: Set<string>;
}

const FIELDS = ['desired', 'current', 'ready', 'available', 'updated', 'misscheduled'] as const;
const none = (): Counts => ({ desired: 0, current: 0, ready: 0, available: 0, updated: 0, misscheduled: 0 });

/** The state of a DaemonSet with these nodes and pods; every node is dirty. */
export function createDaemonState(set: DaemonSet, { hash, nodes, pods }: { hash: string; nodes: readonly Node[]; pods: readonly Pod[] }): DaemonState {
  const state: DaemonState = {
    set, hash, tolerations: daemonTolerations(set.spec?.template.spec),
    verdicts: new Map(), pods: new Map(), shares: new Map(), totals: none(), updates: new Map(), busy: 0, dirty: new Set(),
  };
  for (const node of nodes) noteNode(state, node.metadata.name ?? '', node);
  for (const pod of pods) notePod(state, undefined, pod);
  return state;
}

/** Takes in a node as it stands now; undefined when it is gone. */
export function noteNode(state: DaemonState, name: string, node: Node | undefined): void {
  if (node === undefined) state.verdicts.delete(name);
  else state.verdicts.set(name, judgeNode(node, state.set.spec?.template.spec, state.tolerations));
  state.dirty.add(name);
}

/** Takes in a pod that was `old` and is `pod` now. */
export function notePod(state: DaemonState, old: Pod | undefined, pod: Pod | undefined): void {
  const before = old === undefined ? undefined : targetNode(old);
  if (old !== undefined && before !== undefined) {
    const there = state.pods.get(before);
    there?.delete(old.metadata.name ?? '');
    if (there?.size === 0) state.pods.delete(before);
    state.dirty.add(before);
  }
  const after = pod === undefined ? undefined : targetNode(pod);
  if (pod === undefined || after === undefined) return;
  const there = state.pods.get(after);
  if (there === undefined) state.pods.set(after, new Map([[pod.metadata.name ?? '', pod]]));
  else there.set(pod.metadata.name ?? '', pod);
  state.dirty.add(after);
}

/** The pods of a node but for finished ones that are being deleted: scheduled ones first, then the oldest. */
export function podsOf(state: DaemonState, nodeName: string): Pod[] {
  const there = state.pods.get(nodeName);
  if (there === undefined) return [];
  const pods: Pod[] = [];
  for (const pod of there.values()) {
    const isTerminal = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (!isTerminal || pod.metadata.deletionTimestamp === undefined) pods.push(pod);
  }
  return pods.length < 2 ? pods : pods.sort(compareDaemonPods);
}

function compareDaemonPods(a: Pod, b: Pod): number {
  const isAssigned = (pod: Pod): boolean => (pod.spec?.nodeName ?? '') !== '';
  if (isAssigned(a) !== isAssigned(b)) return isAssigned(a) ? -1 : 1;
  return compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareStrings(a.metadata.name ?? '', b.metadata.name ?? '');
}

/** Pods beyond one a node that an update may make; 0 without surge. */
export function maxSurgeOf(set: DaemonSet, desired: number): number {
  if ((set.spec?.updateStrategy?.type ?? 'RollingUpdate') !== 'RollingUpdate') return 0;
  return scaledUp(set.spec?.updateStrategy?.rollingUpdate?.maxSurge, desired);
}

/** Brings the counts up to date for one node. */
export function recount(state: DaemonState, nodeName: string, nowMs: number): void {
  const update = updateOf(state, nodeName, nowMs);
  if (state.updates.get(nodeName)?.kind === 'busy') state.busy--;
  if (update === undefined) state.updates.delete(nodeName);
  else {
    state.updates.set(nodeName, update);
    if (update.kind === 'busy') state.busy++;
  }
  const share = shareOf(state, nodeName, nowMs);
  const before = state.shares.get(nodeName);
  for (const field of FIELDS) state.totals[field] += (share?.[field] ?? 0) - (before?.[field] ?? 0);
  if (share === undefined) state.shares.delete(nodeName);
  else state.shares.set(nodeName, share);
}

function shareOf(state: DaemonState, nodeName: string, nowMs: number): Counts | undefined {
  const verdict = state.verdicts.get(nodeName);
  if (verdict === undefined) return undefined;
  const share = none();
  const first = podsOf(state, nodeName)[0];
  if (!verdict.shouldRun) {
    if (first !== undefined) share.misscheduled = 1;
    return share;
  }
  share.desired = 1;
  if (first === undefined) return share;
  share.current = 1;
  if (isPodReady(first)) share.ready = 1;
  if (isPodAvailable(first, state.set.spec?.minReadySeconds ?? 0, nowMs)) share.available = 1;
  if (isUpdated(state.set, first, state.hash)) share.updated = 1;
  return share;
}

/** The live old and new pod of a node; undefined when there are two of one kind, of which the next look at the node deletes one. */
function pairOf(state: DaemonState, nodeName: string): { old?: Pod; fresh?: Pod } | undefined {
  const pair: { old?: Pod; fresh?: Pod } = {};
  for (const pod of podsOf(state, nodeName)) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const kind = isUpdated(state.set, pod, state.hash) ? 'fresh' : 'old';
    if (pair[kind] !== undefined) return undefined;
    pair[kind] = pod;
  }
  return pair;
}

/** Nodes with an available pod; where an old one stands beside a new one, the old one counts. */
export function countAvailableNodes(state: DaemonState, nowMs: number): number {
  let count = 0;
  for (const nodeName of state.pods.keys()) {
    const { old, fresh } = pairOf(state, nodeName) ?? {};
    const pod = old ?? fresh;
    if (pod !== undefined && isPodAvailable(pod, state.set.spec?.minReadySeconds ?? 0, nowMs)) count++;
  }
  return count;
}

function updateOf(state: DaemonState, nodeName: string, nowMs: number): NodeUpdate | undefined {
  if (!state.pods.has(nodeName)) return undefined;
  const { set } = state;
  const isAvailable = (pod: Pod): boolean => isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs);
  const pair = pairOf(state, nodeName);
  if (pair === undefined) return { kind: 'busy' };
  const { old, fresh } = pair;
  if (maxSurgeOf(set, 1) > 0) {
    if (old === undefined) return undefined;
    if (fresh !== undefined) return isAvailable(fresh) ? { kind: 'drop', pod: old } : { kind: 'busy' };
    if (state.verdicts.get(nodeName)?.shouldRun === false) return { kind: isAvailable(old) ? 'leave' : 'drop', pod: old };
    return { kind: isAvailable(old) ? 'candidate' : 'replace', pod: old };
  }
  if ((old === undefined) === (fresh === undefined)) return { kind: 'busy' };
  if (fresh !== undefined) return isAvailable(fresh) ? undefined : { kind: 'busy' };
  return old === undefined ? undefined : { kind: isAvailable(old) ? 'candidate' : 'replace', pod: old };
}
