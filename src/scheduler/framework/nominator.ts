// Pods that wait for room on a node of their own. Source: pkg/scheduler/backend/queue/nominator.go
import type { PodInfo } from './podInfo.js';

/** Who is nominated to where. */
export interface Nominator {
  /** Number of nominated pods. */
  readonly size: number;
  /** Names of the nodes to which pods are nominated. */
  nodeNames(): Iterable<string>;
  /** In the order of nomination. */
  podsFor(nodeName: string): readonly PodInfo[];
  nodeNameOf(podKey: string): string | undefined;
  /** The node for which the pod waits: as it is known here, else by its status. */
  nodeNameFor(pod: PodInfo): string | undefined;
  /** Of all nominated pods; -Infinity without any. */
  highestPriority(): number;
  nominate(pod: PodInfo, nodeName: string): void;
  clear(podKey: string): void;
  /** Hears of every node that gets or loses a nominated pod. */
  listen(listener: (nodeName: string) => void): void;
}

const NOBODY: readonly PodInfo[] = [];

/** A nominator that knows of nobody. */
export function createNominator(): Nominator {
  const nodeNames = new Map<string, string>();
  const byNode = new Map<string, PodInfo[]>();
  const listeners: ((nodeName: string) => void)[] = [];
  const tell = (nodeName: string): void => {
    for (const listener of listeners) listener(nodeName);
  };
  const clear = (podKey: string): void => {
    const nodeName = nodeNames.get(podKey);
    if (nodeName === undefined) return;
    nodeNames.delete(podKey);
    const left = (byNode.get(nodeName) ?? []).filter((pod) => pod.key !== podKey);
    if (left.length === 0) byNode.delete(nodeName);
    else byNode.set(nodeName, left);
    tell(nodeName);
  };
  return {
    get size() {
      return nodeNames.size;
    },
    nodeNames: () => byNode.keys(),
    podsFor: (nodeName) => byNode.get(nodeName) ?? NOBODY,
    nodeNameOf: (podKey) => nodeNames.get(podKey),
    nodeNameFor: ({ key, pod }) => nodeNames.get(key) ?? (pod.status?.nominatedNodeName || undefined),
    highestPriority() {
      let highest = -Infinity;
      for (const pods of byNode.values()) for (const pod of pods) highest = Math.max(highest, pod.facts.priority);
      return highest;
    },
    nominate(pod, nodeName) {
      clear(pod.key);
      nodeNames.set(pod.key, nodeName);
      byNode.set(nodeName, [...(byNode.get(nodeName) ?? []), pod]);
      tell(nodeName);
    },
    clear,
    listen: (listener) => void listeners.push(listener),
  };
}
