// A node that does not exist yet: like one that does, with the pods that a node of its kind carries by itself.
import { controllerOf } from '../api/ownerReference.js';
import { isPodTerminal } from '../api/pods.js';
import type { Node, Pod } from '../api/types.js';
import type { Reader } from '../apiserver/reader.js';
import type { ExtraNode } from '../scheduler/whatIf.js';
import { sortedKeys } from '../util/compare.js';
import { standingOn } from './podChanges.js';

const MAX_SHAPES = 8;
const OF_THE_NODE: readonly string[] = ['DaemonSet', 'Node'];
/** Taints with these prefixes tell a node's state; to tolerate them is no remedy. */
export const STATE_TAINTS: readonly string[] = ['node.kubernetes.io/', 'node.cloudprovider.kubernetes.io/'];

/** One node of each shape: resources, taints and labels, its name apart. */
export function shapesOf(nodes: readonly Node[]): Node[] {
  const shapes = new Map<string, Node>();
  for (const node of nodes) {
    const { 'kubernetes.io/hostname': _hostname, ...labels } = node.metadata.labels ?? {};
    const text = (record: Record<string, string> | undefined): string => sortedKeys(record).map((key) => `${key}=${record?.[key]}`).join(' ');
    const shape = [text(node.status?.allocatable), text(labels), (node.spec?.taints ?? []).map(({ key, value, effect }) => `${key}=${value}:${effect}`).join(' ')].join('\n');
    if (!shapes.has(shape)) shapes.set(shape, node);
    if (shapes.size === MAX_SHAPES) break;
  }
  return [...shapes.values()];
}

/** A new node as that one, with the pods that a node of its kind carries by itself. */
export function oneMoreNode(like: Node, read: Reader, waiting: ReadonlyMap<string, readonly Pod[]>): ExtraNode {
  const original = like.metadata.name ?? '';
  let name = `${original}-more`;
  while (read.get('nodes', '', name) !== undefined) name += '-more';
  const { unschedulable: _cordoned, taints = [], ...spec } = like.spec ?? {};
  const kept = taints.filter(({ key }) => !STATE_TAINTS.some((prefix) => key.startsWith(prefix)));
  const labels = like.metadata.labels?.['kubernetes.io/hostname'] === undefined ? like.metadata.labels : { ...like.metadata.labels, 'kubernetes.io/hostname': name };
  const node: Node = { ...like, metadata: { ...like.metadata, name, uid: name, ...(labels === undefined ? {} : { labels }) }, spec: kept.length === 0 ? spec : { ...spec, taints: kept } };
  const standing = read.podsOnNode(original).filter((pod) => !isPodTerminal(pod) && OF_THE_NODE.includes(controllerOf(pod)?.kind ?? ''));
  const pods = [...standing, ...(waiting.get(original) ?? [])];
  return { node, pods: pods.map((pod) => standingOn(pod, name, 'more')) };
}

/** Pods of DaemonSets that wait for a place, by the name of their node: they would stand on a new one too. */
export function waitingOwnPods(read: Reader): ReadonlyMap<string, readonly Pod[]> {
  const waiting = new Map<string, Pod[]>();
  for (const pod of read.list('pods')) {
    if (pod.spec?.nodeName || controllerOf(pod)?.kind !== 'DaemonSet') continue;
    for (const { matchFields = [] } of pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []) {
      const [node] = matchFields.flatMap(({ values = [] }) => values);
      if (node !== undefined) waiting.set(node, [...(waiting.get(node) ?? []), pod]);
    }
  }
  return waiting;
}
