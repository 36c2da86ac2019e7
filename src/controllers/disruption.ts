// PodDisruptionBudgets: how many pods may be evicted now.
// Source: pkg/controller/disruption/disruption.go
import { findCondition } from '../api/conditions.js';
import { compileLabelSelector, selectorMatches } from '../api/labelSelector.js';
import { objectKey, splitKey, type KubernetesObject, type WatchEvent } from '../api/meta.js';
import { controllerOf } from '../api/ownerReference.js';
import { isPodReady } from '../api/pods.js';
import type { Condition, LabelSelector, Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '../api/types.js';
import type { Reader } from '../apiserver/reader.js';
import { compareStrings, sortedKeys } from '../util/compare.js';
import { deepEqual } from '../util/objects.js';
import { formatTime, parseTime } from '../util/time.js';
import type { Controller, ControllerContext, ControllerDescription, ReconcileResult } from './controller.js';
import { scaledUp } from './shared/intOrPercent.js';

/** How long an evicted pod counts as disrupted before it must be gone. */
const DELETION_TIMEOUT_MS = 120_000;

/** Runs PodDisruptionBudgets. */
export const disruption: ControllerDescription = { name: 'controllermanager', create: createDisruptionController };

/** What a budget wants. */
interface Expectation {
  expectedPods: number;
  desiredHealthy: number;
  hasUnmanagedPods: boolean;
}

function createDisruptionController({ client, queue, nowMs }: ControllerContext): Controller {
  const { read } = client;
  /** The pods that a budget selects, by their keys; keyed by the budget's key. Absent until the budget is first looked at. */
  const selected = new Map<string, Map<string, Pod>>();

  const selects = (budget: PodDisruptionBudget, pod: Pod): boolean => budget.spec?.selector !== undefined && selectorMatches(compileLabelSelector(budget.spec.selector), pod.metadata.labels);

  function onPod({ type, object: pod, old }: WatchEvent<Pod>): void {
    const budgets = read.list('poddisruptionbudgets.policy', pod.metadata.namespace ?? '');
    if (budgets.length === 0) return;
    const podKey = objectKey(pod);
    const matching: PodDisruptionBudget[] = [];
    for (const budget of budgets) {
      const pods = selected.get(objectKey(budget));
      if (!selects(budget, pod)) {
        if (old !== undefined) pods?.delete(podKey);
        continue;
      }
      matching.push(budget);
      if (type === 'DELETED') pods?.delete(podKey);
      else pods?.set(podKey, pod);
    }
    const chosen = matching[0];
    if (chosen === undefined) return;
    if (matching.length > 1) {
      const { namespace = '', name = '' } = pod.metadata;
      client.event(pod, 'Warning', 'MultiplePodDisruptionBudgets', `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${chosen.metadata.name ?? ''}" arbitrarily.`);
    }
    queue.add(objectKey(chosen));
  }

  function podsOf(key: string, budget: PodDisruptionBudget): Map<string, Pod> {
    let pods = selected.get(key);
    if (pods !== undefined) return pods;
    pods = new Map();
    for (const pod of read.list('pods', budget.metadata.namespace ?? '')) if (selects(budget, pod)) pods.set(objectKey(pod), pod);
    selected.set(key, pods);
    return pods;
  }

  function reconcile(key: string): ReconcileResult {
    const budget = read.get('poddisruptionbudgets.policy', ...splitKey(key));
    if (budget === undefined) {
      selected.delete(key);
      return 'done';
    }
    const pods = [...podsOf(key, budget).values()];
    if (pods.length === 0) client.event(budget, 'Normal', 'NoPods', 'No matching pods found');
    const expectation = expectPods(read, budget, pods);
    if (typeof expectation === 'string') {
      client.event(budget, 'Warning', 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${expectation}`);
      writeStatus(budget, failSafe(budget, expectation));
      return 'retry';
    }
    if (expectation.hasUnmanagedPods) client.event(budget, 'Warning', 'UnmanagedPods', unmanagedMessage(budget.spec?.selector));
    const { disrupted, againAtMs } = disruptedPods(budget, pods);
    const currentHealthy = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && disrupted[pod.metadata.name ?? ''] === undefined && isPodReady(pod)).length;
    writeStatus(budget, newStatus(budget, { expectation, currentHealthy, disrupted }));
    if (againAtMs !== undefined) queue.addAfter(key, Math.max((againAtMs - nowMs()) / 1000, 0.001));
    return 'done';
  }

  /** Evicted pods that are still expected to go, and when the first of them is overdue. */
  function disruptedPods(budget: PodDisruptionBudget, pods: readonly Pod[]): { disrupted: Record<string, string>; againAtMs: number | undefined } {
    const disrupted: Record<string, string> = {};
    let againAtMs: number | undefined;
    for (const pod of pods) {
      const name = pod.metadata.name ?? '';
      const since = pod.metadata.deletionTimestamp === undefined ? budget.status?.disruptedPods?.[name] : undefined;
      if (since === undefined) continue;
      const dueMs = (parseTime(since) ?? 0) + DELETION_TIMEOUT_MS;
      if (dueMs < nowMs()) {
        client.event(pod, 'Warning', 'NotDeleted', `Pod was expected by PDB ${budget.metadata.namespace ?? ''}/${budget.metadata.name ?? ''} to be deleted but it wasn't`);
        continue;
      }
      againAtMs = Math.min(againAtMs ?? dueMs, dueMs);
      disrupted[name] = since;
    }
    return { disrupted, againAtMs };
  }

  function newStatus(budget: PodDisruptionBudget, { expectation, currentHealthy, disrupted }: { expectation: Expectation; currentHealthy: number; disrupted: Record<string, string> }): PodDisruptionBudgetStatus {
    const { expectedPods, desiredHealthy } = expectation;
    const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
    const reason = disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods';
    return {
      currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods,
      ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
      ...(budget.metadata.generation === undefined ? {} : { observedGeneration: budget.metadata.generation }),
      conditions: [condition(budget, { status: disruptionsAllowed > 0 ? 'True' : 'False', reason, message: '' })],
    };
  }

  function failSafe(budget: PodDisruptionBudget, error: string): PodDisruptionBudgetStatus {
    const before = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...budget.status };
    return { ...before, disruptionsAllowed: 0, conditions: [condition(budget, { status: 'False', reason: 'SyncFailed', message: error })] };
  }

  function condition(budget: PodDisruptionBudget, wanted: { status: string; reason: string; message: string }): Condition {
    const known = findCondition(budget.status?.conditions, 'DisruptionAllowed');
    const lastTransitionTime = known?.status === wanted.status ? known.lastTransitionTime : formatTime(nowMs());
    const { generation } = budget.metadata;
    return { type: 'DisruptionAllowed', ...wanted, lastTransitionTime, ...(generation === undefined ? {} : { observedGeneration: generation }) };
  }

  function writeStatus(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): void {
    if (!deepEqual(status, budget.status)) client.updateStatus({ ...budget, status });
  }

  return {
    handlers: {
      'poddisruptionbudgets.policy': ({ object, old }) => {
        if (old !== undefined && !deepEqual(old.spec?.selector, object.spec?.selector)) selected.delete(objectKey(object));
        queue.add(objectKey(object));
      },
      pods: onPod,
    },
    reconcile,
  };
}

/** How many pods the budget expects, or why that cannot be known. */
function expectPods(read: Reader, budget: PodDisruptionBudget, pods: readonly Pod[]): Expectation | string {
  const { maxUnavailable, minAvailable } = budget.spec ?? {};
  if (maxUnavailable === undefined && typeof minAvailable !== 'string') {
    return { expectedPods: minAvailable === undefined ? 0 : pods.length, desiredHealthy: minAvailable ?? 0, hasUnmanagedPods: false };
  }
  const scale = expectedScale(read, pods);
  if (typeof scale === 'string') return scale;
  const desiredHealthy = maxUnavailable === undefined ? scaledUp(minAvailable, scale.replicas) : Math.max(0, scale.replicas - scaledUp(maxUnavailable, scale.replicas));
  return { expectedPods: scale.replicas, desiredHealthy, hasUnmanagedPods: scale.hasUnmanagedPods };
}

/** The sum of the sizes of the pods' controllers. */
function expectedScale(read: Reader, pods: readonly Pod[]): { replicas: number; hasUnmanagedPods: boolean } | string {
  const seen = new Set<string>();
  const counted = new Set<string>();
  let replicas = 0;
  let hasUnmanagedPods = false;
  for (const pod of pods) {
    const reference = controllerOf(pod);
    if (reference === undefined) {
      hasUnmanagedPods = true;
      continue;
    }
    if (seen.has(reference.uid)) continue;
    seen.add(reference.uid);
    const namespace = pod.metadata.namespace ?? '';
    const found = scaleOf(read, namespace, reference);
    if (typeof found === 'string') return found;
    if (found === undefined) return `found no controllers for pod "${pod.metadata.name ?? ''}"`;
    if (!counted.has(found.uid)) replicas += found.replicas;
    counted.add(found.uid);
  }
  return { replicas, hasUnmanagedPods };
}

const WITHOUT_SCALE: Record<string, string> = { 'apps/v1/DaemonSet': 'daemonsets.apps', 'batch/v1/Job': 'jobs.batch', 'batch/v1/CronJob': 'cronjobs.batch', 'v1/Node': 'nodes' };

function scaleOf(read: Reader, namespace: string, { apiVersion, kind, name, uid }: { apiVersion: string; kind: string; name: string; uid: string }): { uid: string; replicas: number } | string | undefined {
  const sized = (object: (KubernetesObject & { spec?: { replicas?: number } }) | undefined): { uid: string; replicas: number } | undefined =>
    object?.metadata.uid === uid ? { uid, replicas: object.spec?.replicas ?? 1 } : undefined;
  switch (`${apiVersion}/${kind}`) {
    case 'v1/ReplicationController':
      return sized(read.get('replicationcontrollers', namespace, name));
    case 'apps/v1/StatefulSet':
      return sized(read.get('statefulsets.apps', namespace, name));
    case 'apps/v1/ReplicaSet': {
      const set = read.get('replicasets.apps', namespace, name);
      const parent = set?.metadata.uid === uid ? controllerOf(set) : undefined;
      const deployment = parent?.kind === 'Deployment' ? read.get('deployments.apps', namespace, parent.name) : undefined;
      if (parent !== undefined && deployment?.metadata.uid === parent.uid) return { uid: parent.uid, replicas: deployment.spec?.replicas ?? 1 };
      return parent === undefined ? sized(set) : undefined;
    }
    default: {
      const resource = WITHOUT_SCALE[`${apiVersion}/${kind}`];
      return resource === undefined ? undefined : `${resource} does not implement the scale subresource`;
    }
  }
}

function unmanagedMessage(selector: LabelSelector | undefined): string {
  return `Pods selected by this PodDisruptionBudget (selector: ${printSelector(selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
}

/** The selector as Go's generated String method prints it. */
function printSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return 'nil';
  const labels = sortedKeys(selector.matchLabels).sort(compareStrings).map((name) => `${name}: ${selector.matchLabels?.[name] ?? ''},`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${(values ?? []).join(' ')}],},`);
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}
