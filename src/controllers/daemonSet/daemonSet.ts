// DaemonSets: one pod on every node that suits.
// Source: pkg/controller/daemon/{daemon_controller,update}.go
import { compileLabelSelector, selectorMatches } from '../../api/labelSelector.js';
import { objectKey, type WatchEvent } from '../../api/meta.js';
import { controllerOf } from '../../api/ownerReference.js';
import { isPodAvailable, isPodReady } from '../../api/pods.js';
import type { ControllerRevision, DaemonSet, DaemonSetStatus, Node, Pod } from '../../api/types.js';
import type { Client } from '../../apiserver/client.js';
import { compareStrings } from '../../util/compare.js';
import { deepEqual } from '../../util/objects.js';
import type { Controller, ControllerContext, ControllerDescription, ReconcileResult } from '../controller.js';
import { claim } from '../shared/claim.js';
import { scaledUp } from '../shared/intOrPercent.js';
import { createPod, deletePod, slowStartBatch } from '../shared/podControl.js';
import { adoptRevisions, findEqualRevision, listRevisions, newRevision, raiseRevision, revisionData } from '../shared/revisions.js';
import { templateHash } from '../shared/templateHash.js';
import { countAvailableNodes, createDaemonState, maxSurgeOf, noteNode, notePod, podsOf, recount, type DaemonState } from './daemonState.js';
import { daemonPod, REVISION_HASH } from './eligibility.js';

const BURST = 250;
const FIRST_BACKOFF_SECONDS = 1;
const LONGEST_BACKOFF_SECONDS = 900;

/** Runs DaemonSets. */
export const daemonSet: ControllerDescription = { name: 'daemonset-controller', create: createDaemonSetController };

/** What one pass wants done. */
interface Work {
  /** Names of nodes that get a pod. */
  create: string[];
  remove: Pod[];
}

function createDaemonSetController({ client, queue, nowMs }: ControllerContext): Controller {
  const { read } = client;
  const states = new Map<string, DaemonState>();
  /** Back-off of failed pods, keyed by the DaemonSet's uid, the generation that was looked at last, and node. */
  const backoffs = new Map<string, { seconds: number; sinceMs: number }>();

  function onPod({ type, object: pod, old }: WatchEvent<Pod>): void {
    const { namespace = '' } = pod.metadata;
    const reference = controllerOf(pod);
    const oldReference = old === undefined ? undefined : controllerOf(old);
    if (oldReference?.kind === 'DaemonSet' && oldReference.uid !== reference?.uid) lookAgain(`${namespace}/${oldReference.name}`);
    if (reference !== undefined) {
      if (reference.kind !== 'DaemonSet') return;
      const owner = read.get('daemonsets.apps', namespace, reference.name);
      if (owner === undefined || owner.metadata.uid !== reference.uid) return;
      const key = objectKey(owner);
      const state = states.get(key);
      if (state !== undefined) {
        const isKnown = oldReference?.uid === reference.uid;
        if (type === 'MODIFIED' && (!isKnown || !deepEqual(old?.metadata.labels, pod.metadata.labels))) states.delete(key);
        else notePod(state, type === 'DELETED' ? (old ?? pod) : old, type === 'DELETED' ? undefined : pod);
      }
      queue.add(key);
      const minReadySeconds = owner.spec?.minReadySeconds ?? 0;
      if (minReadySeconds > 0 && old !== undefined && !isPodReady(old) && isPodReady(pod)) queue.addAfter(key, minReadySeconds + 1);
      return;
    }
    if (type === 'DELETED' || (type === 'MODIFIED' && oldReference === undefined && deepEqual(old?.metadata.labels, pod.metadata.labels))) return;
    for (const owner of read.list('daemonsets.apps', namespace)) {
      const selector = compileLabelSelector(owner.spec?.selector ?? {});
      if (selector.length > 0 && selectorMatches(selector, pod.metadata.labels)) lookAgain(objectKey(owner));
    }
  }

  function lookAgain(key: string): void {
    states.delete(key);
    queue.add(key);
  }

  function onNode({ type, object: node, old }: WatchEvent<Node>): void {
    if (type === 'MODIFIED' && deepEqual(node.spec?.taints, old?.spec?.taints) && deepEqual(node.metadata.labels, old?.metadata.labels)) return;
    for (const [key, state] of states) {
      noteNode(state, node.metadata.name ?? '', type === 'DELETED' ? undefined : node);
      // The end of a node wakes nobody; its pods do when they are collected.
      if (type !== 'DELETED') queue.add(key);
    }
  }

  function stateOf(key: string, set: DaemonSet, hash: string): DaemonState {
    const known = states.get(key);
    const isCurrent = known !== undefined && known.hash === hash && known.set.metadata.uid === set.metadata.uid && deepEqual(known.set.spec, set.spec)
      && deepEqual(known.set.metadata.annotations, set.metadata.annotations) && (set.spec?.minReadySeconds ?? 0) === 0;
    if (isCurrent) return known;
    const { namespace = '', uid = '' } = set.metadata;
    const selector = compileLabelSelector(set.spec?.selector ?? {});
    const orphans = read.orphanPods(namespace).filter((pod) => selectorMatches(selector, pod.metadata.labels));
    const pods = claim([...read.ownedBy('pods', uid), ...orphans], { client, owner: set, selector });
    const state = createDaemonState(set, { hash, nodes: read.list('nodes'), pods });
    states.set(key, state);
    return state;
  }

  function reconcile(key: string): ReconcileResult {
    const set = read.byKey('daemonsets.apps', key);
    if (set === undefined) {
      states.delete(key);
      return 'done';
    }
    if (isEmptySelector(set)) {
      client.event(set, 'Warning', 'SelectingAll', 'This daemon set is selecting all pods. A non-empty selector is required.');
      return 'done';
    }
    if (set.metadata.deletionTimestamp !== undefined) return 'done';
    const revisions = syncRevision(client, set);
    if (revisions === undefined) return 'retry';
    const hash = revisions.current.metadata.labels?.[REVISION_HASH] ?? '';
    const state = stateOf(key, set, hash);
    const dirty = [...state.dirty].sort(compareStrings);
    state.dirty.clear();
    const work: Work = { create: [], remove: [] };
    for (const nodeName of dirty) manageNode(state, nodeName, { key, work, backoffKey: `${set.metadata.uid ?? ''}/${set.status?.observedGeneration ?? 0}` });
    let error = carryOut(state, work);
    for (const nodeName of new Set([...dirty, ...state.dirty])) recount(state, nodeName, nowMs());
    if (error === undefined && (set.spec?.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate') {
      error = carryOut(state, rollingUpdate(state, nowMs()));
      for (const nodeName of state.dirty) recount(state, nodeName, nowMs());
    }
    if (error === undefined) cleanUpHistory(client, state, revisions.old);
    writeStatus(client, state, read.byKey('daemonsets.apps', key) ?? set);
    if (error !== undefined) for (const nodeName of dirty) state.dirty.add(nodeName);
    if ((set.spec?.minReadySeconds ?? 0) > 0 && state.totals.ready !== state.totals.available) queue.addAfter(key, set.spec?.minReadySeconds ?? 0);
    return error === undefined ? 'done' : 'retry';
  }

  /** What the node lacks and what it has too much. */
  function manageNode(state: DaemonState, nodeName: string, { key, work, backoffKey }: { key: string; work: Work; backoffKey: string }): void {
    const verdict = state.verdicts.get(nodeName);
    const pods = podsOf(state, nodeName);
    if (verdict === undefined) {
      work.remove.push(...pods.filter((pod) => (pod.spec?.nodeName ?? '') === ''));
      return;
    }
    if (verdict.shouldRun && pods.length === 0) {
      work.create.push(nodeName);
      return;
    }
    const live = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
    if (!verdict.shouldContinue) {
      work.remove.push(...live);
      return;
    }
    const running: Pod[] = [];
    for (const pod of live) {
      const name = `${objectKey(pod)} on node ${nodeName}`;
      if (pod.status?.phase === 'Failed') {
        const waitSeconds = backOff(`${backoffKey}/${nodeName}`);
        if (waitSeconds > 0) {
          state.dirty.add(nodeName);
          queue.addAfter(key, waitSeconds);
          continue;
        }
        client.event(state.set, 'Warning', 'FailedDaemonPod', `Found failed daemon pod ${name}, will try to kill it`);
        work.remove.push(pod);
      } else if (pod.status?.phase === 'Succeeded') {
        client.event(state.set, 'Normal', 'SucceededDaemonPod', `Found succeeded daemon pod ${name}, will try to delete it`);
        work.remove.push(pod);
      } else running.push(pod);
    }
    if (running.length > 1) work.remove.push(...surplusPods(state, running, nowMs()));
    // With surge, pods that are on their way out take no place.
    else if (running.length === 0 && verdict.shouldRun && maxSurgeOf(state.set, 1) > 0) work.create.push(nodeName);
  }

  /** Seconds after which to look at a failed pod again: the whole back-off, however much of it is over. 0 when it may be replaced now. */
  function backOff(backoffKey: string): number {
    const known = backoffs.get(backoffKey);
    const elapsed = known === undefined ? 0 : (nowMs() - known.sinceMs) / 1000;
    if (known !== undefined && elapsed < known.seconds) return known.seconds;
    const isExpired = known === undefined || elapsed > 2 * LONGEST_BACKOFF_SECONDS;
    backoffs.set(backoffKey, { seconds: isExpired ? FIRST_BACKOFF_SECONDS : Math.min(known.seconds * 2, LONGEST_BACKOFF_SECONDS), sinceMs: nowMs() });
    return 0;
  }

  /** Creates and deletes, at most a burst of each. Gives the first error. */
  function carryOut(state: DaemonState, { create, remove }: Work): string | undefined {
    const { set, hash, tolerations } = state;
    const template = set.spec?.template ?? {};
    const make = (nodeName: string): string | undefined => createPod(client, set, daemonPod(set, nodeName, { template, hash, tolerations }));
    for (const nodeName of create.slice(BURST)) state.dirty.add(nodeName);
    for (const pod of remove.slice(BURST)) notePod(state, pod, pod);
    let firstError = slowStartBatch(Math.min(create.length, BURST), (index) => make(create[index] as string));
    for (const pod of remove.slice(0, BURST)) {
      const error = deletePod(client, set, pod);
      firstError ??= error;
    }
    return firstError;
  }

  return {
    handlers: {
      'daemonsets.apps': ({ key }) => queue.add(key),
      'controllerrevisions.apps': ({ object }) => {
        const reference = controllerOf(object);
        if (reference?.kind === 'DaemonSet') queue.add(`${object.metadata.namespace ?? ''}/${reference.name}`);
      },
      pods: onPod,
      nodes: onNode,
    },
    reconcile,
  };
}

function isEmptySelector(set: DaemonSet): boolean {
  const { matchLabels, matchExpressions } = set.spec?.selector ?? {};
  return Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;
}

/** Running pods of a node beyond the first; with surge, beyond one old and one new pod. */
function surplusPods(state: DaemonState, running: readonly Pod[], nowMs: number): Pod[] {
  const { set, hash } = state;
  if (maxSurgeOf(set, 1) === 0) return running.slice(1);
  const isNew = (pod: Pod): boolean => pod.metadata.labels?.[REVISION_HASH] === hash;
  const newest = running.find(isNew);
  const old = running.find((pod) => !isNew(pod));
  const surplus = running.filter((pod) => pod !== newest && pod !== old);
  if (newest !== undefined && old !== undefined && (!isPodReady(old) || isPodAvailable(newest, set.spec?.minReadySeconds ?? 0, nowMs))) surplus.push(old);
  return surplus;
}

/** Which old pods may go now and, with surge, which nodes get a new one beside the old. */
function rollingUpdate(state: DaemonState, nowMs: number): Work {
  const { set, updates, busy, totals } = state;
  const work: Work = { create: [], remove: [] };
  if (updates.size === busy) return work;
  const maxSurge = maxSurgeOf(set, totals.desired);
  const allowed = scaledUp(set.spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, totals.desired);
  const maxUnavailable = maxSurge === 0 && allowed === 0 ? 1 : allowed;
  const replace = (nodeName: string, pod: Pod): void => void (maxSurge === 0 ? work.remove.push(pod) : work.create.push(nodeName));
  const candidates: string[] = [];
  const left: string[] = [];
  let taken = busy;
  for (const [nodeName, { kind, pod }] of updates) {
    if (pod === undefined) continue;
    if (kind === 'leave') left.push(nodeName);
    else if (kind === 'candidate') candidates.push(nodeName);
    else if (kind === 'drop') work.remove.push(pod);
    else {
      replace(nodeName, pod);
      if (maxSurge === 0) taken++;
    }
  }
  // With surge, a node that is left keeps its pod until as many others are available as are wanted.
  const spare = left.length === 0 ? 0 : Math.max(0, countAvailableNodes(state, nowMs) - totals.desired);
  for (const nodeName of left.sort(compareStrings).slice(0, spare)) work.remove.push(updates.get(nodeName)?.pod as Pod);
  const free = Math.max(0, (maxSurge === 0 ? maxUnavailable : maxSurge) - taken);
  if (free === 0) return work;
  for (const nodeName of candidates.sort(compareStrings).slice(0, free)) replace(nodeName, updates.get(nodeName)?.pod as Pod);
  return work;
}

/** The revision of the present template, made if needed, and the others. */
function syncRevision(client: Client, set: DaemonSet): { current: ControllerRevision; old: ControllerRevision[] } | undefined {
  let revisions = listRevisions(client, set);
  const data = revisionData(set.spec?.template ?? {});
  let equal = findEqualRevision(revisions, data);
  if (equal === undefined) {
    revisions = adoptRevisions(client, set, set.spec?.selector);
    equal = findEqualRevision(revisions, data);
  }
  const old = revisions.filter((revision) => revision !== equal);
  const number = 1 + old.reduce((max, { revision }) => Math.max(max, revision), 0);
  if (equal !== undefined) return { current: equal.revision < number ? raiseRevision(client, equal, number) : equal, old };
  const hash = templateHash(set.spec?.template ?? {}, set.status?.collisionCount);
  const name = `${set.metadata.name ?? ''}-${hash}`;
  const labels = { ...set.spec?.template.metadata?.labels, [REVISION_HASH]: hash };
  const response = client.create(newRevision(set, { name, labels, data, revision: number }));
  if (response.object !== undefined) return { current: response.object, old };
  if (response.reason === 'AlreadyExists') {
    const existing = client.read.get('controllerrevisions.apps', set.metadata.namespace ?? '', name);
    if (existing !== undefined && deepEqual(existing.data, data)) return { current: existing, old };
    const status: DaemonSetStatus = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0, ...set.status, collisionCount: (set.status?.collisionCount ?? 0) + 1 };
    client.updateStatus({ ...set, status });
  }
  return undefined;
}

/** Deletes the lowest revisions beyond the limit of which no pod is left. */
function cleanUpHistory(client: Client, state: DaemonState, old: readonly ControllerRevision[]): void {
  let surplus = old.length - (state.set.spec?.revisionHistoryLimit ?? 10);
  if (surplus <= 0) return;
  const live = new Set<string | undefined>();
  for (const pods of state.pods.values()) for (const pod of pods.values()) live.add(pod.metadata.labels?.[REVISION_HASH]);
  for (const revision of old) {
    if (surplus <= 0) break;
    if (live.has(revision.metadata.labels?.[REVISION_HASH])) continue;
    client.delete(revision);
    surplus--;
  }
}

function writeStatus(client: Client, { totals }: DaemonState, set: DaemonSet): void {
  const status: DaemonSetStatus = {
    currentNumberScheduled: totals.current, desiredNumberScheduled: totals.desired, numberMisscheduled: totals.misscheduled, numberReady: totals.ready,
  };
  if (totals.updated > 0) status.updatedNumberScheduled = totals.updated;
  if (totals.available > 0) status.numberAvailable = totals.available;
  if (totals.desired > totals.available) status.numberUnavailable = totals.desired - totals.available;
  if (set.metadata.generation !== undefined) status.observedGeneration = set.metadata.generation;
  if (set.status?.collisionCount !== undefined) status.collisionCount = set.status.collisionCount;
  if (set.status?.conditions !== undefined) status.conditions = set.status.conditions;
  if (!deepEqual(status, set.status)) client.updateStatus({ ...set, status });
}
