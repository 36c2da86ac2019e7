// The story of an apply in the order in which it comes about: client, API server, etcd, controller manager, scheduler, kubelet, container runtime.
import type { KubernetesObject, WatchEvent } from '../api/meta.js';
import { findCondition } from '../api/conditions.js';
import type { Condition, ContainerStatus, Pod } from '../api/types.js';
import { deepEqual } from '../util/objects.js';
import type { SimulationListeners } from './simulate.js';

/** The parts that act. */
export type TraceComponent = 'client' | 'controller manager' | 'scheduler' | 'kubelet';

/** One request to the API server and what came of it. */
export interface TraceEntry {
  /** Virtual seconds since the first request. */
  seconds: number;
  component: TraceComponent;
  /** 'kubectl', 'deployment-controller', 'default-scheduler', 'kubelet' … */
  actor: string;
  /** The node of a kubelet. */
  node?: string;
  verb: string;
  subresource: string;
  resource: string;
  kind: string;
  namespace: string;
  name: string;
  code: number;
  message?: string;
  /** Revision of etcd after the request. */
  revision: number;
  /** False when the request was refused or would have changed nothing. */
  isWritten: boolean;
  /** What became different: 'replicas 3 → 2', 'phase Running, ready'. */
  changes: string[];
  /** The write that made the actor act, where it is known. */
  cause?: TraceCause;
  /** What the container runtime of the node did, of which the kubelet reports. */
  runtime: string[];
}

/** A write that made somebody act. */
export interface TraceCause {
  revision: number;
  object: string;
}

/** The object whose story is told. */
export interface TraceSubject {
  resource: string;
  /** '' for objects of the cluster. */
  namespace: string;
  name: string;
}

/** Collects the story. */
export interface TraceRecorder {
  readonly onRequest: NonNullable<SimulationListeners['onRequest']>;
  /** The whole story, or what concerns the object and everything below it. */
  entries(subject?: TraceSubject): TraceEntry[];
}

interface RecordedEntry extends TraceEntry {
  uids: string[];
  /** uids of what they belong to. */
  owners: string[];
}

/** A recorder that has heard nothing. */
export function createTraceRecorder(): TraceRecorder {
  const recorded: RecordedEntry[] = [];
  /** uid → its last write. */
  const lastWrites = new Map<string, TraceCause>();
  const kinds = new Map<string, string>();
  let beganMs: number | undefined;
  return {
    onRequest(request, writes, woken) {
      // What components note down in events moves nobody.
      if (request.resource === 'events' && request.actor !== 'kubectl') return;
      beganMs ??= request.timeMs;
      const { actor, verb, subresource, resource, namespace, name, code, message, revision, timeMs } = request;
      const [main] = writes;
      if (main !== undefined) kinds.set(resource, main.object.kind);
      const component = componentOf(actor);
      const cause = component === 'client' ? undefined : component === 'controller manager' ? causeOf(woken) : lastWrites.get(main?.object.metadata.uid ?? '');
      const node = component === 'kubelet' ? (main?.object as Pod | undefined)?.spec?.nodeName : undefined;
      recorded.push({
        seconds: (timeMs - beganMs) / 1000, component, actor, ...(node === undefined ? {} : { node }), verb, subresource, resource,
        kind: kinds.get(resource) ?? resource, namespace: main?.object.metadata.namespace ?? namespace, name: main?.object.metadata.name ?? name, code, ...(message === undefined ? {} : { message }), revision,
        isWritten: main !== undefined, changes: main === undefined ? [] : changesOf(main), ...(cause === undefined ? {} : { cause }),
        runtime: component === 'kubelet' && main !== undefined ? runtimeOf(main) : [],
        uids: writes.map(({ object }) => object.metadata.uid ?? ''),
        owners: writes.flatMap(({ object }) => (object.metadata.ownerReferences ?? []).map(({ uid }) => uid)),
      });
      for (const { object } of writes) lastWrites.set(object.metadata.uid ?? '', { revision: Number(object.metadata.resourceVersion), object: nameOf(object) });
    },
    entries(subject) {
      const chosen = subject === undefined ? recorded : concerning(recorded, subject);
      return chosen.map(({ uids: _uids, owners: _owners, ...entry }) => entry);
    },
  };
}

/** Entries about the object and whatever belongs to it, directly or not; refused requests by their names. */
function concerning(recorded: readonly RecordedEntry[], subject: TraceSubject): RecordedEntry[] {
  const uids = new Set<string>();
  const names = new Set<string>();
  return recorded.filter((entry) => {
    const isSubject = entry.resource === subject.resource && entry.name === subject.name && (entry.namespace === subject.namespace || isUnnamed(entry));
    const isBelow = entry.uids.some((uid) => uids.has(uid)) || entry.owners.some((uid) => uids.has(uid));
    // A refused creation has no object: its name begins with that of what it would belong to.
    const isRefusedBelow = entry.code >= 300 && names.has(`${entry.namespace}/${entry.name.replace(/-[^-]*$/, '')}`);
    if (!isSubject && !isBelow && !isRefusedBelow) return false;
    for (const uid of entry.uids) uids.add(uid);
    names.add(`${entry.namespace}/${entry.name}`);
    return true;
  });
}

/** True for what kubectl asked for without a namespace and in vain: no object tells which one it was. */
function isUnnamed({ component, namespace, isWritten }: TraceEntry): boolean {
  return component === 'client' && namespace === '' && !isWritten;
}

function componentOf(actor: string): TraceComponent {
  if (actor === 'kubectl') return 'client';
  if (actor === 'kubelet') return 'kubelet';
  return actor === 'default-scheduler' ? 'scheduler' : 'controller manager';
}

function causeOf(woken: WatchEvent | undefined): TraceCause | undefined {
  return woken === undefined ? undefined : { revision: Number(woken.object.metadata.resourceVersion), object: nameOf(woken.object) };
}

function nameOf({ kind, metadata: { namespace, name = '' } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

interface AnyState {
  spec?: { replicas?: number; nodeName?: string; unschedulable?: boolean };
  status?: Record<string, unknown>;
}

const COUNTS: readonly string[] = ['replicas', 'readyReplicas', 'availableReplicas', 'updatedReplicas', 'currentNumberScheduled', 'desiredNumberScheduled', 'numberReady', 'active', 'succeeded', 'failed', 'currentHealthy', 'disruptionsAllowed'];

/** What the write made different, in words. */
function changesOf({ type, object, old }: WatchEvent): string[] {
  if (type === 'DELETED') return ['gone'];
  if (old === undefined) return [];
  const changes: string[] = [];
  const { spec = {}, status = {} } = object as AnyState;
  const { spec: oldSpec = {}, status: oldStatus = {} } = old as AnyState;
  if (object.metadata.deletionTimestamp !== undefined && old.metadata.deletionTimestamp === undefined) changes.push('marked for deletion');
  if (spec.nodeName !== oldSpec.nodeName && spec.nodeName) changes.push(`node ${spec.nodeName}`);
  if (spec.replicas !== oldSpec.replicas) changes.push(`replicas ${oldSpec.replicas ?? 0} → ${spec.replicas ?? 0}`);
  else if (!deepEqual(spec, oldSpec) && spec.nodeName === oldSpec.nodeName) changes.push('spec');
  if (status['phase'] !== oldStatus['phase']) changes.push(`phase ${String(status['phase'])}`);
  for (const condition of ['PodScheduled', 'Ready', 'Available', 'Progressing', 'Complete', 'Failed']) {
    const was = findCondition(oldStatus['conditions'] as Condition[] | undefined, condition);
    const is = findCondition(status['conditions'] as Condition[] | undefined, condition);
    if (is !== undefined && (was?.status !== is.status || was.reason !== is.reason)) changes.push(`${condition} ${is.status}${is.reason === undefined || is.reason === '' ? '' : ` (${is.reason})`}`);
  }
  for (const count of COUNTS) if (status[count] !== oldStatus[count]) changes.push(`${count} ${Number(oldStatus[count] ?? 0)} → ${Number(status[count] ?? 0)}`);
  return changes;
}

/** Containers that began or ended with the kubelet's write. */
function runtimeOf({ object, old }: WatchEvent): string[] {
  const listOf = (pod: Pod | undefined): ContainerStatus[] => [...(pod?.status?.initContainerStatuses ?? []), ...(pod?.status?.containerStatuses ?? [])];
  const before = new Map(listOf(old as Pod | undefined).map((status) => [status.name, status.state]));
  return listOf(object as Pod).flatMap(({ name, image, state }) => {
    const was = before.get(name);
    if (state?.running !== undefined && was?.running === undefined) return [`starts container ${name} from ${image}`];
    if (state?.terminated !== undefined && was?.terminated === undefined) return [`container ${name} ends with exit code ${state.terminated.exitCode}`];
    return [];
  });
}
