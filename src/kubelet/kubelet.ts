// The kubelets of all nodes: they start, complete and terminate the pods bound to their node, one pod an action.
// Work is found by the watch alone: every write of a pod queues it for the stage that is due, so nothing is ever scanned.
import { findCondition, isConditionTrue } from '../api/conditions.js';
import { succeeded, type WatchEvent } from '../api/meta.js';
import { isMirrorPod } from '../api/pods.js';
import { createHeap } from '../util/heap.js';
import type { Node, Pod } from '../api/types.js';
import type { Client } from '../apiserver/client.js';
import { createAddresses } from './addresses.js';
import { STAGES } from './stages/index.js';
import type { Stage } from './stages/stage.js';
import { expiryMs } from './stages/expire.js';
import { createPodQueue, type PodQueue, type WaitingPod } from './podQueue.js';
import { syncPod } from './syncPod.js';

/** What the kubelets are made with. */
export interface KubeletContext {
  readonly client: Client;
  nowMs(): number;
}

/** The running kubelets. */
export interface Kubelet {
  onEvent(event: WatchEvent, resource: string): void;
  /** Carries out one action on one pod: terminations first, then starts, then completions, in the order of the pods' creation. False when there is none. */
  act(): boolean;
  /** When something will be due that is not due yet. */
  nextDueMs(): number | undefined;
}

/** A node whose annotation of this name is 'stopped' has no running kubelet: nothing happens to its pods and it posts no status. */
const KUBELET_ANNOTATION = 'stowage.dev/kubelet';

interface Expiry extends WaitingPod {
  readonly dueMs: number;
}

/** True when the node exists and something runs its pods. A node of which nothing has been heard has no kubelet. */
function hasKubelet(node: Node | undefined): node is Node {
  if (node === undefined) return false;
  return node.metadata.annotations?.[KUBELET_ANNOTATION] !== 'stopped' && findCondition(node.status?.conditions, 'Ready')?.status !== 'Unknown';
}

/** The kubelets of every node. */
export function createKubelet({ client, nowMs }: KubeletContext): Kubelet {
  const { read } = client;
  const orderOf = new Map<string, number>();
  /** Pods that came with their node already named. */
  const bypassed = new Set<string>();
  const queues: readonly PodQueue[] = STAGES.map(() => createPodQueue());
  const expiries = createHeap<Expiry>((a, b) => a.dueMs - b.dueMs || a.order - b.order);
  /** Pods whose node has no kubelet, until it has one. */
  const stranded = new Map<string, Set<string>>();
  const addresses = createAddresses();
  /** Mirror pods that are gone though their kubelet still runs what they show. */
  const mirrors = new Map<string, Pod>();
  let created = 0;

  function enqueue(key: string, pod: Pod): void {
    for (let index = 0; index < STAGES.length; index++) {
      if (STAGES[index]?.isDue(pod, nowMs()) !== true) continue;
      queues[index]?.push({ key, order: orderOf.get(key) ?? 0 });
      break;
    }
    const dueMs = expiryMs(pod);
    if (dueMs !== undefined && dueMs > nowMs()) expiries.push({ key, order: orderOf.get(key) ?? 0, dueMs });
  }

  function onPod({ type, key, object: pod }: WatchEvent<Pod>): void {
    if (type === 'DELETED') {
      orderOf.delete(key);
      bypassed.delete(key);
      if (isMirrorPod(pod)) mirrors.set(key, pod);
      return;
    }
    if (type === 'ADDED') {
      orderOf.set(key, ++created);
      if (pod.spec?.nodeName) bypassed.add(key);
    }
    if (pod.spec?.nodeName) enqueue(key, pod);
  }

  function onNode(node: Node): void {
    const name = node.metadata.name ?? '';
    const keys = stranded.get(name);
    if (keys === undefined || !hasKubelet(node)) return;
    stranded.delete(name);
    for (const key of keys) {
      const pod = read.byKey('pods', key);
      if (pod !== undefined) enqueue(key, pod);
    }
  }

  /** Makes a mirror pod again: its kubelet goes on running the pod of its own manifest. A kubelet that is gone makes none. */
  function restoreMirror(): boolean {
    for (const [key, pod] of mirrors) {
      mirrors.delete(key);
      if (!hasKubelet(read.get('nodes', '', pod.spec?.nodeName ?? '')) || read.byKey('pods', key) !== undefined) continue;
      if (succeeded(client.create(mirrorOf(pod)))) return true;
    }
    return false;
  }

  function strand(key: string, nodeName: string): void {
    let keys = stranded.get(nodeName);
    if (keys === undefined) {
      keys = new Set();
      stranded.set(nodeName, keys);
    }
    keys.add(key);
  }

  /** Queues the pods whose time has run out. */
  function expireDue(): void {
    for (let top = expiries.peek(); top !== undefined && top.dueMs <= nowMs(); top = expiries.peek()) {
      expiries.pop();
      const pod = read.byKey('pods', top.key);
      if (pod !== undefined && orderOf.get(top.key) === top.order) enqueue(top.key, pod);
    }
  }

  return {
    onEvent(event, resource) {
      // The API server stores under these names objects of these types only.
      if (resource === 'pods') onPod(event as WatchEvent<Pod>);
      else if (resource === 'nodes' && event.type !== 'DELETED') onNode(event.object as Node);
    },
    act() {
      expireDue();
      if (mirrors.size > 0 && restoreMirror()) return true;
      for (let index = 0; index < STAGES.length; index++) {
        const stage = STAGES[index] as Stage;
        const queue = queues[index] as PodQueue;
        for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
          if (orderOf.get(next.key) !== next.order) continue;
          const pod = read.byKey('pods', next.key);
          const nodeName = pod?.spec?.nodeName;
          if (pod === undefined || nodeName === undefined || !stage.isDue(pod, nowMs())) continue;
          const node = read.get('nodes', '', nodeName);
          if (!hasKubelet(node) || (stage.needsReadyNode === true && !isConditionTrue(node.status?.conditions, 'Ready'))) {
            strand(next.key, nodeName);
            continue;
          }
          const context = {
            nowMs: nowMs(), node, hostIPs: addresses.hostIPs(node), drawPodIP: addresses.drawPodIP,
            podsOnNode: () => read.podsOnNode(nodeName), bypassedScheduler: bypassed.has(next.key),
          };
          if (syncPod(client, pod, { stage, context })) return true;
        }
      }
      return false;
    },
    nextDueMs() {
      for (let top = expiries.peek(); top !== undefined; top = expiries.peek()) {
        if (top.dueMs > nowMs()) return top.dueMs;
        expireDue();
      }
      return undefined;
    },
  };
}

/** The pod as its kubelet writes it first. Source: pkg/kubelet/pod/mirror_client.go (CreateMirrorPod) */
function mirrorOf({ apiVersion, kind, metadata, spec }: Pod): Pod {
  const { name, namespace, labels, annotations, ownerReferences } = metadata;
  const kept = { name, namespace, labels, annotations, ownerReferences };
  return { apiVersion, kind, metadata: Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)), ...(spec === undefined ? {} : { spec }) };
}
