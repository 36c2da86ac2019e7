// ReplicaSets and ReplicationControllers: as many pods of the template as asked for. Both kinds share all of it.
// Source: pkg/controller/replicaset/{replica_set,replica_set_utils}.go, pkg/controller/replication/
import { findCondition } from '../api/conditions.js';
import { compileLabelMap, compileLabelSelector, selectorMatches, type CompiledSelector } from '../api/labelSelector.js';
import { objectKey, type WatchEvent } from '../api/meta.js';
import { controllerOf } from '../api/ownerReference.js';
import { isPodActive, isPodAvailable, isPodReady, isPodTerminating } from '../api/pods.js';
import type { Pod, ReplicaSet, ReplicaSetCondition, ReplicaSetStatus, ReplicationController } from '../api/types.js';
import { deepEqual } from '../util/objects.js';
import { formatTime, parseTime } from '../util/time.js';
import type { Controller, ControllerContext, ControllerDescription, ReconcileResult } from './controller.js';
import { claim } from './shared/claim.js';
import { BURST_REPLICAS, createPod, deletePod, podFromTemplate, slowStartBatch } from './shared/podControl.js';
import { createOwners } from './shared/owners.js';
import { podsToDelete } from './shared/podRanking.js';

type Owner = ReplicaSet | ReplicationController;

/** What differs between the two kinds. */
interface OwnerKind {
  readonly kind: 'ReplicaSet' | 'ReplicationController';
  readonly resource: 'replicasets.apps' | 'replicationcontrollers';
  selectorOf(owner: Owner): CompiledSelector;
}

/** Counts of the pods an owner has claimed, kept up with every event so that a sync need not look at all pods. */
interface Tally {
  /** Those of the owner's template. */
  readonly labels: Record<string, string> | undefined;
  /** Labels of pods that hold all those: pods of one template share them. */
  full: Record<string, string> | undefined;
  active: number;
  labelled: number;
  ready: number;
  terminating: number;
  /** The owner as the last sync left it, while nothing has changed since: another sync would write nothing. */
  settled: Owner | undefined;
}

/** Runs ReplicaSets. */
export const replicaSet: ControllerDescription = {
  name: 'replicaset-controller',
  create: (context) => createReplicaController(context, {
    kind: 'ReplicaSet',
    resource: 'replicasets.apps',
    selectorOf: (owner) => compileLabelSelector((owner as ReplicaSet).spec?.selector ?? {}),
  }),
};

const mapSelectors = new WeakMap<object, CompiledSelector>();

/** Runs ReplicationControllers. */
export const replicationController: ControllerDescription = {
  name: 'replication-controller',
  create: (context) => createReplicaController(context, {
    kind: 'ReplicationController',
    resource: 'replicationcontrollers',
    selectorOf(owner) {
      const map = (owner as ReplicationController).spec?.selector ?? {};
      let selector = mapSelectors.get(map);
      if (selector === undefined) mapSelectors.set(map, (selector = compileLabelMap(map)));
      return selector;
    },
  }),
};

function createReplicaController({ client, queue, nowMs }: ControllerContext, { kind, resource, selectorOf }: OwnerKind): Controller {
  const { read } = client;
  const owners = createOwners<Owner>(kind);
  /** By the owner's uid; absent when the pods have to be looked at again. */
  const tallies = new Map<string, Tally>();

  function onPod(event: WatchEvent<Pod>): void {
    const { type, object: pod, old } = event;
    const namespace = pod.metadata.namespace ?? '';
    const reference = controllerOf(pod);
    const oldReference = old === undefined ? undefined : controllerOf(old);
    if (type === 'MODIFIED' && oldReference !== undefined && oldReference.uid !== reference?.uid) {
      const former = owners.of(namespace, oldReference);
      if (former !== undefined) lookAgain(former.object);
    }
    if (reference !== undefined) {
      const known = owners.of(namespace, reference);
      if (known === undefined) return;
      const { key, object: owner } = known;
      const tally = tallies.get(reference.uid);
      if (tally !== undefined) keepUp(tally, owner, event);
      queue.add(key);
      const minReadySeconds = owner.spec?.minReadySeconds ?? 0;
      if (minReadySeconds > 0 && type === 'MODIFIED' && isPodReady(pod) && old !== undefined && !isPodReady(old)) queue.addAfter(key, minReadySeconds);
      return;
    }
    if (type === 'DELETED') return;
    if (type === 'MODIFIED' && oldReference === undefined && deepEqual(old?.metadata.labels, pod.metadata.labels)) return;
    for (const owner of read.list(resource, namespace) as readonly Owner[]) {
      const selector = selectorOf(owner);
      if (selector.length > 0 && selectorMatches(selector, pod.metadata.labels)) lookAgain(owner);
    }
  }

  function forgetTally(owner: Owner): void {
    tallies.delete(owner.metadata.uid ?? '');
  }

  function lookAgain(owner: Owner): void {
    forgetTally(owner);
    queue.add(objectKey(owner));
  }

  /** Takes the share of a pod's old state out of the counts and puts that of the new one in. */
  function keepUp(tally: Tally, owner: Owner, { type, object: pod, old }: WatchEvent<Pod>): void {
    if (type === 'MODIFIED' && old !== undefined && controllerOf(old)?.uid === owner.metadata.uid) {
      // A pod that may have to be released: the next sync looks at every pod.
      if (!deepEqual(old.metadata.labels, pod.metadata.labels)) forgetTally(owner);
      else if (shareOf(old) !== shareOf(pod)) {
        addShare(tally, old, -1);
        addShare(tally, pod, 1);
      }
      return;
    }
    const last = type === 'DELETED' ? (old ?? pod) : pod;
    // One that does not match is not counted, and is rare: look at every pod again.
    if (selectorMatches(selectorOf(owner), last.metadata.labels)) addShare(tally, last, type === 'DELETED' ? -1 : 1);
    else forgetTally(owner);
  }

  /** The active pods that belong to the owner, after adoption and release, and the counts over them. */
  function claimPods(owner: Owner): { tally: Tally; pods: Pod[] } {
    const { uid = '', namespace = '' } = owner.metadata;
    const labels = owner.spec?.template?.metadata?.labels;
    const selector = selectorOf(owner);
    const owned = read.ownedBy('pods', uid);
    const candidates = owned.filter(isPodActive);
    for (const orphan of read.orphanPods(namespace)) if (isPodActive(orphan) && selectorMatches(selector, orphan.metadata.labels)) candidates.push(orphan);
    const pods = claim(candidates, { client, owner, selector });
    const tally: Tally = { labels, full: undefined, active: 0, labelled: 0, ready: 0, terminating: 0, settled: undefined };
    for (const pod of pods) addShare(tally, pod, 1);
    for (const pod of owned) if (isPodTerminating(pod) && selectorMatches(selector, pod.metadata.labels)) tally.terminating++;
    return { tally, pods };
  }

  /** Creates or deletes towards the wanted number. Returns the first error. */
  function manage(owner: Owner, active: number, listPods: () => readonly Pod[]): string | undefined {
    const missing = (owner.spec?.replicas ?? 1) - active;
    if (missing === 0) return undefined;
    if (missing > 0) {
      const pod = podFromTemplate(owner.spec?.template ?? {}, owner);
      return slowStartBatch(Math.min(missing, BURST_REPLICAS), () => createPod(client, owner, pod));
    }
    const surplus = Math.min(-missing, BURST_REPLICAS);
    const pods = listPods();
    const victims = surplus < pods.length ? podsToDelete(pods, { count: surplus, rankOf: rankOfNode(owner), nowMs: nowMs() }) : pods;
    let firstError: string | undefined;
    for (const pod of victims) {
      const error = deletePod(client, owner, pod);
      firstError ??= error;
    }
    return firstError;
  }

  /** How many active pods of owners with the same controller stand on a pod's node. */
  function rankOfNode(owner: Owner): (pod: Pod) => number {
    const grandparent = controllerOf(owner);
    if (grandparent === undefined || kind !== 'ReplicaSet') return () => 0;
    const counts = new Map<string, number>();
    for (const related of read.ownedBy('replicasets.apps', grandparent.uid)) {
      for (const pod of read.ownedBy('pods', related.metadata.uid ?? '')) {
        const nodeName = pod.spec?.nodeName ?? '';
        if (isPodActive(pod)) counts.set(nodeName, (counts.get(nodeName) ?? 0) + 1);
      }
    }
    return (pod) => counts.get(pod.spec?.nodeName ?? '') ?? 0;
  }

  /** Gives the owner as it stands then; undefined when the write was refused. */
  function writeStatus(owner: Owner, status: ReplicaSetStatus): Owner | undefined {
    if (deepEqual(status, owner.status)) return owner;
    const { apiVersion, metadata, spec } = owner;
    return client.updateStatus({ apiVersion, kind, metadata, ...(spec === undefined ? {} : { spec }), status } as Owner).object;
  }

  /** The status by the counts; that of failures depends on how the sync went. */
  function statusOf(owner: Owner, { active, labelled, ready, terminating }: Tally, available: number): ReplicaSetStatus {
    const status: ReplicaSetStatus = { replicas: active };
    if (labelled > 0) status.fullyLabeledReplicas = labelled;
    if (ready > 0) status.readyReplicas = ready;
    if (available > 0) status.availableReplicas = available;
    if (kind === 'ReplicaSet') status.terminatingReplicas = terminating;
    if (owner.metadata.generation !== undefined) status.observedGeneration = owner.metadata.generation;
    return status;
  }

  function failureConditions(owner: Owner, active: number, error: string | undefined): ReplicaSetCondition[] {
    const conditions = owner.status?.conditions ?? [];
    const failure = findCondition(conditions, 'ReplicaFailure');
    if (error === undefined) return failure === undefined ? conditions : conditions.filter((condition) => condition !== failure);
    if (failure !== undefined) return conditions;
    const reason = active < (owner.spec?.replicas ?? 1) ? 'FailedCreate' : 'FailedDelete';
    return [...conditions, { type: 'ReplicaFailure', status: 'True', lastTransitionTime: formatTime(nowMs()), reason, message: error }];
  }

  /** Seconds until the next ready pod has been ready for long enough. */
  function secondsToAvailable(pods: readonly Pod[], minReadySeconds: number): number | undefined {
    let earliest: number | undefined;
    for (const pod of pods) {
      if (!isPodReady(pod) || isPodAvailable(pod, minReadySeconds, nowMs())) continue;
      const readyMs = parseTime(findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime ?? '') ?? nowMs();
      const seconds = (readyMs + minReadySeconds * 1000 - nowMs()) / 1000;
      if (earliest === undefined || seconds < earliest) earliest = seconds;
    }
    return earliest;
  }

  function reconcile(key: string): ReconcileResult {
    const owner: Owner | undefined = read.byKey(resource, key);
    if (owner === undefined) return 'done';
    const { uid = '' } = owner.metadata;
    const minReadySeconds = owner.spec?.minReadySeconds ?? 0;
    let tally = tallies.get(uid);
    if (tally !== undefined && tally.settled === owner) return 'done';
    let pods: Pod[] | undefined;
    if (tally === undefined || minReadySeconds > 0) {
      ({ tally, pods } = claimPods(owner));
      tallies.set(uid, tally);
    }
    // The status tells what stood before this sync made or deleted anything.
    const { active, ready } = tally;
    const available = pods === undefined ? ready : pods.filter((pod) => isPodAvailable(pod, minReadySeconds, nowMs())).length;
    const status = statusOf(owner, tally, available);
    const listPods = (): readonly Pod[] => pods ?? claimPods(owner).pods;
    const error = owner.metadata.deletionTimestamp === undefined ? manage(owner, active, listPods) : undefined;
    const conditions = failureConditions(owner, active, error);
    if (conditions.length > 0) status.conditions = conditions;
    const written = writeStatus(owner, status);
    if (error !== undefined) return 'retry';
    if (minReadySeconds === 0 && active === (owner.spec?.replicas ?? 1)) tally.settled = written;
    if (minReadySeconds > 0 && ready !== available) {
      const seconds = secondsToAvailable(pods ?? [], minReadySeconds);
      if (seconds !== undefined) queue.addAfter(key, Math.max(seconds, 0.001));
    }
    return 'done';
  }

  return {
    handlers: {
      [resource]: (event: WatchEvent<Owner>) => {
        const { type, key, object, old } = event;
        owners.note(event);
        // Which pods are fully labelled depends on the template.
        if (type === 'DELETED' || (old !== undefined && !deepEqual(old.spec?.template?.metadata?.labels, object.spec?.template?.metadata?.labels))) forgetTally(object);
        queue.add(key);
      },
      pods: onPod,
    },
    reconcile,
  };
}

/** What a pod counts as. */
type Share = 'ready' | 'active' | 'terminating' | 'none';

function shareOf(pod: Pod): Share {
  if (isPodActive(pod)) return isPodReady(pod) ? 'ready' : 'active';
  return isPodTerminating(pod) ? 'terminating' : 'none';
}

function addShare(tally: Tally, pod: Pod, sign: 1 | -1): void {
  tally.settled = undefined;
  const share = shareOf(pod);
  if (share === 'none') return;
  if (share === 'terminating') {
    tally.terminating += sign;
    return;
  }
  tally.active += sign;
  if (share === 'ready') tally.ready += sign;
  if (isLabelled(pod, tally)) tally.labelled += sign;
}

function isLabelled({ metadata: { labels = {} } }: Pod, tally: Tally): boolean {
  if (labels === tally.full) return true;
  for (const name in tally.labels) if (labels[name] !== tally.labels[name]) return false;
  tally.full = labels;
  return true;
}
