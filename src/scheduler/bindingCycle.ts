// What follows the choice of a node: the pod is counted there, plugins do what has to be done before, and the API server is asked to bind it.
// Source: pkg/scheduler/schedule_one.go (assume, bindingCycle, handleBindingCycleError)
import type { ObjectRef, WatchEvent } from '../api/meta.js';
import { succeeded } from '../api/meta.js';
import type { Pod } from '../api/types.js';
import type { Client } from '../apiserver/client.js';
import type { CycleState } from './framework/cycleState.js';
import type { NodeInfo } from './framework/nodeInfo.js';
import type { Profile } from './framework/runtime.js';
import type { SchedulerCache } from './framework/schedulerCache.js';
import { schedulerNameOf } from './profile/configuration.js';
import type { PodStatusWriter } from './podStatusWriter.js';
import type { QueuedPod, SchedulingQueue } from './queue.js';
import { createWaitingPods } from './waitingPods.js';

/** A pod and the node that it gets. */
export interface Placement {
  readonly queued: QueuedPod;
  readonly node: NodeInfo;
  readonly profile: Profile;
  /** Undefined after the fast path of a pod without volumes: no plugin has anything to reserve. */
  readonly cycle: CycleState | undefined;
}

/** The pods that have a node and are not bound yet. */
export interface BindingCycle {
  /** Binds the pod. Where plugins have a word before that, it is counted on its node at once; else the event of the binding tells of it first. */
  begin(placement: Placement): void;
  /** Goes on with the pods that wait and have had news; true when one of them waits no longer. */
  goOn(): boolean;
  /** True while the pod is counted on a node and the API server has not told where it is. */
  isAssumed(podKey: string): boolean;
  /** The API server has told where the pod is. True when it was assumed to be there. */
  confirm(podKey: string): boolean;
  /** The pod is gone. */
  drop(podKey: string): void;
  /** Hears of every write of claims and volumes. */
  onEvent(event: WatchEvent, resource: string): void;
  /** Hears of every node that goes. */
  onNodeGone(nodeName: string): void;
  /** When the first of the pods that wait has waited long enough. */
  nextDueMs(): number | undefined;
}

/** What the binding cycle needs of the scheduler. */
export interface BindingContext {
  readonly client: Client;
  readonly cache: SchedulerCache;
  readonly queue: SchedulingQueue;
  readonly writer: PodStatusWriter;
  nowMs(): number;
  /** The pod is counted on its node no more. */
  takeOffNode(podKey: string): void;
  /** Takes back a pod that could not be bound. */
  fail(queued: QueuedPod, message: string): void;
}

/** Nobody is to be bound yet. */
export function createBindingCycle({ client, cache, queue, writer, nowMs, takeOffNode, fail }: BindingContext): BindingCycle {
  const assumed = new Set<string>();
  const waiting = createWaitingPods<Placement>();

  function unreserve({ cycle, profile, node }: Placement): void {
    if (cycle !== undefined) for (const plugin of profile.reserve) plugin.unreserve?.(cycle, node);
  }

  /** PreBind and Bind; a pod whose volumes are not there yet waits. */
  function bind(placement: Placement): void {
    const { queued: { info }, cycle, profile, node: { name: nodeName } } = placement;
    if (cycle !== undefined) {
      for (const plugin of profile.preBind) {
        const answer = plugin.preBind?.(cycle, nodeName) ?? 'done';
        if (answer === 'done') continue;
        if ('waitsUntilMs' in answer) {
          if (waiting.get(info.key) === undefined) writer.nominate(info.pod, nodeName);
          waiting.add(placement, answer.waitsUntilMs);
          return;
        }
        return undo(placement, `running PreBind plugin "${plugin.name}": ${answer.reasons.join(', ')}`);
      }
    }
    waiting.remove(info.key);
    const response = client.bind(refOf(info.pod), nodeName);
    if (!succeeded(response)) return undo(placement, `running Bind plugin "DefaultBinder": ${response.message ?? ''}`);
    queue.remove(info.key);
    client.event(info.pod, 'Normal', 'Scheduled', `Successfully assigned ${info.key} to ${nodeName}`, schedulerNameOf(info.pod));
  }

  function undo(placement: Placement, message: string): void {
    const { key } = placement.queued.info;
    waiting.remove(key);
    unreserve(placement);
    assumed.delete(key);
    takeOffNode(key);
    fail(placement.queued, message);
  }

  return {
    begin(placement) {
      const { queued: { info }, cycle, node, profile } = placement;
      if (cycle !== undefined) {
        assumed.add(info.key);
        cache.addPod(info, node.name);
        for (const plugin of profile.reserve) plugin.reserve?.(cycle, node);
      }
      bind(placement);
    },
    goOn() {
      let isAnyDone = false;
      for (const placement of waiting.takeDue(nowMs())) {
        bind(placement);
        if (waiting.get(placement.queued.info.key) === undefined) isAnyDone = true;
      }
      return isAnyDone;
    },
    isAssumed: (podKey) => assumed.has(podKey),
    confirm: (podKey) => assumed.delete(podKey),
    drop(podKey) {
      assumed.delete(podKey);
      const placement = waiting.get(podKey);
      if (placement === undefined) return;
      waiting.remove(podKey);
      unreserve(placement);
    },
    onEvent: waiting.onEvent,
    onNodeGone: waiting.onNodeGone,
    nextDueMs: waiting.nextDueMs,
  };
}

function refOf(pod: Pod): ObjectRef {
  return { apiVersion: 'v1', kind: 'Pod', namespace: pod.metadata.namespace ?? 'default', name: pod.metadata.name ?? '' };
}
