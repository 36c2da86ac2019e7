// What one sync of a Deployment works with: the Deployment as last written and the writes to it and its ReplicaSets.
// Source: pkg/controller/deployment/sync.go (scaleReplicaSet, cleanupDeployment)
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../api/types.js';
import type { Client } from '../../apiserver/client.js';
import { compareStrings } from '../../util/compare.js';
import { deepEqual } from '../../util/objects.js';
import { compareAge, DESIRED_REPLICAS, MAX_REPLICAS, maxSurge, replicasOf, revisionOf } from './arithmetic.js';

const NO_LIMIT = 2147483647;

/** A sync under way. */
export interface Rollout {
  readonly client: Client;
  readonly nowMs: number;
  /** As it stands after the writes of this sync. */
  deployment: Deployment;
  /** True when a write was refused and the sync has to be repeated. */
  hasFailed: boolean;
  /** True when another sync at this moment would write nothing, as long as the Deployment and its ReplicaSets stay as they are. */
  isSettled: boolean;
}

/** Writes the status, which it takes over, and the annotations given with it, if that changes anything. True when it did. */
export function writeStatus(rollout: Rollout, status: DeploymentStatus, annotations?: Record<string, string>): boolean {
  const { deployment } = rollout;
  const { apiVersion, kind, spec } = deployment;
  if (status.conditions?.length === 0) delete status.conditions;
  if (deepEqual(status, deployment.status ?? {}) && (annotations === undefined || deepEqual(annotations, deployment.metadata.annotations ?? {}))) return false;
  const metadata = annotations === undefined ? deployment.metadata : { ...deployment.metadata, annotations };
  const response = rollout.client.updateStatus<Deployment>({ apiVersion, kind, metadata, ...(spec === undefined ? {} : { spec }), status });
  if (response.object === undefined) rollout.hasFailed = true;
  else rollout.deployment = response.object;
  return true;
}

/** Sets the two annotations that tell a ReplicaSet the size of its Deployment. */
export function setReplicaAnnotations(annotations: Record<string, string>, deployment: Deployment): void {
  const desired = replicasOf(deployment);
  annotations[DESIRED_REPLICAS] = String(desired);
  annotations[MAX_REPLICAS] = String(desired + maxSurge(deployment));
}

/** Gives the ReplicaSet a size, with its annotations; tells of a change of size. */
export function scaleReplicaSet(rollout: Rollout, set: ReplicaSet, size: number): { set: ReplicaSet; isScaled: boolean } {
  const { client, deployment } = rollout;
  const before = replicasOf(set);
  const annotations = { ...set.metadata.annotations };
  setReplicaAnnotations(annotations, deployment);
  if (before === size && deepEqual(annotations, set.metadata.annotations)) return { set, isScaled: false };
  const response = client.update<ReplicaSet>({ ...set, metadata: { ...set.metadata, annotations }, spec: { ...(set.spec ?? { selector: {} }), replicas: size } });
  if (response.object === undefined) {
    rollout.hasFailed = true;
    return { set, isScaled: false };
  }
  if (before === size) return { set: response.object, isScaled: false };
  client.event(deployment, 'Normal', 'ScalingReplicaSet', `Scaled ${size > before ? 'up' : 'down'} replica set ${set.metadata.name ?? ''} from ${before} to ${size}`);
  return { set: response.object, isScaled: true };
}

/** As scaleReplicaSet, but leaves a ReplicaSet of that size alone. */
export function resizeReplicaSet(rollout: Rollout, set: ReplicaSet, size: number): { set: ReplicaSet; isScaled: boolean } {
  return replicasOf(set) === size ? { set, isScaled: false } : scaleReplicaSet(rollout, set, size);
}

/** Deletes the oldest revisions beyond the history limit. */
export function cleanUpHistory(rollout: Rollout, old: readonly ReplicaSet[]): void {
  const limit = rollout.deployment.spec?.revisionHistoryLimit;
  if (limit === undefined || limit === NO_LIMIT) return;
  const alive = old.filter((set) => set.metadata.deletionTimestamp === undefined);
  const surplus = alive.length - limit;
  if (surplus <= 0) return;
  alive.sort((a, b) => revisionOf(a) - revisionOf(b) || compareAge(a, b) || compareStrings(a.metadata.uid ?? '', b.metadata.uid ?? ''));
  for (const set of alive.slice(0, surplus)) {
    const isObserved = (set.metadata.generation ?? 0) <= (set.status?.observedGeneration ?? 0);
    if ((set.status?.replicas ?? 0) === 0 && replicasOf(set) === 0 && isObserved) rollout.client.delete(set);
  }
}
