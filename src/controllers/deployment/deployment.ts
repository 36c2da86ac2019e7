// Deployments: one ReplicaSet a template, and the way from one to the next.
// Source: pkg/controller/deployment/{deployment_controller,rollback}.go
import { findCondition } from '../../api/conditions.js';
import { compileLabelSelector, selectorMatches } from '../../api/labelSelector.js';
import { objectKey, type WatchEvent } from '../../api/meta.js';
import { controllerOf } from '../../api/ownerReference.js';
import type { Deployment, Pod, ReplicaSet } from '../../api/types.js';
import { deepEqual } from '../../util/objects.js';
import type { Controller, ControllerContext, ControllerDescription, ReconcileResult } from '../controller.js';
import { claim } from '../shared/claim.js';
import { createOwners } from '../shared/owners.js';
import { hasProgressDeadline, withCondition } from './conditions.js';
import { rollBack, rollbackRevision } from './rollback.js';
import { writeStatus, type Rollout } from './rollout.js';
import { isScalingEvent, recreate, rollingUpdate, scaleOnly, statusOnly } from './strategies.js';

const NONE: readonly ReplicaSet[] = [];

/** Runs Deployments. */
export const deployment: ControllerDescription = { name: 'deployment-controller', retries: { times: 15 }, create: createDeploymentController };

function createDeploymentController({ client, queue, nowMs }: ControllerContext): Controller {
  const { read } = client;
  const owners = createOwners<Deployment>('Deployment');
  /** By key, a Deployment and its ReplicaSets as a sync left them after which another one at that moment would write nothing. */
  const settled = new Map<string, { deployment: Deployment; sets: readonly ReplicaSet[]; atMs: number }>();
  /** Names of ReplicaSets without a controller, by namespace. */
  const orphans = new Map<string, Set<string>>();

  function onReplicaSet({ type, object: set, old }: WatchEvent<ReplicaSet>): void {
    const { namespace = '', name = '' } = set.metadata;
    const reference = controllerOf(set);
    const oldReference = old === undefined ? undefined : controllerOf(old);
    noteOrphan(namespace, name, type !== 'DELETED' && reference === undefined);
    if (oldReference !== undefined && oldReference.uid !== reference?.uid) {
      const former = owners.of(namespace, oldReference);
      if (former !== undefined) queue.add(former.key);
    }
    if (reference !== undefined) {
      const owner = owners.of(namespace, reference);
      if (owner !== undefined) queue.add(owner.key);
      return;
    }
    if (type === 'DELETED' || (type === 'MODIFIED' && oldReference === undefined && deepEqual(old?.metadata.labels, set.metadata.labels))) return;
    for (const candidate of read.list('deployments.apps', namespace)) {
      const selector = compileLabelSelector(candidate.spec?.selector ?? {});
      if (selector.length > 0 && selectorMatches(selector, set.metadata.labels)) queue.add(objectKey(candidate));
    }
  }

  function noteOrphan(namespace: string, name: string, isOrphan: boolean): void {
    const names = orphans.get(namespace);
    if (!isOrphan) names?.delete(name);
    else if (names === undefined) orphans.set(namespace, new Set([name]));
    else names.add(name);
  }

  /** The end of the last pod lets a Deployment of the strategy Recreate go on. */
  function onPod({ type, object: pod }: WatchEvent<Pod>): void {
    if (type !== 'DELETED') return;
    const { namespace = '' } = pod.metadata;
    const reference = controllerOf(pod);
    if (reference?.kind !== 'ReplicaSet') return;
    const set = read.get('replicasets.apps', namespace, reference.name);
    if (set === undefined || set.metadata.uid !== reference.uid) return;
    const owner = owners.of(namespace, controllerOf(set));
    if (owner?.object.spec?.strategy?.type !== 'Recreate') return;
    const sets = read.ownedBy('replicasets.apps', owner.object.metadata.uid ?? '');
    if (sets.every((each) => read.ownedBy('pods', each.metadata.uid ?? '').length === 0)) queue.add(owner.key);
  }

  function orphansIn(namespace: string): readonly ReplicaSet[] {
    const names = orphans.get(namespace);
    if (names === undefined || names.size === 0) return NONE;
    return [...names].flatMap((name) => read.get('replicasets.apps', namespace, name) ?? []);
  }

  function reconcile(key: string): ReconcileResult {
    const found = read.byKey('deployments.apps', key);
    if (found === undefined) {
      settled.delete(key);
      return 'done';
    }
    const owned = read.ownedBy('replicasets.apps', found.metadata.uid ?? '');
    const strays = orphansIn(found.metadata.namespace ?? '');
    // Its own status is what it hears of most.
    const last = settled.get(key);
    if (last !== undefined && last.deployment === found && last.sets === owned && last.atMs === nowMs() && strays.length === 0) return 'done';
    const rollout: Rollout = { client, nowMs: nowMs(), deployment: found, hasFailed: false, isSettled: false };
    const selector = compileLabelSelector(found.spec?.selector ?? {});
    if (selector.length === 0) {
      client.event(found, 'Warning', 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.');
      const { generation } = found.metadata;
      if ((found.status?.observedGeneration ?? 0) < (generation ?? 0)) writeStatus(rollout, { ...found.status, observedGeneration: generation ?? 0 });
      return 'done';
    }
    const seconds = sync(rollout, claim(strays.length === 0 ? owned : [...owned, ...strays], { client, owner: found, selector }));
    if (rollout.hasFailed) return 'retry';
    if (rollout.isSettled) settled.set(key, { deployment: rollout.deployment, sets: owned, atMs: rollout.nowMs });
    if (seconds !== undefined) queue.addAfter(key, seconds);
    return 'done';
  }

  return {
    handlers: {
      'deployments.apps': (event) => {
        owners.note(event);
        queue.add(event.key);
      },
      'replicasets.apps': onReplicaSet,
      pods: onPod,
    },
    reconcile,
  };
}

/** One sync. Gives the seconds after which to look again, if any. */
function sync(rollout: Rollout, sets: readonly ReplicaSet[]): number | undefined {
  if (rollout.deployment.metadata.deletionTimestamp !== undefined) return void statusOnly(rollout, sets);
  tellOfPause(rollout);
  const isRollingBack = rollbackRevision(rollout.deployment) !== undefined;
  if (rollout.deployment.spec?.paused === true) return void scaleOnly(rollout, sets, isRollingBack);
  if (isRollingBack) return void rollBack(rollout, sets);
  if (isScalingEvent(rollout, sets)) return void scaleOnly(rollout, sets, false);
  return rollout.deployment.spec?.strategy?.type === 'Recreate' ? recreate(rollout, sets) : rollingUpdate(rollout, sets);
}

function tellOfPause(rollout: Rollout): void {
  const { deployment: current, nowMs } = rollout;
  if (!hasProgressDeadline(current)) return;
  const reason = findCondition(current.status?.conditions, 'Progressing')?.reason;
  if (reason === 'ProgressDeadlineExceeded') return;
  const isPaused = current.spec?.paused === true;
  if (isPaused === (reason === 'DeploymentPaused')) return;
  const condition = isPaused
    ? { type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' }
    : { type: 'Progressing', status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' };
  writeStatus(rollout, { ...current.status, conditions: withCondition(current.status?.conditions, condition, nowMs) });
}
