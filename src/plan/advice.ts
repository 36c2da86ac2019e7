// Which single change would let a pending pod on a node: each one is tried on the settled cluster, none is guessed.
import { controllerOf } from '../api/ownerReference.js';
import { podRequests, isSidecar, type ResourceList } from '../api/podRequests.js';
import { isPodTerminal } from '../api/pods.js';
import { compareQuantities, formatMilli, formatValue, quantityMilli, quantityValue, subtractQuantities } from '../api/quantity.js';
import { BLOCKING_EFFECTS, isTolerated } from '../api/tolerations.js';
import type { Container, Node, Pod, PodSpec, Taint, Toleration } from '../api/types.js';
import type { Reader } from '../apiserver/reader.js';
import type { ExtraNode, Scheduler } from '../scheduler/scheduler.js';
import { compareStrings, sortedKeys } from '../util/compare.js';
import type { PlannedNode } from './model.js';

/** Pods that are pending for one reason. */
export interface AdviceCase {
  /** The first of them: changes are tried on it. */
  pod: Pod;
  /** How many there are. */
  count: number;
  /** Kind and name of what they belong to, or of the pod itself. */
  owner: { kind: string; name: string };
  /** All pods of the owner. */
  ownerPods: readonly Pod[];
  /** Resources of which some node has too little. */
  lacking: readonly string[];
}

/** What would help, and what is not seen at a glance. */
export interface Advice {
  /** Changes, each of which is enough by itself for at least one pod. */
  fitsIf: string[];
  /** Resources that are there, but in pieces that are too small. */
  fragmented: string[];
}

/** Seeks advice while its budget lasts. */
export interface Advisor {
  /** Undefined when the budget is spent. */
  advise(pending: AdviceCase): Advice | undefined;
}

const MAX_CASES = 20;
/** Nodes looked at in all tries together. */
const MAX_VISITS = 400_000;
const MAX_SHAPES = 8;
const MAX_TAINT_SETS = 8;
/** Resources whose request people choose. */
const ADJUSTABLE: readonly string[] = ['cpu', 'memory', 'ephemeral-storage'];
const SCALABLE: readonly string[] = ['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet'];
const OF_THE_NODE: readonly string[] = ['DaemonSet', 'Node'];
/** Taints with these prefixes tell a node's state; to tolerate them is no remedy. */
const STATE_TAINTS: readonly string[] = ['node.kubernetes.io/', 'node.cloudprovider.kubernetes.io/'];
const UNSCHEDULABLE: Toleration = { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' };

/** An advisor for a cluster that has settled; `nodes` are those of its plan. */
export function createAdvisor({ scheduler, read, nodes }: { scheduler: Scheduler; read: Reader; nodes: readonly PlannedNode[] }): Advisor {
  let cases = 0;
  let visits = 0;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const nodesFor = (pod: Pod, extra?: ExtraNode): string[] => {
    visits += nodes.length;
    return scheduler.nodesFor(pod, extra);
  };
  const fits = (pod: Pod, change: Partial<PodSpec>): boolean => nodesFor(withSpec(pod, change)).length > 0;
  const freeOf = (node: string, resource: string): number => amountOf(resource, byName.get(node)?.allocatable[resource]) - amountOf(resource, byName.get(node)?.requested[resource]);

  /** The largest requests of these resources with which the pod fits on some node. */
  function largestRequests(pod: Pod, resources: readonly string[]): ResourceList | undefined {
    const asked = podRequests(pod);
    const share = (node: string): number => Math.min(...resources.map((resource) => freeOf(node, resource) / amountOf(resource, asked[resource])));
    let best: string | undefined;
    for (const node of nodesFor(withRequests(pod, Object.fromEntries(resources.map((resource) => [resource, '0']))))) if (best === undefined || share(node) > share(best)) best = node;
    if (best === undefined) return undefined;
    const changed: ResourceList = {};
    for (const resource of resources) {
      const steps = Math.floor(Math.min(freeOf(best, resource), amountOf(resource, asked[resource])) / stepOf(resource));
      if (steps <= 0) return undefined;
      changed[resource] = formatAmount(resource, steps * stepOf(resource));
    }
    return nodesFor(withRequests(pod, changed)).length > 0 ? changed : undefined;
  }

  function requestAdvice({ pod, owner, lacking }: AdviceCase): string[] {
    const asked = podRequests(pod);
    const short = ADJUSTABLE.filter((resource) => lacking.includes(resource) && asked[resource] !== undefined);
    const inWords = (changed: ResourceList): string => {
      const wanted = Object.entries(changed).filter(([resource, quantity]) => compareQuantities(quantity, asked[resource] as string) < 0);
      return `${owner.name} requests at most ${wanted.map(([resource, quantity]) => `${quantity} ${resource}`).join(' and ')} (instead of ${wanted.map(([resource]) => asked[resource]).join(' and ')})`;
    };
    const single = short.map((resource) => largestRequests(pod, [resource])).filter((changed) => changed !== undefined);
    if (single.length > 0) return single.map(inWords);
    const together = short.length > 1 ? largestRequests(pod, short) : undefined;
    return together === undefined ? [] : [inWords(together)];
  }

  function nodeAdvice({ pod, count }: AdviceCase): string[] {
    const helpful: { name: string; taken: number }[] = [];
    for (const like of shapesOf(read.list('nodes'))) {
      const extra = oneMoreNode(like, read);
      const name = extra.node.metadata.name ?? '';
      const takes = (pods: number): boolean => {
        const standing = Array.from({ length: pods - 1 }, (_each, index) => standingOn(pod, name, String(index)));
        return nodesFor(pod, { node: extra.node, pods: [...extra.pods, ...standing] }).includes(name);
      };
      if (!takes(1)) continue;
      let taken = 1;
      const most = Math.min(count, amountOf('pods', like.status?.allocatable?.['pods']) || count);
      if (count > 1 && takes(most)) taken = most;
      else for (let tooMany = most; tooMany - taken > 1; ) {
        const middle = (taken + tooMany) >> 1;
        if (takes(middle)) taken = middle;
        else tooMany = middle;
      }
      helpful.push({ name: like.metadata.name ?? '', taken });
    }
    const [first, second] = helpful.sort((a, b) => b.taken - a.taken || compareStrings(a.name, b.name));
    if (first === undefined) return [];
    const names = second?.taken === first.taken ? `${first.name} or ${second.name}` : first.name;
    return [`there is one more node like ${names}${first.taken < count ? ` (it takes ${first.taken} of the ${count} pods)` : ''}`];
  }

  function tolerationAdvice({ pod, owner }: AdviceCase): string[] {
    const tolerations = pod.spec?.tolerations ?? [];
    const sets = new Map<string, Taint[]>();
    let isCordonMet = false;
    for (const { spec } of read.list('nodes')) {
      isCordonMet ||= spec?.unschedulable === true;
      const taints = (spec?.taints ?? []).filter((taint) => BLOCKING_EFFECTS.includes(taint.effect) && !isTolerated(taint, tolerations));
      if (taints.length === 0 || taints.some(({ key }) => STATE_TAINTS.some((prefix) => key.startsWith(prefix)))) continue;
      const text = taints.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`).sort(compareStrings).join(' and ');
      if (sets.size < MAX_TAINT_SETS) sets.set(text, taints);
    }
    const advice = sortedKeys(Object.fromEntries(sets)).filter((text) => fits(pod, { tolerations: [...tolerations, ...(sets.get(text) ?? []).map(tolerationOf)] })).map((text) => `${owner.name} tolerates ${text}`);
    const [opened] = isCordonMet && owner.kind !== 'DaemonSet' ? nodesFor(withSpec(pod, { tolerations: [...tolerations, UNSCHEDULABLE] })).sort(compareStrings) : [];
    return opened === undefined ? advice : [...advice, `${opened} is uncordoned`];
  }

  return {
    advise(pending) {
      const { pod, owner, count } = pending;
      if (cases >= MAX_CASES || visits >= MAX_VISITS) return undefined;
      cases++;
      // A pod that fits waits for something else: its turn, its back-off, the end of its victims.
      if (nodes.length === 0 || nodesFor(pod).length > 0) return { fitsIf: [], fragmented: [] };
      const isPinned = owner.kind === 'DaemonSet';
      return {
        fitsIf: [
          ...(isPinned ? [] : nodeAdvice(pending)),
          ...requestAdvice(pending),
          ...replicaAdvice(pending, count),
          ...tolerationAdvice(pending),
          ...(isPinned ? [] : conditionsOf(pod).filter(({ without }) => fits(pod, without)).map(({ words }) => `${owner.name} ${words}`)),
        ],
        fragmented: isPinned ? [] : fragmentedIn(pending, nodes),
      };
    },
  };
}

/** As many replicas as have a place, where all pods are of one template and the pending ones are the last. */
function replicaAdvice({ owner, ownerPods }: AdviceCase, count: number): string[] {
  if (!SCALABLE.includes(owner.kind)) return [];
  const running = ownerPods.filter((each) => !isPodTerminal(each));
  const placed = running.filter((each) => each.spec?.nodeName);
  if (placed.length === 0 || running.length - placed.length > count || new Set(running.map((each) => controllerOf(each)?.uid)).size > 1) return [];
  const ordinalOf = (pod: Pod): number => Number(/-(\d+)$/.exec(pod.metadata.name ?? '')?.[1] ?? 0);
  if (owner.kind === 'StatefulSet' && placed.some((each) => ordinalOf(each) >= placed.length)) return [];
  return [`${owner.name} has ${placed.length} ${placed.length === 1 ? 'replica' : 'replicas'}`];
}

/** What the pod demands of its node besides resources, each with the spec that lacks it. */
function conditionsOf(pod: Pod): { words: string; without: Partial<PodSpec> }[] {
  const { nodeSelector = {}, affinity, topologySpreadConstraints = [], containers = [] } = pod.spec ?? { containers: [] };
  const conditions: { words: string; without: Partial<PodSpec> }[] = [];
  for (const key of sortedKeys(nodeSelector)) {
    const { [key]: value, ...others } = nodeSelector;
    conditions.push({ words: `drops the node selector ${key}=${value}`, without: { nodeSelector: others } });
  }
  if (Object.keys(nodeSelector).length > 1) conditions.push({ words: 'drops its node selector', without: { nodeSelector: {} } });
  for (const [part, words] of [['nodeAffinity', 'node affinity'], ['podAffinity', 'pod affinity'], ['podAntiAffinity', 'pod anti-affinity']] as const) {
    if (affinity?.[part]?.requiredDuringSchedulingIgnoredDuringExecution === undefined) continue;
    const { [part]: _dropped, ...others } = affinity;
    conditions.push({ words: `drops its required ${words}`, without: { affinity: others } });
  }
  topologySpreadConstraints.forEach((constraint, index) => {
    if (constraint.whenUnsatisfiable !== 'DoNotSchedule') return;
    const softer = topologySpreadConstraints.map((each, at) => (at === index ? { ...each, whenUnsatisfiable: 'ScheduleAnyway' } : each));
    conditions.push({ words: `only prefers to spread over ${constraint.topologyKey}`, without: { topologySpreadConstraints: softer } });
  });
  const hostPorts = containers.flatMap(({ ports = [] }) => ports.flatMap(({ hostPort }) => hostPort ?? []));
  if (hostPorts.length > 0) {
    const withoutPorts = ({ ports: _ports, ...container }: Container): Container => container;
    conditions.push({ words: `drops ${hostPorts.length === 1 ? 'the host port' : 'the host ports'} ${hostPorts.join(', ')}`, without: { containers: containers.map(withoutPorts) } });
  }
  return conditions;
}

/** `free memory adds up to 1152Mi, but no node has more than 384Mi` */
function fragmentedIn({ pod, lacking }: AdviceCase, nodes: readonly PlannedNode[]): string[] {
  const asked = podRequests(pod);
  return lacking.flatMap((resource) => {
    const wanted = amountOf(resource, asked[resource]);
    const free = nodes.map(({ allocatable, requested }) => Math.max(0, amountOf(resource, allocatable[resource]) - amountOf(resource, requested[resource])));
    const sum = free.reduce((total, each) => total + each, 0);
    const most = Math.max(...free);
    if (most >= wanted || sum < wanted) return [];
    return [`free ${resource} adds up to ${formatAmount(resource, sum)}, but no node has more than ${formatAmount(resource, most)}`];
  });
}

/** One node of each shape: resources, taints and labels, its name apart. */
function shapesOf(nodes: readonly Node[]): Node[] {
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
function oneMoreNode(like: Node, read: Reader): ExtraNode {
  const original = like.metadata.name ?? '';
  let name = `${original}-more`;
  while (read.get('nodes', '', name) !== undefined) name += '-more';
  const { unschedulable: _cordoned, taints = [], ...spec } = like.spec ?? {};
  const kept = taints.filter(({ key }) => !STATE_TAINTS.some((prefix) => key.startsWith(prefix)));
  const labels = like.metadata.labels?.['kubernetes.io/hostname'] === undefined ? like.metadata.labels : { ...like.metadata.labels, 'kubernetes.io/hostname': name };
  const node: Node = { ...like, metadata: { ...like.metadata, name, uid: name, ...(labels === undefined ? {} : { labels }) }, spec: kept.length === 0 ? spec : { ...spec, taints: kept } };
  const pods = read.podsOnNode(original).filter((pod) => !isPodTerminal(pod) && OF_THE_NODE.includes(controllerOf(pod)?.kind ?? ''));
  return { node, pods: pods.map((pod) => standingOn(pod, name, 'more')) };
}

/** A copy of the pod as it would stand on the node. */
function standingOn(pod: Pod, nodeName: string, suffix: string): Pod {
  const name = `${pod.metadata.name ?? ''}-${suffix}`;
  return { ...pod, metadata: { ...pod.metadata, name, uid: `${nodeName}/${name}` }, spec: { ...(pod.spec ?? { containers: [] }), nodeName } };
}

/** The pod with other requests in all: the first container has them, the others none. */
function withRequests(pod: Pod, requests: ResourceList): Pod {
  const { containers = [], initContainers, overhead = {}, resources, ...spec } = pod.spec ?? { containers: [] };
  const own = Object.fromEntries(Object.entries(requests).map(([resource, total]) => {
    const left = overhead[resource] === undefined ? total : subtractQuantities(total, overhead[resource]);
    return [resource, compareQuantities(left, '0') < 0 ? '0' : left];
  }));
  const nothing = Object.fromEntries(Object.keys(requests).map((resource) => [resource, '0']));
  const change = (container: Container, list: ResourceList): Container => ({ ...container, resources: { ...container.resources, requests: { ...container.resources?.requests, ...list } } });
  const isPodLevel = resources?.requests !== undefined;
  return {
    ...pod,
    spec: {
      ...spec,
      ...(pod.spec?.overhead === undefined ? {} : { overhead }),
      ...(resources === undefined ? {} : { resources: isPodLevel ? { ...resources, requests: { ...resources.requests, ...own } } : resources }),
      containers: containers.map((container, index) => change(container, index === 0 ? own : nothing)),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map((container) => change(container, isSidecar(container) ? nothing : capped(container, own))) }),
    },
  };
}

/** The container's own requests, none above the limit. */
function capped(container: Container, limit: ResourceList): ResourceList {
  const list = container.resources?.requests ?? {};
  return Object.fromEntries(Object.entries(limit).map(([resource, most]) => [resource, list[resource] === undefined || compareQuantities(list[resource], most) > 0 ? most : list[resource]]));
}

function withSpec(pod: Pod, change: Partial<PodSpec>): Pod {
  return { ...pod, spec: { ...(pod.spec ?? { containers: [] }), ...change } };
}

function tolerationOf({ key, value, effect }: Taint): Toleration {
  return value ? { key, operator: 'Equal', value, effect } : { key, operator: 'Exists', effect };
}

/** Thousandths of CPUs, whole units of everything else. */
function amountOf(resource: string, quantity: string | undefined): number {
  return resource === 'cpu' ? quantityMilli(quantity) : quantityValue(quantity);
}

/** The steps in which people write amounts: 1m of CPU, 1Mi of memory and storage. */
function stepOf(resource: string): number {
  return resource === 'memory' || resource === 'ephemeral-storage' ? 2 ** 20 : 1;
}

function formatAmount(resource: string, amount: number): string {
  if (resource === 'cpu') return formatMilli(amount);
  const step = stepOf(resource);
  return step === 1 ? formatValue(amount) : formatValue(Math.floor(amount / step) * step, 'BinarySI');
}
