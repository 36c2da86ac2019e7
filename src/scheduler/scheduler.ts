// The scheduler: a queue of pods without a node, one scheduling cycle a pod, and bindings through the API server.
// Source: pkg/scheduler/{scheduler,schedule_one,eventhandlers}.go
import type { KubernetesObject, WatchEvent } from '../api/meta.js';
import { isPodTerminal } from '../api/pods.js';
import type { Node, Pod } from '../api/types.js';
import type { Client } from '../apiserver/client.js';
import { createBindingCycle, type Placement } from './bindingCycle.js';
import { failedCycleOf, type FailedCycle } from './failedCycle.js';
import { createFastPath, type FastPath } from './fastPath/fastPath.js';
import type { PodClass } from './fastPath/podClass.js';
import { createNominator } from './framework/nominator.js';
import { touchPodOnNode, type NodeInfo } from './framework/nodeInfo.js';
import { createPodInfoFactory, hasResizedStatus, type PodAmounts, type PodInfo } from './framework/podInfo.js';
import type { Profile } from './framework/runtime.js';
import { createSchedulerCache, type PlacedPod } from './framework/schedulerCache.js';
import { createProfile, isRegularProfile } from './profile/profile.js';
import { defaultConfiguration, schedulerNameOf, type SchedulerConfiguration } from './profile/configuration.js';
import { postFilter } from './postFilter.js';
import { createSchedulingQueue, type QueuedPod } from './queue.js';
import { countTied } from './selectHost.js';
import { schedulePod, type CycleInput } from './schedulePod.js';
import { createPodStatusWriter } from './podStatusWriter.js';
import { createWhatIf, NO_NODES, type WhatIf } from './whatIf.js';

export type { Explanation } from './explain.js';

/** How pods are scheduled. */
export interface SchedulingOptions {
  /** Default: the default profile alone. */
  readonly configuration?: SchedulerConfiguration;
  /** Score every node that fits, however many there are. */
  readonly exhaustive?: boolean;
  /** Leave the fast path out; the result is the same. */
  readonly plain?: boolean;
  /** Hears of a pod right before its scheduling cycle; `explain` then tells what the cycle will find. */
  readonly beforeCycle?: (pod: Pod) => void;
}

/** What the scheduler is made with. */
export interface SchedulerContext extends SchedulingOptions {
  readonly client: Client;
  nowMs(): number;
}

/** A running scheduler. */
export interface Scheduler extends WhatIf {
  /** Hears of every write of any resource. */
  onEvent(event: WatchEvent, resource: string): void;
  /** Takes one pod from the active queue and schedules it; false when none is ready. */
  scheduleOne(): boolean;
  /** When the next pod leaves its back-off. */
  nextDueMs(): number | undefined;
  /** How many pods were given, or were to be given by preemption, one of several nodes that were equally good. */
  tiedChoices(): number;
}

/** Resources, besides pods and nodes, whose changes may help a pod. */
const WATCHED = new Set([
  'persistentvolumeclaims', 'persistentvolumes', 'storageclasses.storage.k8s.io', 'csinodes.storage.k8s.io',
  'csistoragecapacities.storage.k8s.io', 'csidrivers.storage.k8s.io', 'volumeattachments.storage.k8s.io',
]);
/** Resources, besides those, that a cycle reads. */
const DECIDING = new Set(['namespaces', 'services', 'poddisruptionbudgets.policy']);

/** Why pods of a class have failed, good until anything changes, or anything that it tells. */
interface KnownFailure {
  epoch: number;
  state: number | undefined;
  message: string;
  rejectors: ReadonlySet<string>;
  clearsNomination: boolean;
}

/** A scheduler with the profiles of the configuration. */
export function createScheduler(context: SchedulerContext): Scheduler {
  const { client, nowMs, configuration = defaultConfiguration(), exhaustive = false } = context;
  const cache = createSchedulerCache();
  const nominator = createNominator();
  const factory = createPodInfoFactory();
  const profiles = new Map<string, Profile>();
  for (const each of configuration.profiles) profiles.set(each.schedulerName, createProfile(each, { handle: { read: client.read, cache, nowMs }, client }));
  const profileOf = ({ pod }: { pod: Pod }): Profile | undefined => profiles.get(schedulerNameOf(pod));
  const queue = createSchedulingQueue({ profileOf, nowMs, backoff: configuration });
  const writer = createPodStatusWriter({ client, nowMs });
  const binding = createBindingCycle({ client, cache, queue, writer, nowMs, takeOffNode, fail: (queued, message) => failWithError(queued, { message, reason: 'SchedulerError' }) });
  const fastPaths = new Map<string, FastPath>();
  for (const profile of profiles.values()) fastPaths.set(profile.schedulerName, createFastPath({ cache, read: client.read, profile, nominator, isRegular: isRegularProfile(profile) }));
  const failures = new WeakMap<PodClass, KnownFailure>();
  /** Grows with everything that could change the answer of a cycle. */
  let epoch = 0;
  cache.listen({ podMoved: () => void epoch++, nodesChanged: () => void epoch++ });
  let startIndex = 0;
  let tiedChoices = 0;

  // Events

  function onPodEvent(event: WatchEvent<Pod>): void {
    const { key, object: pod } = event;
    if (event.type === 'DELETED' || isPodTerminal(pod)) {
      dropPod(key);
      return;
    }
    const nodeName = pod.spec?.nodeName;
    const placed = nodeName ? cache.pod(key) : undefined;
    if (placed !== undefined && placed.info.pod === event.old && isSameOnNode(event.old, pod)) renew(placed, pod);
    else if (nodeName) placePod(factory.of(pod, key), nodeName);
    else if (binding.isAssumed(key)) {
      // What a pod holds that goes before it is bound is free at once; its binding will be refused.
      if (pod.metadata.deletionTimestamp !== undefined) takeOffNode(key);
    } else if (profileOf({ pod }) !== undefined) {
      const info = factory.of(pod, key);
      queue.put(info);
      const nominated = pod.status?.nominatedNodeName;
      if (nominated) {
        if (nominator.nodeNameOf(key) !== nominated) {
          nominator.nominate(info, nominated);
          epoch++;
        }
      } else clearNomination(key);
      const before = event.old?.status?.nominatedNodeName;
      if (before && before !== nominated) noticeVacancy(info, before);
    }
  }

  /** A pod no longer waits for the node: pods that are no more important counted it as being there. */
  function noticeVacancy(info: PodInfo, nodeName: string): void {
    queue.notice({ kind: 'assignedPodDeleted', pod: info, nodeName }, info.facts.priority);
  }

  function clearNomination(key: string): void {
    if (nominator.nodeNameOf(key) === undefined) return;
    nominator.clear(key);
    epoch++;
  }

  function dropPod(key: string): void {
    const pending = queue.get(key)?.info;
    queue.remove(key);
    clearNomination(key);
    const nominated = pending?.pod.status?.nominatedNodeName;
    if (pending !== undefined && nominated) noticeVacancy(pending, nominated);
    binding.drop(key);
    takeOffNode(key);
  }

  function takeOffNode(key: string): void {
    const placed = cache.removePod(key);
    if (placed !== undefined) queue.notice({ kind: 'assignedPodDeleted', pod: placed.info, nodeName: placed.node.name });
  }

  /** The pod has changed in nothing that its node counts. */
  function renew({ info, node }: PlacedPod, pod: Pod): void {
    info.pod = pod;
    touchPodOnNode(node, info);
  }

  function placePod(info: PodInfo, nodeName: string): void {
    queue.remove(info.key);
    clearNomination(info.key);
    const placed = cache.pod(info.key);
    const isNews = binding.confirm(info.key) || placed === undefined;
    if (placed !== undefined && placed.node.name === nodeName && countsAlike(placed.info, info)) {
      renew(placed, info.pod);
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
      binding.onNodeGone(node.metadata.name ?? '');
      queue.notice({ kind: 'nodeDeleted', node });
    } else {
      const old = event.old ?? node;
      cache.updateNode(old, node);
      queue.notice({ kind: 'nodeUpdated', node, old });
    }
  }

  // Cycles

  function inputFor(profile: Profile): CycleInput {
    return { profile, nominator, nodes: cache.nodes(), nodeNamed: cache.nodeNamed, startIndex, exhaustive, alwaysScore: false };
  }

  function scheduleQueued(queued: QueuedPod): void {
    const { info } = queued;
    const profile = profileOf(info);
    if (profile === undefined) return queue.remove(info.key);
    if (info.isTerminating) {
      client.event(info.pod, 'Warning', 'FailedScheduling', `skip schedule deleting pod: ${info.key}`, schedulerNameOf(info.pod));
      return queue.remove(info.key);
    }
    if (cache.nodes().length === 0) return failWithError(queued, { message: NO_NODES, reason: 'Unschedulable' });
    const fastPath = context.plain === true ? undefined : fastPaths.get(profile.schedulerName);
    const podClass = fastPath?.classOf(info);
    if (fastPath !== undefined && podClass !== undefined && scheduleFast(queued, { fastPath, podClass, profile })) return;
    const input = inputFor(profile);
    const outcome = schedulePod(info, input);
    if (outcome.error !== undefined) return failWithError(queued, { message: outcome.error, reason: 'SchedulerError' });
    startIndex = outcome.nextStartIndex;
    if (outcome.choice < 0) return fail(queued, { failed: failedCycleOf(outcome), input, podClass });
    const node = outcome.feasible[outcome.choice] as NodeInfo;
    if (outcome.scores !== undefined && countTied(outcome.scores.totals) > 1) tiedChoices++;
    place({ queued, node, profile, cycle: outcome.cycle });
  }

  /** False when the pod is still to be scheduled by the plain algorithm. */
  function scheduleFast(queued: QueuedPod, { fastPath, podClass, profile }: { fastPath: FastPath; podClass: PodClass; profile: Profile }): boolean {
    if (failAgain(queued, fastPath, podClass)) return true;
    const again = fastPath.refusalsAgain(podClass, queued.info);
    if (again !== undefined) {
      // All nodes have been visited.
      startIndex %= cache.nodes().length;
      fail(queued, { failed: again, input: inputFor(profile), podClass });
      return true;
    }
    const outcome = fastPath.schedule(queued.info, { podClass, startIndex, exhaustive });
    if (outcome === undefined) return false;
    const { node, nextStartIndex, tied, cycle } = outcome;
    const failed = node === undefined ? fastPath.refusals(podClass, queued.info) : undefined;
    if (node === undefined && failed === undefined) return false;
    startIndex = nextStartIndex;
    if (tied > 1) tiedChoices++;
    if (node !== undefined) place({ queued, node, profile, cycle });
    else if (failed !== undefined) fail(queued, { failed, input: inputFor(profile), podClass });
    return true;
  }

  function place(placement: Placement): void {
    clearNomination(placement.queued.info.key);
    binding.begin(placement);
  }

  /** Pods of one template fail alike while nothing changes, or nothing that their failure tells. */
  function failAgain(queued: QueuedPod, fastPath: FastPath, podClass: PodClass): boolean {
    const known = failures.get(podClass);
    if (known === undefined || nominator.nodeNameFor(queued.info) !== undefined) return false;
    if (known.epoch !== epoch && (known.state === undefined || known.state !== fastPath.refusalState(podClass))) return false;
    queue.putBack(queued, known.rejectors);
    writer.writeFailure(queued.info.pod, { reason: 'Unschedulable', message: known.message, nominatedNodeName: known.clearsNomination ? '' : undefined });
    return true;
  }

  function fail(queued: QueuedPod, { failed, input, podClass }: { failed: FailedCycle; input: CycleInput; podClass: PodClass | undefined }): void {
    const { info } = queued;
    const { rejectors } = failed;
    const isAlikeForClass = podClass?.hasVolumes === false && nominator.nodeNameFor(info) === undefined;
    const result = postFilter(failed, input, client.read);
    if (result.nominatedNode !== undefined) {
      if (result.tied > 1) tiedChoices++;
      nominator.nominate(info, result.nominatedNode);
      epoch++;
    } else if (result.clearsNomination) clearNomination(info.key);
    if (podClass !== undefined && isAlikeForClass && result.nominatedNode === undefined) {
      const state = fastPaths.get(input.profile.schedulerName)?.refusalState(podClass);
      failures.set(podClass, { epoch, state, message: result.message, rejectors, clearsNomination: result.clearsNomination });
    }
    queue.putBack(queued, rejectors);
    const nomination = result.nominatedNode ?? (result.clearsNomination ? '' : undefined);
    writer.writeFailure(info.pod, { reason: 'Unschedulable', message: result.message, nominatedNodeName: nomination });
    if (result.nominatedNode !== undefined) preempt(info, result.nominatedNode, result.victims);
  }

  function preempt(preemptor: PodInfo, nodeName: string, victims: readonly PodInfo[]): void {
    const standing = victims.filter(({ isTerminating }) => !isTerminating);
    // Where all victims are on their way out already there is nothing left to be done.
    if (standing.length === 0) return;
    for (const other of nominator.podsFor(nodeName)) {
      if (other.facts.priority >= preemptor.facts.priority) continue;
      clearNomination(other.key);
      writer.clearNomination(other.pod);
    }
    for (const victim of standing) writer.evictFor(preemptor.pod, victim.pod, nodeName);
  }

  function failWithError(queued: QueuedPod, { message, reason }: { message: string; reason: string }): void {
    clearNomination(queued.info.key);
    queue.putBackAfterError(queued);
    writer.writeFailure(queued.info.pod, { reason, message, nominatedNodeName: '' });
  }

  return {
    onEvent(event, resource) {
      // The resource tells the type of the object.
      if (resource === 'pods') onPodEvent(event as WatchEvent<KubernetesObject> as WatchEvent<Pod>);
      else if (resource === 'nodes') onNodeEvent(event as WatchEvent<KubernetesObject> as WatchEvent<Node>);
      else {
        for (const fastPath of fastPaths.values()) fastPath.onEvent(event, resource);
        if (WATCHED.has(resource) || DECIDING.has(resource)) epoch++;
      }
      if (WATCHED.has(resource)) {
        binding.onEvent(event, resource);
        queue.notice({ kind: 'objectChanged', type: event.type, resource, object: event.object, old: event.old });
      }
    },
    scheduleOne() {
      if (binding.goOn()) return true;
      const queued = queue.pop();
      if (queued === undefined) return false;
      context.beforeCycle?.(queued.info.pod);
      scheduleQueued(queued);
      return true;
    },
    nextDueMs() {
      const [queued, waits] = [queue.nextDueMs(), binding.nextDueMs()];
      return queued === undefined || waits === undefined ? (queued ?? waits) : Math.min(queued, waits);
    },
    tiedChoices: () => tiedChoices,
    ...createWhatIf({ read: client.read, cache, factory, profileOf, inputFor }),
  };
}

/** True when an update has left alone all that a node counts, as those of kubelets do. */
function isSameOnNode(old: Pod, pod: Pod): boolean {
  return pod.spec === old.spec && pod.metadata.labels === old.metadata.labels && pod.metadata.deletionTimestamp === old.metadata.deletionTimestamp && !hasResizedStatus(pod) && !hasResizedStatus(old);
}

/** True when a node counts both alike, so that the newer one can stand for the older one. */
function countsAlike(a: PodInfo, b: PodInfo): boolean {
  return a.facts === b.facts && a.isTerminating === b.isTerminating && areAlike(a.amounts, b.amounts) && (a.labels === b.labels || JSON.stringify(a.labels) === JSON.stringify(b.labels));
}

function areAlike(a: PodAmounts, b: PodAmounts): boolean {
  return a === b || (a.nonZeroMilliCpu === b.nonZeroMilliCpu && a.nonZeroMemory === b.nonZeroMemory && a.requests.milliCpu === b.requests.milliCpu && a.requests.memory === b.requests.memory);
}
