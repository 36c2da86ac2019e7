// PodDisruptionBudgets: how many pods may be evicted now.
// Source: pkg/controller/disruption/disruption.go
import { findCondition } from '../api/conditions.js';
import { compileLabelSelector, selectorMatches } from '../api/labelSelector.js';
import { objectKey, type KubernetesObject, type WatchEvent } from '../api/meta.js';
import { controllerOf } from '../api/ownerReference.js';
import { isPodReady } from '../api/pods.js';
import type { Condition, LabelSelector, OwnerReference, Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '../api/types.js';
import type { Reader } from '../apiserver/reader.js';
import { builtInKinds } from '../kinds/index.js';
import { compareStrings } from '../util/compare.js';
import { deepEqual } from '../util/objects.js';
import { formatTime, parseTime } from '../util/time.js';
import type { Controller, ControllerContext, ControllerDescription, ReconcileResult } from './controller.js';
import { findCustomKind, specReplicasOf } from './shared/customScale.js';
import { scaledUp } from './shared/intOrPercent.js';
import { printSelector } from './shared/printSelector.js';
import { createSelectorIndex } from './shared/selectorIndex.js';

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

/** The pods that a budget selects, counted so that an event of one pod costs no look at the others. */
interface Selection {
  /** By their keys. */
  readonly pods: Map<string, Pod>;
  /** Pods that are ready and not being deleted. */
  healthy: number;
  unmanaged: number;
  /** Controllers of the pods by uid, with the number of pods. */
  readonly owners: Map<string, Owner>;
}

interface Owner {
  readonly reference: OwnerReference;
  readonly namespace: string;
  /** One of its pods, to name in an error. */
  readonly podName: string;
  count: number;
}

function put(selection: Selection, podKey: string, pod: Pod | undefined): void {
  const old = selection.pods.get(podKey);
  if (old !== undefined) count(selection, old, -1);
  if (pod === undefined) selection.pods.delete(podKey);
  else {
    selection.pods.set(podKey, pod);
    count(selection, pod, 1);
  }
}

function count(selection: Selection, pod: Pod, sign: 1 | -1): void {
  if (isHealthy(pod)) selection.healthy += sign;
  const reference = controllerOf(pod);
  if (reference === undefined) {
    selection.unmanaged += sign;
    return;
  }
  const owner = selection.owners.get(reference.uid);
  if (owner === undefined) selection.owners.set(reference.uid, { reference, namespace: pod.metadata.namespace ?? '', podName: pod.metadata.name ?? '', count: 1 });
  else if ((owner.count += sign) === 0) selection.owners.delete(reference.uid);
}

function isHealthy(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && isPodReady(pod);
}

function createDisruptionController({ client, queue, nowMs }: ControllerContext): Controller {
  const { read } = client;
  const index = createSelectorIndex(read);
  /** Keyed by the budget's key. Absent until the budget is first looked at. */
  const selected = new Map<string, Selection>();

  const selects = (budget: PodDisruptionBudget, pod: Pod): boolean => budget.spec?.selector !== undefined && selectorMatches(compileLabelSelector(budget.spec.selector), pod.metadata.labels);

  function onPod(event: WatchEvent<Pod>): void {
    const { type, key: podKey, object: pod } = event;
    const matching: PodDisruptionBudget[] = [];
    for (const key of [...index.keysOf(event)].sort(compareStrings)) {
      const budget = read.byKey('poddisruptionbudgets.policy', key);
      const isSelected = budget !== undefined && selects(budget, pod);
      const selection = selected.get(key);
      if (selection !== undefined) put(selection, podKey, isSelected && type !== 'DELETED' ? pod : undefined);
      if (isSelected) matching.push(budget);
    }
    const chosen = matching[0];
    if (chosen === undefined) return;
    if (matching.length > 1) {
      const { namespace = '', name = '' } = pod.metadata;
      client.event(pod, 'Warning', 'MultiplePodDisruptionBudgets', `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${chosen.metadata.name ?? ''}" arbitrarily.`);
    }
    queue.add(objectKey(chosen));
  }

  function selectionOf(key: string): Selection {
    let selection = selected.get(key);
    if (selection !== undefined) return selection;
    selection = { pods: new Map(), healthy: 0, unmanaged: 0, owners: new Map() };
    for (const pod of index.podsOf(key)) put(selection, objectKey(pod), pod);
    selected.set(key, selection);
    return selection;
  }

  function reconcile(key: string): ReconcileResult {
    const budget = read.byKey('poddisruptionbudgets.policy', key);
    if (budget === undefined) {
      selected.delete(key);
      return 'done';
    }
    const selection = selectionOf(key);
    if (selection.pods.size === 0) client.event(budget, 'Normal', 'NoPods', 'No matching pods found');
    const expectation = expectPods(read, budget, selection);
    if (typeof expectation === 'string') {
      client.event(budget, 'Warning', 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${expectation}`);
      writeStatus(budget, failSafe(budget, expectation));
      return 'done';
    }
    if (expectation.hasUnmanagedPods) client.event(budget, 'Warning', 'UnmanagedPods', unmanagedMessage(budget.spec?.selector));
    const hasDisrupted = Object.keys(budget.status?.disruptedPods ?? {}).length > 0;
    const { disrupted, againAtMs } = hasDisrupted ? disruptedPods(budget, [...selection.pods.values()]) : { disrupted: {}, againAtMs: undefined };
    const currentHealthy = hasDisrupted ? countUndisrupted(selection, disrupted) : selection.healthy;
    writeStatus(budget, newStatus(budget, { expectation, currentHealthy, disrupted }));
    if (againAtMs !== undefined) queue.addAfter(key, Math.max((againAtMs - nowMs()) / 1000, 0.001));
    return 'done';
  }

  /** Evicted pods that are still expected to go, and when the first of them is overdue. */
  function disruptedPods(budget: PodDisruptionBudget, pods: readonly Pod[]): { disrupted: Record<string, string>; againAtMs: number | undefined } {
    const known = budget.status?.disruptedPods ?? {};
    const disrupted: Record<string, string> = {};
    let againAtMs: number | undefined;
    for (const pod of pods) {
      const name = pod.metadata.name ?? '';
      if (pod.metadata.deletionTimestamp !== undefined || !Object.hasOwn(known, name)) continue;
      const since = known[name] as string;
      const dueMs = (parseTime(since) ?? 0) + DELETION_TIMEOUT_MS;
      if (dueMs < nowMs()) {
        // The controller prints the namespace where the name should stand.
        client.event(pod, 'Warning', 'NotDeleted', `Pod was expected by PDB ${budget.metadata.namespace ?? ''}/${budget.metadata.namespace ?? ''} to be deleted but it wasn't`);
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
      conditions: [condition(budget, { status: disruptionsAllowed > 0 ? 'True' : 'False', reason, message: '' }, budget.metadata.generation)],
    };
  }

  function failSafe(budget: PodDisruptionBudget, error: string): PodDisruptionBudgetStatus {
    const before = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...budget.status };
    return { ...before, disruptionsAllowed: 0, conditions: [condition(budget, { status: 'False', reason: 'SyncFailed', message: error }, budget.status?.observedGeneration)] };
  }

  function condition(budget: PodDisruptionBudget, wanted: { status: string; reason: string; message: string }, observedGeneration: number | undefined): Condition {
    const known = findCondition(budget.status?.conditions, 'DisruptionAllowed');
    const lastTransitionTime = known?.status === wanted.status ? known.lastTransitionTime : formatTime(nowMs());
    return { type: 'DisruptionAllowed', ...wanted, lastTransitionTime, ...(observedGeneration === undefined ? {} : { observedGeneration }) };
  }

  function writeStatus(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): void {
    if (!deepEqual(status, budget.status)) client.updateStatus({ ...budget, status });
  }

  return {
    handlers: {
      'poddisruptionbudgets.policy': ({ type, key, object, old }) => {
        if (type !== 'MODIFIED' || !deepEqual(old?.spec?.selector, object.spec?.selector)) {
          selected.delete(key);
          const selector = type === 'DELETED' ? undefined : object.spec?.selector;
          index.set(key, selector === undefined ? undefined : compileLabelSelector(selector));
        }
        queue.add(key);
      },
      pods: onPod,
    },
    reconcile,
  };
}

function countUndisrupted({ pods }: Selection, disrupted: Record<string, string>): number {
  let healthy = 0;
  for (const pod of pods.values()) if (isHealthy(pod) && !Object.hasOwn(disrupted, pod.metadata.name ?? '')) healthy++;
  return healthy;
}

/** How many pods the budget expects, or why that cannot be known. */
function expectPods(read: Reader, budget: PodDisruptionBudget, selection: Selection): Expectation | string {
  const { maxUnavailable, minAvailable } = budget.spec ?? {};
  if (maxUnavailable === undefined && typeof minAvailable !== 'string') {
    return { expectedPods: minAvailable === undefined ? 0 : selection.pods.size, desiredHealthy: minAvailable ?? 0, hasUnmanagedPods: false };
  }
  const replicas = expectedScale(read, selection);
  if (typeof replicas === 'string') return replicas;
  const desiredHealthy = maxUnavailable === undefined ? scaledUp(minAvailable, replicas) : Math.max(0, replicas - scaledUp(maxUnavailable, replicas));
  return { expectedPods: replicas, desiredHealthy, hasUnmanagedPods: selection.unmanaged > 0 };
}

/** The sum of the sizes of the pods' controllers. */
function expectedScale(read: Reader, { owners }: Selection): number | string {
  const counted = new Set<string>();
  let replicas = 0;
  for (const { reference, namespace, podName } of owners.values()) {
    const found = scaleOf(read, namespace, reference);
    if (typeof found === 'string') return found;
    if (found === undefined) return `found no controllers for pod "${podName}"`;
    if (!counted.has(found.uid)) replicas += found.replicas;
    counted.add(found.uid);
  }
  return replicas;
}

/** Built-in resources that have a scale subresource. */
const SCALABLE: ReadonlySet<string> = new Set(['deployments.apps', 'replicasets.apps', 'statefulsets.apps', 'replicationcontrollers']);

type Scaled = { uid: string; replicas: number };

/** The size of a pod's controller, or why there is none. A ReplicaSet stands for its Deployment. */
function scaleOf(read: Reader, namespace: string, { apiVersion, kind, name, uid }: OwnerReference): Scaled | string | undefined {
  const builtIn = builtInKinds().get(`${apiVersion}/${kind}`);
  if (builtIn === undefined) return customScaleOf(read, namespace, { apiVersion, kind, name, uid });
  if (!SCALABLE.has(builtIn.resource)) return `${builtIn.resource} does not implement the scale subresource`;
  const object = read.getObject(builtIn.resource, namespace, name) as (KubernetesObject & { spec?: { replicas?: number } }) | undefined;
  if (object?.metadata.uid !== uid) return undefined;
  const parent = builtIn.resource === 'replicasets.apps' ? controllerOf(object) : undefined;
  const deployment = parent?.kind === 'Deployment' ? read.get('deployments.apps', namespace, parent.name) : undefined;
  if (parent !== undefined && deployment !== undefined && deployment.metadata.uid === parent.uid) return { uid: parent.uid, replicas: deployment.spec?.replicas ?? 1 };
  return { uid, replicas: object.spec?.replicas ?? 1 };
}

function customScaleOf(read: Reader, namespace: string, { apiVersion, kind, name, uid }: OwnerReference): Scaled | string | undefined {
  const slash = apiVersion.indexOf('/');
  const found = findCustomKind(read, { group: apiVersion.slice(0, Math.max(slash, 0)), version: apiVersion.slice(slash + 1), kind });
  if (found === undefined) return `no matches for kind "${kind}" in version "${apiVersion}"`;
  if (found.scale === undefined) return `${found.resource} does not implement the scale subresource`;
  const object = read.getObject(found.resource, found.namespaced ? namespace : '', name);
  if (object === undefined) return undefined;
  const replicas = specReplicasOf(object, found.scale);
  if (typeof replicas === 'string') return replicas;
  return object.metadata.uid === uid ? { uid, replicas } : undefined;
}

function unmanagedMessage(selector: LabelSelector | undefined): string {
  return `Pods selected by this PodDisruptionBudget (selector: ${printSelector(selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
}
