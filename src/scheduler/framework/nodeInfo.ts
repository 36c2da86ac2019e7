// What the scheduler knows of a node: the pods on it and their sums, kept by additions and removals.
// Source: pkg/scheduler/framework/types.go (NodeInfo)
import type { Node } from '../../api/types.js';
import type { HostPort, PodInfo } from './podInfo.js';
import { addResource, copyResource, emptyResource, toResource, type Resource, type ResourceSum } from './resource.js';

/** A node and the pods on it. */
export interface NodeInfo {
  readonly name: string;
  /** Undefined while pods are bound to a name that no Node object has. */
  node: Node | undefined;
  /** Position in the snapshot; -1 when it is not in it. */
  index: number;
  /** In the order of addition, but a removal moves the last one into the gap. */
  readonly pods: PodInfo[];
  readonly podsWithAffinity: PodInfo[];
  readonly podsWithRequiredAntiAffinity: PodInfo[];
  readonly requested: ResourceSum;
  nonZeroMilliCpu: number;
  nonZeroMemory: number;
  allocatable: Resource;
  /** 'ip/protocol/port' of the ports in use. */
  readonly usedPorts: Set<string>;
  /** Volumes of its pods that a plugin looks at, one of two pods twice. */
  volumeCount: number;
  /** 'namespace/claim' → number of pods on the node that mount it. */
  readonly claimCounts: Map<string, number>;
}

/** A node without pods. */
export function createNodeInfo(name: string): NodeInfo {
  return {
    name, node: undefined, index: -1, pods: [], podsWithAffinity: [], podsWithRequiredAntiAffinity: [],
    requested: emptyResource(), nonZeroMilliCpu: 0, nonZeroMemory: 0, allocatable: toResource(undefined), usedPorts: new Set(), volumeCount: 0, claimCounts: new Map(),
  };
}

/** Takes over the Node object. */
export function setNode(info: NodeInfo, node: Node): void {
  const isSameStatus = info.node !== undefined && info.node.status === node.status;
  info.node = node;
  if (!isSameStatus) info.allocatable = toResource(node.status?.allocatable ?? node.status?.capacity);
}

/** Counts the pod. */
export function addPodToNode(info: NodeInfo, pod: PodInfo): void {
  info.pods.push(pod);
  if (pod.facts.hasAffinity) info.podsWithAffinity.push(pod);
  if (pod.facts.requiredAntiAffinity.length > 0) info.podsWithRequiredAntiAffinity.push(pod);
  count(info, pod, 1);
}

/** Counts the pod no longer; false when it was not there. */
export function removePodFromNode(info: NodeInfo, pod: PodInfo): boolean {
  if (!swapOut(info.pods, pod)) return false;
  if (pod.facts.hasAffinity) swapOut(info.podsWithAffinity, pod);
  if (pod.facts.requiredAntiAffinity.length > 0) swapOut(info.podsWithRequiredAntiAffinity, pod);
  count(info, pod, -1);
  return true;
}

/** A change of the pod moves it to the end, as its removal and addition would. */
export function touchPodOnNode(info: NodeInfo, pod: PodInfo): void {
  if (info.pods[info.pods.length - 1] !== pod && swapOut(info.pods, pod)) info.pods.push(pod);
}

function count(info: NodeInfo, pod: PodInfo, sign: 1 | -1): void {
  const { requests, nonZeroMilliCpu, nonZeroMemory } = pod.amounts;
  addResource(info.requested, requests, sign);
  info.nonZeroMilliCpu += sign * nonZeroMilliCpu;
  info.nonZeroMemory += sign * nonZeroMemory;
  const { hostPorts, volumes } = pod.facts;
  if (hostPorts.length + volumes.length === 0) return;
  for (const port of hostPorts) {
    if (sign === 1) info.usedPorts.add(portKey(port));
    else info.usedPorts.delete(portKey(port));
  }
  info.volumeCount += sign * volumes.length;
  for (const volume of volumes) {
    if (volume.persistentVolumeClaim === undefined) continue;
    const key = `${pod.namespace}/${volume.persistentVolumeClaim.claimName}`;
    const claims = (info.claimCounts.get(key) ?? 0) + sign;
    if (claims <= 0) info.claimCounts.delete(key);
    else info.claimCounts.set(key, claims);
  }
}

function swapOut(pods: PodInfo[], pod: PodInfo): boolean {
  const at = pods.indexOf(pod);
  if (at < 0) return false;
  const last = pods.pop() as PodInfo;
  if (at < pods.length) pods[at] = last;
  return true;
}

/** A copy to try things on; the pods themselves are shared. */
export function copyNodeInfo(info: NodeInfo): NodeInfo {
  return {
    ...info, pods: [...info.pods], podsWithAffinity: [...info.podsWithAffinity], podsWithRequiredAntiAffinity: [...info.podsWithRequiredAntiAffinity],
    requested: copyResource(info.requested), usedPorts: new Set(info.usedPorts), claimCounts: new Map(info.claimCounts),
  };
}

/** The key of a port in `usedPorts`. */
function portKey({ ip, protocol, port }: HostPort): string {
  return `${ip}/${protocol}/${port}`;
}
