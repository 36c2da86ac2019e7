// The eviction subresource of a pod: a deletion that asks the disruption budgets first. Source: pkg/registry/core/pod/storage/eviction.go
import type { KubernetesObject, ObjectRef, Response } from '../api/meta.js';
import type { Pod, PodCondition, PodDisruptionBudget } from '../api/types.js';
import { compileLabelSelector, selectorMatches } from '../api/labelSelector.js';
import type { StoreKey } from '../store/store.js';
import { formatTime } from '../util/time.js';
import { deleteObject } from './delete.js';
import { notFoundRefusal, refused, tooManyRequests, type Refusal } from './refusal.js';
import type { DeleteOptions, RequestContext } from './requestContext.js';

const TWO_BUDGETS = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
const WOULD_VIOLATE = "Cannot evict pod as it would violate the pod's disruption budget.";

/** Evicts the pod, or says which budget does not allow it now. */
export function evictPod(context: RequestContext, ref: ObjectRef, options: DeleteOptions, actor: string): Response {
  const key: StoreKey = { table: 'pods', namespace: ref.namespace ?? 'default', name: ref.name };
  const pod = context.store.get(key) as Pod | undefined;
  if (pod === undefined) return refused(notFoundRefusal('pods', ref.name));
  const phase = pod.status?.phase;
  // A pod that does no work is deleted without further ado: no budget counts it.
  const isGuarded = phase !== 'Succeeded' && phase !== 'Failed' && phase !== 'Pending' && pod.metadata.deletionTimestamp === undefined;
  if (isGuarded) {
    const budgets = budgetsOf(context, pod);
    if (budgets.length > 1) return refused({ code: 500, reason: '', message: TWO_BUDGETS });
    const budget = budgets[0];
    const refusal = budget === undefined ? undefined : take(context, pod, budget, options.dryRun === true);
    if (refusal !== undefined) return refused(refusal);
  }
  if (isGuarded && options.dryRun !== true) context.store.update(key, withDisruption(context, pod) as KubernetesObject);
  const deleted = deleteObject(context, { ...ref, apiVersion: 'v1', kind: 'Pod' }, options, actor);
  return deleted.code < 300 ? { ...deleted, code: 201 } : deleted;
}

function budgetsOf({ read }: RequestContext, { metadata }: Pod): PodDisruptionBudget[] {
  return read.list('poddisruptionbudgets.policy', metadata.namespace).filter(({ spec }) => spec?.selector !== undefined && selectorMatches(compileLabelSelector(spec.selector), metadata.labels));
}

/** Takes one disruption from the budget, or says why it cannot. */
function take(context: RequestContext, pod: Pod, budget: PodDisruptionBudget, dryRun: boolean): Refusal | undefined {
  const { currentHealthy = 0, desiredHealthy = 0, disruptionsAllowed = 0, observedGeneration = 0 } = budget.status ?? {};
  const isReady = pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;
  if (!isReady && (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (currentHealthy >= desiredHealthy && desiredHealthy > 0))) return undefined;
  const name = budget.metadata.name ?? '';
  if (observedGeneration < (budget.metadata.generation ?? 0)) {
    return tooManyRequests(WOULD_VIOLATE, [{ reason: 'DisruptionBudget', message: `The disruption budget ${name} is still being processed by the server.`, field: '' }]);
  }
  if (disruptionsAllowed <= 0) {
    const failed = budget.status?.conditions?.find(({ type, status, reason }) => type === 'DisruptionAllowed' && status === 'False' && reason === 'SyncFailed');
    const message = failed === undefined
      ? `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
      : `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${failed.message ?? ''}`;
    return tooManyRequests(WOULD_VIOLATE, [{ reason: 'DisruptionBudget', message, field: '' }]);
  }
  if (dryRun) return undefined;
  const disruptedPods = { ...budget.status?.disruptedPods, [pod.metadata.name ?? '']: formatTime(context.nowMs()) };
  const changed = { ...budget, status: { ...budget.status, disruptionsAllowed: disruptionsAllowed - 1, disruptedPods } };
  context.store.update({ table: 'poddisruptionbudgets.policy', namespace: budget.metadata.namespace ?? '', name }, changed as KubernetesObject);
  return undefined;
}

function withDisruption(context: RequestContext, pod: Pod): Pod {
  const condition = {
    type: 'DisruptionTarget', status: 'True', lastProbeTime: null, lastTransitionTime: formatTime(context.nowMs()), reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting',
  } as unknown as PodCondition;
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}
