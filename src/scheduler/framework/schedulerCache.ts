// All nodes with the pods on them, kept from watch events, in the order in which nodes are visited.
// A serial scheduler needs no snapshot beside it: nothing changes within a cycle.
// Source: pkg/scheduler/backend/cache/{cache,snapshot}.go
import type { Node } from '../../api/types.js';
import { addPodToNode, createNodeInfo, removePodFromNode, setNode, type NodeInfo } from './nodeInfo.js';
import { createNodeTree } from './nodeTree.js';
import type { PodInfo } from './podInfo.js';

/** An image that a node reports. */
export interface ImageState {
  /** As the first node reported it. */
  sizeBytes: number;
  readonly nodeNames: Set<string>;
}

/** A pod and where it stands. */
export interface PlacedPod {
  readonly info: PodInfo;
  readonly node: NodeInfo;
}

/** Hears of changes to what is kept. */
export interface CacheListener {
  /** A pod came to the node (1) or left it (-1). */
  podMoved(pod: PodInfo, node: NodeInfo, sign: 1 | -1): void;
  /** A node came, went or changed. */
  nodesChanged(): void;
}

/** Nodes and the pods on them. */
export interface SchedulerCache {
  /** Nodes with a Node object in visiting order. The list is not changed afterwards. */
  nodes(): readonly NodeInfo[];
  node(name: string): NodeInfo | undefined;
  /** The one of `nodes` that has the name. */
  nodeNamed(name: string): NodeInfo | undefined;
  /** Those of them, in no order, on which pods have terms of affinity or anti-affinity. */
  nodesWithAffinity(): readonly NodeInfo[];
  /** Those of them, in no order, on which pods require to be away from others. */
  nodesWithRequiredAntiAffinity(): readonly NodeInfo[];
  addNode(node: Node): void;
  updateNode(old: Node, node: Node): void;
  removeNode(node: Node): void;
  addPod(pod: PodInfo, nodeName: string): void;
  removePod(key: string): PlacedPod | undefined;
  pod(key: string): PlacedPod | undefined;
  /** Pods on nodes, of one namespace. */
  podsOf(namespace: string): Iterable<PlacedPod>;
  allPods(): Iterable<PlacedPod>;
  image(name: string): ImageState | undefined;
  /** Whether any node reports images. */
  hasImages(): boolean;
  listen(listener: CacheListener): void;
}

const NO_NODES: readonly NodeInfo[] = [];

/** A cache without nodes. */
export function createSchedulerCache(): SchedulerCache {
  const infos = new Map<string, NodeInfo>();
  const tree = createNodeTree();
  const placed = new Map<string, PlacedPod>();
  const byNamespace = new Map<string, Map<string, PlacedPod>>();
  const images = new Map<string, ImageState>();
  const listeners: CacheListener[] = [];
  const withAffinity = new Set<NodeInfo>();
  const withRequiredAntiAffinity = new Set<NodeInfo>();
  let order: readonly NodeInfo[] | undefined;

  const infoOf = (name: string): NodeInfo => {
    let info = infos.get(name);
    if (info === undefined) {
      info = createNodeInfo(name);
      infos.set(name, info);
    }
    return info;
  };

  const addImages = (node: Node): void => {
    for (const image of node.status?.images ?? []) {
      for (const name of image.names ?? []) {
        const state = images.get(name);
        if (state === undefined) images.set(name, { sizeBytes: image.sizeBytes ?? 0, nodeNames: new Set([node.metadata.name ?? '']) });
        else state.nodeNames.add(node.metadata.name ?? '');
      }
    }
  };

  const removeImages = (node: Node): void => {
    for (const image of node.status?.images ?? []) {
      for (const name of image.names ?? []) {
        const state = images.get(name);
        state?.nodeNames.delete(node.metadata.name ?? '');
        if (state?.nodeNames.size === 0) images.delete(name);
      }
    }
  };

  const keepMember = (set: Set<NodeInfo>, node: NodeInfo, isMember: boolean): void => {
    if (isMember) set.add(node);
    else set.delete(node);
  };

  /** To be told after a pod has come or gone. */
  const noteAffinity = (node: NodeInfo, { facts }: PodInfo): void => {
    if (facts.hasAffinity) keepMember(withAffinity, node, node.podsWithAffinity.length > 0);
    if (facts.requiredAntiAffinity.length > 0) keepMember(withRequiredAntiAffinity, node, node.podsWithRequiredAntiAffinity.length > 0);
  };

  const changed = (): void => {
    for (const listener of listeners) listener.nodesChanged();
  };

  const tell = (pod: PodInfo, node: NodeInfo, sign: 1 | -1): void => {
    for (let index = 0; index < listeners.length; index++) listeners[index]?.podMoved(pod, node, sign);
  };

  return {
    nodes() {
      if (order === undefined) {
        for (const info of infos.values()) info.index = -1;
        order = tree.list().map((name) => infoOf(name));
        for (const [index, info] of order.entries()) info.index = index;
      }
      return order;
    },
    node: (name) => infos.get(name),
    nodeNamed(name) {
      const node = infos.get(name);
      return node === undefined || node.index < 0 ? undefined : node;
    },
    nodesWithAffinity: () => existing(withAffinity),
    nodesWithRequiredAntiAffinity: () => existing(withRequiredAntiAffinity),
    addNode(node) {
      const info = infoOf(node.metadata.name ?? '');
      if (info.node !== undefined) removeImages(info.node);
      setNode(info, node);
      addImages(node);
      tree.add(node);
      order = undefined;
      changed();
    },
    updateNode(old, node) {
      setNode(infoOf(node.metadata.name ?? ''), node);
      if (old.status?.images !== node.status?.images) {
        removeImages(old);
        addImages(node);
      }
      // The visiting order stays until a node comes or goes.
      tree.update(old, node);
      changed();
    },
    removeNode(node) {
      const info = infos.get(node.metadata.name ?? '');
      if (info === undefined) return;
      removeImages(node);
      tree.remove(info.node ?? node);
      info.node = undefined;
      info.index = -1;
      if (info.pods.length === 0) infos.delete(info.name);
      order = undefined;
      changed();
    },
    addPod(pod, nodeName) {
      const node = infoOf(nodeName);
      addPodToNode(node, pod);
      noteAffinity(node, pod);
      const entry: PlacedPod = { info: pod, node };
      placed.set(pod.key, entry);
      let pods = byNamespace.get(pod.namespace);
      if (pods === undefined) {
        pods = new Map();
        byNamespace.set(pod.namespace, pods);
      }
      pods.set(pod.key, entry);
      tell(pod, node, 1);
    },
    removePod(key) {
      const entry = placed.get(key);
      if (entry === undefined) return undefined;
      removePodFromNode(entry.node, entry.info);
      noteAffinity(entry.node, entry.info);
      placed.delete(key);
      byNamespace.get(entry.info.namespace)?.delete(key);
      if (entry.node.node === undefined && entry.node.pods.length === 0) infos.delete(entry.node.name);
      tell(entry.info, entry.node, -1);
      return entry;
    },
    pod: (key) => placed.get(key),
    podsOf: (namespace) => byNamespace.get(namespace)?.values() ?? [],
    allPods: () => placed.values(),
    image: (name) => images.get(name),
    hasImages: () => images.size > 0,
    listen: (listener) => void listeners.push(listener),
  };
}

/** Those with a Node object. */
function existing(nodes: ReadonlySet<NodeInfo>): readonly NodeInfo[] {
  return nodes.size === 0 ? NO_NODES : [...nodes].filter(({ node }) => node !== undefined);
}
