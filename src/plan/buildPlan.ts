// From the settled cluster to the plan: every object of the input with its verdict, every pod with its node or its reason.
import { objectKey, type KubernetesObject } from '../api/meta.js';
import { findCondition } from '../api/conditions.js';
import { isPodTerminal } from '../api/pods.js';
import { podLimits, podRequests } from '../api/podRequests.js';
import { createQuantitySums } from '../api/quantitySums.js';
import type { Event, Node, Pod, PodSpec } from '../api/types.js';
import type { Reader } from '../apiserver/reader.js';
import { compareStrings, sortStrings } from '../util/compare.js';
import { sortedRecord } from '../util/objects.js';
import { kubectlText } from './kubectl.js';
import type { Plan, PlannedEvent, PlannedNode, PlannedObject, PlannedPod, PlannedQuota, PlannedRef, PlannedRefusal, PlanNote } from './model.js';
import { hintFor } from './hints.js';
import { createOwnerTracer, findOwner, ownerText, type OwnerTracer } from './owners.js';
import { pendingGroups } from './pendingGroups.js';
import { plannedServices } from './services.js';
import type { AppliedObject } from './appliedObject.js';
import type { Simulation, SkippedWebhook } from './simulate.js';

/** What the plan is made of besides the simulation. */
export interface PlanContext {
  kubernetesVersion: string;
  /** What reading the input had to tell. */
  notes: readonly PlanNote[];
  /** How many problems kept something of the input from being read. */
  unread?: number;
  /** Adds the Services and where they lead. */
  services?: boolean;
}

/** The plan of a simulation that has settled. */
export function buildPlan(simulation: Simulation, { kubernetesVersion, notes, unread = 0, services = false }: PlanContext): Plan {
  const { plane, applied, run } = simulation;
  const { read } = plane.server;
  const owners = createOwnerTracer(plane.server, simulation.declared);
  const livePods = read.list('pods');
  const sortedRequests = requestsInOrder();
  const pods = livePods.map((pod) => plannedPod(pod, { owners, simulation, sortedRequests }));
  const nodes = read.list('nodes').map((node) => plannedNode(node, read));
  const { pending, unadvised } = pendingGroups(livePods, { owners, simulation, nodes });
  const refused = refusedObjects(simulation);
  const { stopped, delayed } = stoppedPods(simulation, owners);
  const placed = pods.filter((pod) => pod.node !== null).length;
  let events: PlannedEvent[] | undefined;
  const count = (verdict: AppliedObject['verdict']): number => applied.filter((each) => each.verdict === verdict).length;
  return {
    summary: {
      objects: applied.length,
      created: count('created'),
      configured: count('configured'),
      unchanged: count('unchanged'),
      refused: refused.length + stopped.length,
      pods: pods.length,
      placed,
      pending: pending.reduce((sum, group) => sum + group.pods.length, 0),
      nodes: read.list('nodes').length,
      virtualSeconds: Math.ceil(run.seconds),
      tiedChoices: simulation.tiedChoices,
      unread,
    },
    objects: applied.map((each) => plannedObject(each, simulation)),
    refused: [...refused, ...stopped],
    pods,
    pending,
    nodes,
    quotas: read.list('resourcequotas').map((quota): PlannedQuota => ({
      namespace: quota.metadata.namespace ?? '',
      name: quota.metadata.name ?? '',
      hard: sortedRecord(quota.status?.hard ?? quota.spec?.hard ?? {}),
      used: sortedRecord(quota.status?.used ?? {}),
    })),
    ...(services ? { services: plannedServices(read) } : {}),
    rollouts: [...simulation.rollouts],
    get events() {
      return (events ??= plannedEvents(read));
    },
    findings: [
      ...notes,
      ...(unadvised === 0 ? [] : [{ source: null, message: `advice was sought for ${pending.length - unadvised} of ${pending.length} groups of pending pods: the others would have taken too long` }]),
      ...simulation.notTakenOver.map(({ input, message }) => ({ source: input.source(), message: `not taken over into the cluster: ${message}` })),
      ...simulation.webhooks.map(webhookNote),
      ...delayed.map(({ source, object, message }) => ({ source, message: `the pods of ${object.kind} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name} came only at a later try: ${message}` })),
      ...applied.filter(({ warnings }) => warnings.length > 0).flatMap(({ warnings, source }) => warnings.map((warning) => ({ source: source(), message: `Warning: ${warning}` }))),
    ],
    isBuiltInCluster: simulation.isBuiltInCluster,
    ...(run.isStepLimitReached ? { stoppedAfterSteps: run.steps } : {}),
    kubernetesVersion,
  };
}

/** What a real server would have asked a webhook, which cannot be known here. */
function webhookNote({ call, objects }: SkippedWebhook): PlanNote {
  const seen = [...new Set(objects)];
  const shown = seen.slice(0, 3).join(', ') + (seen.length > 3 ? ` and ${seen.length - 3} more` : '');
  const verb = call.isMutating ? 'may change' : 'may refuse';
  return { source: null, message: `webhook ${call.webhook} of ${call.configuration} cannot be called here; it ${verb} ${shown}${call.uncertainty === undefined ? '' : ` (its conditions cannot be evaluated: ${call.uncertainty})`}` };
}

/** The name of an object; the namespace only where there is one. */
function refOf(object: KubernetesObject): PlannedRef {
  const { namespace, name: given, generateName } = object.metadata ?? {};
  const [apiVersion, kind, name] = [String(object.apiVersion ?? ''), String(object.kind ?? ''), String(given ?? generateName ?? '')];
  return namespace ? { apiVersion, kind, namespace, name } : { apiVersion, kind, name };
}

function plannedObject(each: AppliedObject, { plane, applied, namespace }: Simulation): PlannedObject {
  const stored = each.response.object;
  const kind = plane.server.kindOf(String(each.object.apiVersion), String(each.object.kind));
  const isOnly = each.verdict === 'refused' && applied.every((other) => other === each || other.step !== each.step || other.verdict !== 'refused');
  const line = kubectlText(each, { kind, isOnly, namespace });
  const workload = stored === undefined ? undefined : workloadOf(stored);
  const planned: PlannedObject = { source: each.source, object: refOf(stored ?? each.object), verdict: each.verdict, line, warnings: each.warnings };
  if (workload !== undefined) planned.workload = workload;
  return planned;
}

/** The pods a stored workload asks for; undefined for what makes no pods. */
function workloadOf(object: KubernetesObject): PlannedObject['workload'] {
  const { spec } = object as { spec?: { replicas?: number; parallelism?: number; template?: { spec?: PodSpec }; jobTemplate?: unknown } };
  if (object.kind === 'Pod') return { replicas: 1, requests: sortedRecord(podRequests(object as Pod)) };
  const template = spec?.template?.spec;
  if (template?.containers === undefined) return undefined;
  const replicas = object.kind === 'DaemonSet' ? 0 : (spec?.replicas ?? spec?.parallelism ?? 1);
  return { replicas, requests: sortedRecord(podRequests({ spec: template })) };
}

/** The requests of pods with their names in order: made once for all pods that share theirs with a template. */
function requestsInOrder(): (pod: Pod) => Record<string, string> {
  const known = new Map<object, Record<string, string>>();
  return (pod) => {
    const requests = podRequests(pod);
    let sorted = known.get(requests);
    if (sorted === undefined) known.set(requests, (sorted = sortedRecord(requests)));
    return sorted;
  };
}

function plannedPod(pod: Pod, { owners, simulation: { existingPods }, sortedRequests }: { owners: OwnerTracer; simulation: Simulation; sortedRequests: (pod: Pod) => Record<string, string> }): PlannedPod {
  const scheduled = findCondition(pod.status?.conditions, 'PodScheduled');
  return {
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name ?? '',
    owner: ownerText(pod, owners),
    node: pod.spec?.nodeName || null,
    phase: pod.status?.phase ?? 'Pending',
    message: pod.spec?.nodeName ? undefined : scheduled?.message,
    requests: sortedRequests(pod),
    source: () => owners.sourceOf(pod),
    isExisting: existingPods.has(pod.metadata.uid ?? ''),
  };
}

/** Refused objects of the input in their order. */
function refusedObjects({ applied, plane, namespace }: Simulation): PlannedRefusal[] {
  return applied
    .filter((each) => each.verdict === 'refused')
    .map((each) => {
      const { code, reason = '', message = '' } = each.response;
      const hint = hintFor(each, applied);
      const kubectl = kubectlText(each, { kind: plane.server.kindOf(String(each.object.apiVersion), String(each.object.kind)), isOnly: true, namespace });
      return { source: each.source(), object: refOf(each.object), code, reason, message, kubectl, ...(hint === undefined ? {} : { hint }) };
    });
}

/** Workloads whose pods were refused, one entry for the last message of each controller: those that lack pods at the end, and those whose controller got them at a later try. */
function stoppedPods({ plane }: Simulation, owners: OwnerTracer): { stopped: PlannedRefusal[]; delayed: PlannedRefusal[] } {
  const { read } = plane.server;
  const stopped = new Map<string, PlannedRefusal>();
  const delayed = new Map<string, PlannedRefusal>();
  // What stopped a controller last is what still stops it.
  const newest = new Map<string, Event>();
  const failures = read.warnings().filter(({ reason, message = '' }) => reason === 'FailedCreate' && /^(Error creating: |create )/.test(message));
  for (const event of failures.sort(byNamespaceAndName)) {
    const uid = event.involvedObject.uid ?? '';
    const known = newest.get(uid);
    if (known === undefined || Number(known.metadata.resourceVersion) < Number(event.metadata.resourceVersion)) newest.set(uid, event);
  }
  for (const event of newest.values()) {
    const { involvedObject } = event;
    const owner = findOwner(plane.server, involvedObject.namespace ?? '', { apiVersion: involvedObject.apiVersion ?? '', kind: involvedObject.kind ?? '', name: involvedObject.name ?? '', uid: involvedObject.uid ?? '' });
    if (owner === undefined) continue;
    const root = owners.rootOf(owner);
    const message = (event.message ?? '').replace(/^Error creating: /, '').replace(/^pods "[^"]*" is forbidden: /, 'pods are forbidden: ');
    const key = `${root.metadata.uid}\u0000${message}`;
    const entries = lacksPods(owner) ? stopped : delayed;
    if (!entries.has(key)) entries.set(key, { source: owners.sourceOf(root), object: refOf(root), code: 403, reason: 'Forbidden', message, stoppedPods: true });
  }
  return { stopped: [...stopped.values()], delayed: [...delayed].flatMap(([key, entry]) => (stopped.has(key) ? [] : [entry])) };
}

function byNamespaceAndName({ metadata: a }: KubernetesObject, { metadata: b }: KubernetesObject): number {
  return compareStrings(a.namespace ?? '', b.namespace ?? '') || compareStrings(a.name ?? '', b.name ?? '');
}

/** Whether a controller of pods has fewer of them, as its status counts them, than it wants. */
function lacksPods({ kind, spec = {}, status = {} }: KubernetesObject & { spec?: Counts; status?: Counts }): boolean {
  if (kind === 'DaemonSet') return (status.currentNumberScheduled ?? 0) < (status.desiredNumberScheduled ?? 0);
  if (kind !== 'Job') return (status.replicas ?? 0) < (spec.replicas ?? 1);
  if (status.completionTime !== undefined || spec.suspend === true) return false;
  const { parallelism = 1, completions } = spec;
  const left = completions === undefined ? parallelism : completions - (status.succeeded ?? 0);
  return (status.active ?? 0) < Math.min(parallelism, left);
}

/** The fields by which controllers of pods say how many they want and have. */
interface Counts {
  replicas?: number;
  currentNumberScheduled?: number;
  desiredNumberScheduled?: number;
  parallelism?: number;
  completions?: number;
  suspend?: boolean;
  active?: number;
  succeeded?: number;
  completionTime?: string;
}

function plannedNode(node: Node, read: Reader): PlannedNode {
  const pods = read.podsOnNode(node.metadata.name ?? '').filter((pod) => !isPodTerminal(pod));
  const requested = createQuantitySums();
  const limits = createQuantitySums();
  for (const pod of pods) {
    requested.add(podRequests(pod));
    limits.add(podLimits(pod));
  }
  return {
    name: node.metadata.name ?? '',
    labels: sortedRecord(node.metadata.labels ?? {}),
    taints: (node.spec?.taints ?? []).map(({ key, value, effect }) => `${key}=${value ?? ''}:${effect}`).sort(compareStrings),
    allocatable: sortedRecord(node.status?.allocatable ?? node.status?.capacity ?? {}),
    requested: sortedRecord(requested.list()),
    limits: sortedRecord(limits.list()),
    podCount: pods.length,
    pods: sortStrings(pods.map(objectKey)),
  };
}

function plannedEvents(read: Reader): PlannedEvent[] {
  return read
    .list('events')
    .map(({ type = '', reason = '', message = '', count = 1, involvedObject, source, reportingComponent }): PlannedEvent => ({
      type, reason, message, count,
      object: `${involvedObject.kind ?? ''} ${involvedObject.namespace === undefined ? '' : `${involvedObject.namespace}/`}${involvedObject.name ?? ''}`,
      from: reportingComponent || source?.component || '',
    }))
    .sort((a, b) => compareStrings(a.object, b.object) || compareStrings(a.reason, b.reason) || compareStrings(a.message, b.message));
}
