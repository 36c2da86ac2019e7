// StatefulSets: pods with ordinals, made and ended in order, updated from the top.
// Source: pkg/controller/statefulset/{stateful_set,stateful_set_control,stateful_pod_control}.go
import { compileLabelSelector, selectorMatches } from '../../api/labelSelector.js';
import { objectKey, type WatchEvent } from '../../api/meta.js';
import { controllerOf } from '../../api/ownerReference.js';
import { isPodReady } from '../../api/pods.js';
import type { ControllerRevision, OwnerReference, Pod, StatefulSet, StatefulSetStatus } from '../../api/types.js';
import type { Client } from '../../apiserver/client.js';
import { goJson } from '../../util/goText.js';
import { deepEqual } from '../../util/objects.js';
import type { Controller, ControllerContext, ControllerDescription, ReconcileResult } from '../controller.js';
import { claim } from '../shared/claim.js';
import { slowStartBatch } from '../shared/podControl.js';
import { adoptRevisions, findEqualRevision, listRevisions, newRevision, nextRevision, raiseRevision, revisionData, templateOf, truncateHistory, type RevisionData } from '../shared/revisions.js';
import { revisionHash } from '../shared/templateHash.js';
import { createClaims, isClaimStale, syncClaimOwners, writeClaimOwners } from './claims.js';
import { hasIdentity, hasStorage, isCreated, isInRange, isRunningAndAvailable, isRunningAndReady, isTerminating, newPod, parentAndOrdinal, REVISION_LABEL, startOrdinal, withIdentity } from './identity.js';

const MAX_PREFIX = 223;
const MAX_COLLISIONS = 1000;

/** Runs StatefulSets. */
export const statefulSet: ControllerDescription = { name: 'statefulset-controller', create: createStatefulSetController };

function createStatefulSetController({ client, queue, nowMs }: ControllerContext): Controller {
  const { read } = client;

  /** Wakes the StatefulSet that the reference names, and once more when the pod that is ready now has been so for long enough. */
  function wake(reference: OwnerReference | undefined, { object: pod, old }: WatchEvent<Pod>): void {
    if (reference?.kind !== 'StatefulSet') return;
    const owner = read.get('statefulsets.apps', pod.metadata.namespace ?? '', reference.name);
    if (owner === undefined || owner.metadata.uid !== reference.uid) return;
    const minReadySeconds = owner.spec?.minReadySeconds ?? 0;
    queue.add(objectKey(owner));
    if (minReadySeconds > 0 && old !== undefined && !isPodReady(old) && isPodReady(pod)) queue.addAfter(objectKey(owner), minReadySeconds + 1);
  }

  function onPod(event: WatchEvent<Pod>): void {
    const { type, object: pod, old } = event;
    const { namespace = '' } = pod.metadata;
    const reference = controllerOf(pod);
    const before = old === undefined ? undefined : controllerOf(old);
    wake(before, event);
    wake(reference, event);
    if (reference !== undefined || type === 'DELETED' || (old !== undefined && before === undefined && deepEqual(old.metadata.labels, pod.metadata.labels))) return;
    for (const owner of read.list('statefulsets.apps', namespace)) {
      const selector = compileLabelSelector(owner.spec?.selector ?? {});
      if (selector.length > 0 && selectorMatches(selector, pod.metadata.labels)) queue.add(objectKey(owner));
    }
  }

  function claimPods(set: StatefulSet): Pod[] {
    const { namespace = '', uid = '', name = '' } = set.metadata;
    const selector = compileLabelSelector(set.spec?.selector ?? {});
    const orphans = read.orphanPods(namespace).filter((pod) => selectorMatches(selector, pod.metadata.labels));
    const isMember = (pod: Pod): boolean => parentAndOrdinal(pod)[0] === name;
    return claim([...read.ownedBy('pods', uid), ...orphans], { client, owner: set, selector, filter: isMember });
  }

  function reconcile(key: string): ReconcileResult {
    const set = read.byKey('statefulsets.apps', key);
    if (set === undefined) return 'done';
    const pods = claimPods(set);
    const revisions = syncRevisions(client, set);
    if (revisions === undefined) return 'retry';
    const { status, hasFailed } = syncPods({ client, set, nowMs: nowMs(), revisions }, pods);
    writeStatus(client, set, status);
    const isUsed = ({ metadata: { name } }: ControllerRevision): boolean =>
      name === revisions.current.metadata.name || name === revisions.update.metadata.name || pods.some((pod) => pod.metadata.labels?.[REVISION_LABEL] === name);
    truncateHistory(client, listRevisions(client, set), { isLive: isUsed, limit: set.spec?.revisionHistoryLimit ?? 10 });
    if (hasFailed) return 'retry';
    const minReadySeconds = set.spec?.minReadySeconds ?? 0;
    if (minReadySeconds > 0 && (status.readyReplicas ?? 0) !== (status.availableReplicas ?? 0)) queue.addAfter(key, minReadySeconds);
    return 'done';
  }

  return {
    handlers: { 'statefulsets.apps': ({ key }) => queue.add(key), pods: onPod },
    reconcile,
  };
}

interface Revisions {
  current: ControllerRevision;
  update: ControllerRevision;
  collisionCount: number;
}

/** The revision of the present template, made if needed, and the one before it. */
function syncRevisions(client: Client, set: StatefulSet): Revisions | undefined {
  let revisions = listRevisions(client, set);
  const data = revisionData(set.spec?.template ?? {});
  let equal = findEqualRevision(revisions, data);
  if (equal === undefined) {
    revisions = adoptRevisions(client, set, set.spec?.selector);
    equal = findEqualRevision(revisions, data);
  }
  let collisionCount = set.status?.collisionCount ?? 0;
  let update: ControllerRevision | undefined;
  if (equal !== undefined) update = equal === revisions.at(-1) ? equal : raiseRevision(client, equal, nextRevision(revisions));
  else ({ update, collisionCount } = createRevision(client, set, { data, collisionCount, revision: nextRevision(revisions) }));
  if (update === undefined) return undefined;
  const current = revisions.find((revision) => revision.metadata.name === set.status?.currentRevision);
  return { current: current ?? update, update, collisionCount };
}

function createRevision(client: Client, set: StatefulSet, wanted: { data: RevisionData; collisionCount: number; revision: number }): { update: ControllerRevision | undefined; collisionCount: number } {
  const { namespace = '', name: setName = '' } = set.metadata;
  let { collisionCount } = wanted;
  for (let attempt = 0; attempt < MAX_COLLISIONS; attempt++, collisionCount++) {
    const hash = revisionHash(goJson(wanted.data), collisionCount);
    const name = `${setName.slice(0, MAX_PREFIX)}-${hash}`;
    const labels = { ...set.spec?.template.metadata?.labels, 'controller.kubernetes.io/hash': hash };
    const response = client.create(newRevision(set, { name, labels, data: wanted.data, revision: wanted.revision }));
    if (response.object !== undefined) return { update: response.object, collisionCount };
    if (response.reason !== 'AlreadyExists') break;
    const existing = client.read.get('controllerrevisions.apps', namespace, name);
    if (existing !== undefined && deepEqual(existing.data, wanted.data)) return { update: existing, collisionCount };
  }
  return { update: undefined, collisionCount };
}

/** One sync of the pods. */
interface Sync {
  readonly client: Client;
  readonly set: StatefulSet;
  readonly nowMs: number;
  readonly revisions: Revisions;
}

interface SyncResult {
  status: StatefulSetStatus;
  hasFailed: boolean;
}

/** 'stop' ends the pass, 'failed' ends it and has it repeated. */
type Step = 'go on' | 'stop' | 'failed';

function syncPods(sync: Sync, pods: readonly Pod[]): SyncResult {
  const { client, set, nowMs } = sync;
  const status = countPods(sync, pods);
  if (isTerminatingSet(set)) return { status, hasFailed: false };
  const { replicas, condemned } = partPods(set, pods);
  const isMonotonic = set.spec?.podManagementPolicy !== 'Parallel';

  const processed = forAll(replicas.length, isMonotonic, (index) => {
    // A missing one is made when its turn comes: most passes over an ordered set stop before.
    const pod = replicas[index] ?? versionedPod(sync, startOrdinal(set) + index);
    replicas[index] = pod;
    return processReplica(sync, pod, isMonotonic);
  });
  if (processed !== 'go on') return { status, hasFailed: processed === 'failed' };
  for (const pod of condemned) if (isCreated(pod)) syncClaimOwners(client, set, pod);
  const isUnavailable = (pod: Pod): boolean => isTerminating(pod) || !isRunningAndAvailable(set, pod, nowMs);
  // In order, a pass comes here only when all wanted pods are healthy.
  const firstUnhealthy = [...condemned].reverse().find(isUnavailable);
  const ended = forAll(condemned.length, isMonotonic, (index) => processCondemned(sync, condemned[index] as Pod, { isMonotonic, firstUnhealthy }));
  if (ended !== 'go on' || set.spec?.updateStrategy?.type === 'OnDelete') return { status, hasFailed: ended === 'failed' };
  return rollingUpdate(sync, replicas, { status, isUnavailable });
}

function isTerminatingSet(set: StatefulSet): boolean {
  return set.metadata.deletionTimestamp !== undefined;
}

/** In order until one stops; in bursts, all of them until one fails. */
function forAll(count: number, isMonotonic: boolean, step: (index: number) => Step): Step {
  if (!isMonotonic) return slowStartBatch(count, (index) => (step(index) === 'failed' ? 'failed' : undefined)) === undefined ? 'go on' : 'failed';
  for (let index = 0; index < count; index++) {
    const result = step(index);
    if (result !== 'go on') return result;
  }
  return 'go on';
}

/** The wanted pods by ordinal, undefined for those that are missing; and the pods beyond, highest ordinal first. */
function partPods(set: StatefulSet, pods: readonly Pod[]): { replicas: (Pod | undefined)[]; condemned: Pod[] } {
  const start = startOrdinal(set);
  const replicas = new Array<Pod | undefined>(set.spec?.replicas ?? 1).fill(undefined);
  const condemned: Pod[] = [];
  for (const pod of pods) {
    const [, ordinal] = parentAndOrdinal(pod);
    if (isInRange(set, ordinal)) replicas[ordinal - start] = pod;
    else if (ordinal >= 0) condemned.push(pod);
  }
  condemned.sort((a, b) => parentAndOrdinal(b)[1] - parentAndOrdinal(a)[1]);
  return { replicas, condemned };
}

function versionedPod({ set, revisions: { current, update } }: Sync, ordinal: number): Pod {
  const rolling = set.spec?.updateStrategy?.rollingUpdate;
  const isRolling = (set.spec?.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
  const start = startOrdinal(set);
  const isCurrent = rolling === undefined ? isRolling && ordinal < start + (set.status?.currentReplicas ?? 0) : ordinal < start + (rolling.partition ?? 0);
  return isCurrent
    ? newPod(set, ordinal, { template: templateOf(current), revision: current.metadata.name ?? '' })
    : newPod(set, ordinal, { template: set.spec?.template ?? {}, revision: update.metadata.name ?? '' });
}

function processReplica({ client, set, nowMs }: Sync, pod: Pod, isMonotonic: boolean): Step {
  const phase = pod.status?.phase;
  if (phase === 'Failed' || phase === 'Succeeded') {
    if (!isTerminating(pod) && !deletePod(client, set, pod)) return 'failed';
    return 'stop';
  }
  if (!isCreated(pod)) {
    if (isClaimStale(client, set, pod)) return 'stop';
    if (!createPod(client, set, pod)) return 'failed';
    return isMonotonic ? 'stop' : 'go on';
  }
  if (phase === 'Pending') {
    if (createClaims(client, set, pod) !== undefined) return 'failed';
    writeClaimOwners(client, set, pod);
  }
  if (isMonotonic && (isTerminating(pod) || !isRunningAndReady(pod) || !isRunningAndAvailable(set, pod, nowMs))) return 'stop';
  return updatePod(client, set, pod) ? 'go on' : 'failed';
}

function processCondemned({ client, set, nowMs }: Sync, pod: Pod, { isMonotonic, firstUnhealthy }: { isMonotonic: boolean; firstUnhealthy: Pod | undefined }): Step {
  if (isTerminating(pod)) return isMonotonic ? 'stop' : 'go on';
  if (isMonotonic && pod !== firstUnhealthy && !isRunningAndAvailable(set, pod, nowMs)) return 'stop';
  return deletePod(client, set, pod) ? 'stop' : 'failed';
}

/** Deletes the highest pod of another revision, if all above it are available. */
function rollingUpdate({ client, set, revisions }: Sync, replicas: readonly (Pod | undefined)[], { status, isUnavailable }: { status: StatefulSetStatus; isUnavailable: (pod: Pod) => boolean }): SyncResult {
  const partition = set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  for (let index = replicas.length - 1; index >= partition; index--) {
    const pod = replicas[index] as Pod;
    if (pod.metadata.labels?.[REVISION_LABEL] !== revisions.update.metadata.name && !isTerminating(pod)) {
      const isDeleted = deletePod(client, set, pod);
      if (isDeleted) status.currentReplicas = (status.currentReplicas ?? 0) - 1;
      return { status, hasFailed: !isDeleted };
    }
    if (isUnavailable(pod)) break;
  }
  return { status, hasFailed: false };
}

function tell(client: Client, { set, verb, pod }: { set: StatefulSet; verb: 'Create' | 'Delete' | 'Update'; pod: Pod }, error: string | undefined): void {
  const subject = `${verb} Pod ${pod.metadata.name ?? ''} in StatefulSet ${set.metadata.name ?? ''}`;
  if (error === undefined) client.event(set, 'Normal', `Successful${verb}`, `${subject} successful`);
  else client.event(set, 'Warning', `Failed${verb}`, `${subject} failed error: ${error}`);
}

function createPod(client: Client, set: StatefulSet, pod: Pod): boolean {
  const claimError = createClaims(client, set, pod);
  if (claimError !== undefined) {
    tell(client, { set, verb: 'Create', pod }, claimError);
    return false;
  }
  const response = client.create(pod);
  if (response.reason === 'AlreadyExists') return false;
  writeClaimOwners(client, set, response.object ?? pod);
  tell(client, { set, verb: 'Create', pod }, response.object === undefined ? (response.message ?? '') : undefined);
  return response.object !== undefined;
}

/** One that this very pass has deleted before is told of as a failure, but is none. */
function deletePod(client: Client, set: StatefulSet, pod: Pod): boolean {
  const response = client.delete(pod);
  tell(client, { set, verb: 'Delete', pod }, response.code < 300 ? undefined : (response.message ?? ''));
  return response.code < 300 || response.code === 404;
}

/** Brings identity, storage and the owners of claims in line. */
function updatePod(client: Client, set: StatefulSet, pod: Pod): boolean {
  const isStorageOff = !hasStorage(set, pod);
  let error: string | undefined;
  if (isStorageOff) error = createClaims(client, set, pod);
  const isOff = syncClaimOwners(client, set, pod);
  if (error === undefined && !isStorageOff && !isOff && hasIdentity(set, pod)) return true;
  if (error === undefined) {
    const response = client.update(withIdentity(set, pod));
    if (response.object === undefined) error = response.message ?? '';
  }
  tell(client, { set, verb: 'Update', pod }, error);
  return error === undefined;
}

function countPods({ set, nowMs, revisions }: Sync, pods: readonly Pod[]): StatefulSetStatus {
  const { current, update, collisionCount } = revisions;
  const counts = { replicas: 0, readyReplicas: 0, availableReplicas: 0, currentReplicas: 0, updatedReplicas: 0 };
  for (const pod of pods) {
    if (!isCreated(pod)) continue;
    counts.replicas++;
    if (isRunningAndReady(pod)) counts.readyReplicas++;
    if (isRunningAndAvailable(set, pod, nowMs)) counts.availableReplicas++;
    if (isTerminating(pod)) continue;
    const revision = pod.metadata.labels?.[REVISION_LABEL];
    if (revision === current.metadata.name) counts.currentReplicas++;
    if (revision === update.metadata.name) counts.updatedReplicas++;
  }
  return { ...counts, currentRevision: current.metadata.name ?? '', updateRevision: update.metadata.name ?? '', collisionCount };
}

function writeStatus(client: Client, set: StatefulSet, counted: StatefulSetStatus): void {
  const wanted = set.spec?.replicas ?? 1;
  const status: StatefulSetStatus = { ...counted };
  const isComplete = status.updatedReplicas === wanted && status.readyReplicas === wanted && status.replicas === wanted;
  if (isComplete && (set.spec?.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate') {
    status.currentReplicas = status.updatedReplicas as number;
    status.currentRevision = status.updateRevision as string;
  }
  for (const field of ['readyReplicas', 'currentReplicas', 'updatedReplicas'] as const) if (status[field] === 0) delete status[field];
  if (set.metadata.generation !== undefined) status.observedGeneration = set.metadata.generation;
  if (set.status?.conditions !== undefined) status.conditions = set.status.conditions;
  if (!deepEqual(status, set.status)) client.updateStatus({ ...set, status });
}
