// The scheduler: a queue of pods without a node, one scheduling cycle a pod, and bindings through the API server.
// Source: pkg/scheduler/{scheduler,schedule_one,eventhandlers}.go
import type { KubernetesObject, ObjectRef, WatchEvent } from '../api/meta.js';
import { succeeded } from '../api/meta.js';
import { isPodTerminal } from '../api/pods.js';
import type { Node, Pod } from '../api/types.js';
import type { Client } from '../apiserver/client.js';
import { explainFailure, explainPlacement, type Explanation } from './explain.js';
import { createNominator } from './framework/nominator.js';
import { touchPodOnNode } from './framework/nodeInfo.js';
import { createPodInfoFactory, type PodInfo } from './framework/podInfo.js';
import type { Profile } from './framework/runtime.js';
import { createSchedulerCache } from './framework/schedulerCache.js';
import { createProfile } from './profile/profile.js';
import { DEFAULT_SCHEDULER_NAME, defaultConfiguration, type SchedulerConfiguration } from './profile/configuration.js';
import { postFilter } from './postFilter.js';
import { createSchedulingQueue, type QueuedPod } from './queue.js';
import { schedulePod, type CycleInput, type CycleOutcome } from './schedulePod.js';
import { createPodStatusWriter } from './podStatusWriter.js';

export type { Explanation } from './explain.js';

/** What the scheduler is made with. */
export interface SchedulerContext {
  readonly client: Client;
  nowMs(): number;
  /** Default: the default profile alone. */
  readonly configuration?: SchedulerConfiguration;
  /** Score every node that fits, however many there are. */
  readonly exhaustive?: boolean;
}

/** A running scheduler. */
export interface Scheduler {
  /** Hears of every write of any resource. */
  onEvent(event: WatchEvent, resource: string): void;
  /** Takes one pod from the active queue and schedules it; false when none is ready. */
  scheduleOne(): boolean;
  /** When the next pod leaves its back-off. */
  nextDueMs(): number | undefined;
  /** Schedules the pod against the cluster as it stands and changes nothing; undefined when there is no such pod. */
  explain(ref: ObjectRef): Explanation | undefined;
}

/** Resources, besides pods and nodes, whose changes may help a pod. */
const WATCHED = new Set([
  'persistentvolumeclaims', 'persistentvolumes', 'storageclasses.storage.k8s.io', 'csinodes.storage.k8s.io',
  'csistoragecapacities.storage.k8s.io', 'csidrivers.storage.k8s.io', 'volumeattachments.storage.k8s.io',
]);
const NO_NODES = 'no nodes available to schedule pods';

/** A pod that has its node and waits for its volumes. */
interface WaitingPod {
  queued: QueuedPod;
  outcome: CycleOutcome;
  profile: Profile;
  nodeName: string;
}

/** A scheduler with the profiles of the configuration. */
export function createScheduler(context: SchedulerContext): Scheduler {
  const { client, nowMs, configuration = defaultConfiguration(), exhaustive = false } = context;
  const cache = createSchedulerCache();
  const nominator = createNominator();
  const factory = createPodInfoFactory();
  const profiles = new Map<string, Profile>();
  for (const each of configuration.profiles) profiles.set(each.schedulerName, createProfile(each, { handle: { read: client.read, cache, nowMs }, client }));
  const profileOf = ({ pod }: { pod: Pod }): Profile | undefined => profiles.get(pod.spec?.schedulerName || DEFAULT_SCHEDULER_NAME);
  const queue = createSchedulingQueue({ profileOf, nowMs });
  const writer = createPodStatusWriter({ client, nowMs });
  /** Pods counted on their node before the API server has heard of it. */
  const assumed = new Set<string>();
  const waiting = new Map<string, WaitingPod>();
  let isVolumeNews = false;
  let startIndex = 0;

  // Events

  function onPodEvent(event: WatchEvent<Pod>): void {
    const pod = event.object;
    const key = `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`;
    if (event.type === 'DELETED' || isPodTerminal(pod)) {
      dropPod(key);
      return;
    }
    const nodeName = pod.spec?.nodeName;
    if (nodeName) placePod(factory.of(pod), nodeName);
    else if (assumed.has(key)) return;
    else if (profileOf({ pod }) !== undefined) {
      const info = factory.of(pod);
      queue.put(info);
      const nominated = pod.status?.nominatedNodeName;
      if (nominated) {
        if (nominator.nodeNameOf(key) !== nominated) nominator.nominate(info, nominated);
      } else nominator.clear(key);
    }
  }

  function dropPod(key: string): void {
    queue.remove(key);
    nominator.clear(key);
    assumed.delete(key);
    const wait = waiting.get(key);
    if (wait !== undefined) {
      waiting.delete(key);
      for (const plugin of wait.profile.reserve) plugin.unreserve?.(wait.outcome.cycle, cache.node(wait.nodeName) ?? wait.outcome.feasible[0]!);
    }
    const placed = cache.removePod(key);
    if (placed !== undefined) queue.notice({ kind: 'assignedPodDeleted', pod: placed.info, nodeName: placed.node.name });
  }

  function placePod(info: PodInfo, nodeName: string): void {
    queue.remove(info.key);
    nominator.clear(info.key);
    const placed = cache.pod(info.key);
    const isNews = assumed.delete(info.key) || placed === undefined;
    if (placed !== undefined && placed.node.name === nodeName && countsAlike(placed.info, info)) {
      placed.info.pod = info.pod;
      touchPodOnNode(placed.node, placed.info);
    } else {
      if (placed !== undefined) cache.removePod(info.key);
      cache.addPod(info, nodeName);
      if (!isNews && placed !== undefined) queue.notice({ kind: 'assignedPodUpdated', pod: info, old: placed.info, nodeName });
    }
    if (isNews) queue.notice({ kind: 'assignedPodAdded', pod: info, nodeName });
  }

  function onNodeEvent(event: WatchEvent<Node>): void {
    const node = event.object;
    if (event.type === 'ADDED') {
      cache.addNode(node);
      queue.notice({ kind: 'nodeAdded', node });
    } else if (event.type === 'DELETED') {
      cache.removeNode(node);
      queue.notice({ kind: 'nodeDeleted', node });
    } else {
      const old = event.old ?? node;
      cache.updateNode(old, node);
      queue.notice({ kind: 'nodeUpdated', node, old });
    }
  }

  // Cycles

  function inputFor(profile: Profile, alwaysScore: boolean): CycleInput {
    return { profile, nominator, nodes: cache.nodes(), startIndex, exhaustive, alwaysScore };
  }

  function scheduleQueued(queued: QueuedPod): void {
    const { info } = queued;
    const profile = profileOf(info);
    if (profile === undefined) return queue.remove(info.key);
    if (info.isTerminating) {
      client.event(info.pod, 'Warning', 'FailedScheduling', `skip schedule deleting pod: ${info.key}`);
      return queue.remove(info.key);
    }
    if (cache.nodes().length === 0) return failWithError(queued, { message: NO_NODES, reason: 'Unschedulable' });
    const input = inputFor(profile, false);
    const outcome = schedulePod(info, input);
    if (outcome.error !== undefined) return failWithError(queued, { message: outcome.error, reason: 'SchedulerError' });
    startIndex = outcome.nextStartIndex;
    if (outcome.choice < 0) return fail(queued, outcome, input);
    place(queued, outcome, profile);
  }

  function place(queued: QueuedPod, outcome: CycleOutcome, profile: Profile): void {
    const { info } = queued;
    const node = outcome.feasible[outcome.choice] as CycleOutcome['feasible'][number];
    assumed.add(info.key);
    cache.addPod(info, node.name);
    nominator.clear(info.key);
    for (const plugin of profile.reserve) plugin.reserve?.(outcome.cycle, node);
    finishBinding({ queued, outcome, profile, nodeName: node.name });
  }

  /** PreBind and Bind; a pod whose volumes are not there yet waits. */
  function finishBinding(entry: WaitingPod): void {
    const { queued, outcome, profile, nodeName } = entry;
    const { info } = queued;
    for (const plugin of profile.preBind) {
      const answer = plugin.preBind?.(outcome.cycle, nodeName) ?? 'done';
      if (answer === 'done') continue;
      if (answer === 'wait') {
        if (!waiting.has(info.key)) writer.nominate(info.pod, nodeName);
        waiting.set(info.key, entry);
        return;
      }
      return undo(entry, `running PreBind plugin "${plugin.name}": ${answer.reasons.join(', ')}`);
    }
    waiting.delete(info.key);
    const response = client.bind(refOf(info.pod), nodeName);
    if (!succeeded(response)) return undo(entry, response.message ?? 'the binding was refused');
    queue.remove(info.key);
    client.event(info.pod, 'Normal', 'Scheduled', `Successfully assigned ${info.key} to ${nodeName}`);
  }

  function undo({ queued, outcome, profile, nodeName }: WaitingPod, message: string): void {
    const { key } = queued.info;
    waiting.delete(key);
    for (const plugin of profile.reserve) plugin.unreserve?.(outcome.cycle, outcome.feasible[outcome.choice] as CycleOutcome['feasible'][number]);
    assumed.delete(key);
    const placed = cache.removePod(key);
    if (placed !== undefined) queue.notice({ kind: 'assignedPodDeleted', pod: placed.info, nodeName });
    failWithError(queued, { message, reason: 'SchedulerError' });
  }

  function fail(queued: QueuedPod, outcome: CycleOutcome, input: CycleInput): void {
    const { info } = queued;
    const result = postFilter(outcome, input, { read: client.read, nowMs: nowMs() });
    if (result.nominatedNode !== undefined) nominator.nominate(info, result.nominatedNode);
    else if (result.clearsNomination) nominator.clear(info.key);
    queue.putBack(queued, outcome.rejectors);
    const nomination = result.nominatedNode ?? (result.clearsNomination ? '' : undefined);
    writer.writeFailure(info.pod, { reason: 'Unschedulable', message: result.message, nominatedNodeName: nomination });
    if (result.nominatedNode !== undefined) preempt(info, result.nominatedNode, result.victims);
  }

  function preempt(preemptor: PodInfo, nodeName: string, victims: readonly PodInfo[]): void {
    for (const other of nominator.podsFor(nodeName)) {
      if (other.facts.priority >= preemptor.facts.priority) continue;
      nominator.clear(other.key);
      writer.clearNomination(other.pod);
    }
    for (const victim of victims) writer.evictFor(preemptor.pod, victim.pod, nodeName);
  }

  function failWithError(queued: QueuedPod, { message, reason }: { message: string; reason: string }): void {
    nominator.clear(queued.info.key);
    queue.putBackAfterError(queued);
    writer.writeFailure(queued.info.pod, { reason, message, nominatedNodeName: '' });
  }

  // Explanation

  function explainPod(pod: Pod): Explanation {
    const profile = profileOf({ pod });
    const nothing = { tied: [], victims: [], nodes: {} };
    if (profile === undefined) return { ...nothing, message: `no scheduler named "${pod.spec?.schedulerName ?? ''}" is planned: the pod waits for it` };
    const { nodeName: _nodeName, ...unboundSpec } = pod.spec ?? { containers: [] };
    const info = factory.of({ ...pod, spec: unboundSpec });
    for (const plugin of profile.preEnqueue) {
      if (plugin.preEnqueue?.(info) !== undefined) return { ...nothing, message: 'Scheduling is blocked due to non-empty scheduling gates' };
    }
    if (cache.nodes().length === 0) return { ...nothing, message: NO_NODES };
    const input = inputFor(profile, true);
    const outcome = schedulePod(info, input);
    if (outcome.error !== undefined) return { ...nothing, message: outcome.error };
    if (outcome.choice >= 0) return explainPlacement(outcome);
    const { message, nominatedNode, victims } = postFilter(outcome, input, { read: client.read, nowMs: nowMs() });
    return explainFailure(outcome, { message, nominatedNode, victims, nodeNames: input.nodes.map(({ name }) => name) });
  }

  return {
    onEvent(event, resource) {
      // The resource tells the type of the object.
      if (resource === 'pods') onPodEvent(event as WatchEvent<KubernetesObject> as WatchEvent<Pod>);
      else if (resource === 'nodes') onNodeEvent(event as WatchEvent<KubernetesObject> as WatchEvent<Node>);
      else if (WATCHED.has(resource)) {
        isVolumeNews = true;
        queue.notice({ kind: 'objectChanged', type: event.type, resource, object: event.object, old: event.old });
      }
    },
    scheduleOne() {
      if (isVolumeNews && waiting.size > 0) {
        isVolumeNews = false;
        for (const entry of [...waiting.values()]) finishBinding(entry);
      }
      const queued = queue.pop();
      if (queued === undefined) return false;
      scheduleQueued(queued);
      return true;
    },
    nextDueMs: () => queue.nextDueMs(),
    explain(ref) {
      const pod = client.read.get('pods', ref.namespace ?? 'default', ref.name);
      if (pod === undefined) return undefined;
      const placed = cache.pod(`${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`);
      if (placed === undefined) return explainPod(pod);
      // A pod that has its node already is asked as if it had none; afterwards the node is as it was, the order of its pods included.
      const { pods, podsWithAffinity, podsWithRequiredAntiAffinity } = placed.node;
      const orders = [pods, podsWithAffinity, podsWithRequiredAntiAffinity].map((list) => ({ list, copy: [...list] }));
      cache.removePod(placed.info.key);
      const explanation = explainPod(pod);
      cache.addPod(placed.info, placed.node.name);
      for (const { list, copy } of orders) list.splice(0, list.length, ...copy);
      return explanation;
    },
  };
}

/** True when a node counts both alike, so that the newer one can stand for the older one. */
function countsAlike(a: PodInfo, b: PodInfo): boolean {
  return (
    a.facts === b.facts && a.isTerminating === b.isTerminating && a.nonZeroMilliCpu === b.nonZeroMilliCpu && a.nonZeroMemory === b.nonZeroMemory &&
    a.requests.milliCpu === b.requests.milliCpu && a.requests.memory === b.requests.memory && (a.labels === b.labels || JSON.stringify(a.labels) === JSON.stringify(b.labels))
  );
}

function refOf(pod: Pod): ObjectRef {
  return { apiVersion: 'v1', kind: 'Pod', namespace: pod.metadata.namespace ?? 'default', name: pod.metadata.name ?? '' };
}
