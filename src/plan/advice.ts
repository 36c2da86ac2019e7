// Which single change would let a pending pod on a node: each one is tried on the settled cluster, none is guessed.
import { controllerOf } from '../api/ownerReference.js';
import { podRequests, type ResourceList } from '../api/podRequests.js';
import { isPodTerminal } from '../api/pods.js';
import { addQuantities, compareQuantities, formatMilli, formatValue, quantityMilli, quantityValue } from '../api/quantity.js';
import { BLOCKING_EFFECTS, isTolerated } from '../api/tolerations.js';
import type { Container, Pod, PodSpec, Taint, Toleration } from '../api/types.js';
import type { Reader } from '../apiserver/reader.js';
import type { Scheduler } from '../scheduler/scheduler.js';
import type { ExtraNode } from '../scheduler/whatIf.js';
import { compareStrings, sortedKeys } from '../util/compare.js';
import type { PlannedNode } from './model.js';
import { oneMoreNode, shapesOf, STATE_TAINTS, waitingOwnPods } from './oneMoreNode.js';
import { onlyOn, standingOn, tolerationOf, unbound, withRequests, withSpec } from './podChanges.js';

/** Pods that are pending for one reason. */
export interface AdviceCase {
  /** They themselves, at least one; changes are tried on the first, then on all. */
  pods: readonly Pod[];
  /** Kind and name of what they belong to, or of the pod itself. */
  owner: { kind: string; name: string };
  /** All pods of the owner. */
  ownerPods: readonly Pod[];
  /** Resources of which some node has too little. */
  lacking: readonly string[];
}

/** What would help, and what is not seen at a glance. */
export interface Advice {
  /** Changes, each of which is enough by itself for all the pods, or for as many as it says. */
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
/** Nodes looked at in order to see for how many pods one change is enough. */
const MAX_VISITS_A_CHANGE = 50_000;
const MAX_PARTS = 8;
const MAX_TAINT_SETS = 8;
/** Resources whose request people choose. */
const ADJUSTABLE: readonly string[] = ['cpu', 'memory', 'ephemeral-storage'];
const SCALABLE: readonly string[] = ['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet'];
const UNSCHEDULABLE: Toleration = { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' };

/** An advisor for a cluster that has settled; `nodes` are those of its plan. */
export function createAdvisor({ scheduler, read, nodes }: { scheduler: Scheduler; read: Reader; nodes: readonly PlannedNode[] }): Advisor {
  let cases = 0;
  let visits = 0;
  const ownPods = waitingOwnPods(read);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const nodesFor = (pod: Pod, extra?: ExtraNode): string[] => {
    visits += nodes.length;
    return scheduler.nodesFor(pod, extra);
  };
  const fits = (pod: Pod, change: Partial<PodSpec>): boolean => nodesFor(withSpec(pod, change)).length > 0;
  const freeOf = (node: string, resource: string): number => amountOf(resource, byName.get(node)?.allocatable[resource]) - amountOf(resource, byName.get(node)?.requested[resource]);

  /** For how many of the pending pods the change is enough when all pods of their controller have it; undefined when there are too many to try. */
  function fittingWith({ pods, ownerPods }: AdviceCase, change: (pod: Pod) => Pod): number | undefined {
    const controller = controllerOf(pods[0] as Pod)?.uid;
    const placed = controller === undefined ? [] : ownerPods.filter((each) => each.spec?.nodeName && !isPodTerminal(each) && controllerOf(each)?.uid === controller);
    const cost = (placed.length + pods.length) * nodes.length;
    if (cost > MAX_VISITS_A_CHANGE) return undefined;
    visits += cost;
    return Math.min(pods.length, Math.max(0, scheduler.placeable([...placed, ...pods].map((each) => unbound(change(each))), placed) - placed.length));
  }

  /** The advice, with the number of pods for which it is enough unless it is for all. */
  function forAsManyAsFit(words: string, pending: AdviceCase, change: (pod: Pod) => Pod): string[] {
    const fitting = fittingWith(pending, change);
    if (fitting === 0) return [];
    const limits = howMany(fitting, pending);
    return [words.endsWith(')') && limits !== '' ? `${words.slice(0, -1)}; ${limits.slice(' ('.length)}` : `${words}${limits}`];
  }

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

  /** At most so much of one resource that there is a place for all the pods. */
  function requestForAll(pending: AdviceCase, resource: string, quantity: string): string {
    const step = stepOf(resource);
    const suffices = (steps: number): boolean => fittingWith(pending, (pod) => withRequests(pod, { [resource]: formatAmount(resource, steps * step) })) === pending.pods.length;
    let tooMany = amountOf(resource, quantity) / step;
    if (fittingWith(pending, (pod) => withRequests(pod, { [resource]: quantity })) === undefined || suffices(tooMany)) return quantity;
    let enough = 0;
    while (tooMany - enough > 1) {
      const middle = Math.floor((tooMany + enough) / 2);
      if (suffices(middle)) enough = middle;
      else tooMany = middle;
    }
    return enough === 0 ? quantity : formatAmount(resource, enough * step);
  }

  /** The whole, the half, the third part of several requests: as much as there is a place for in all the pods. */
  function partForAll(pending: AdviceCase, requests: ResourceList): ResourceList {
    for (let parts = 1; parts <= Math.min(MAX_PARTS, pending.pods.length); parts++) {
      const part = Object.fromEntries(Object.entries(requests).map(([resource, quantity]) => [resource, formatAmount(resource, Math.floor(amountOf(resource, quantity) / parts / stepOf(resource)) * stepOf(resource))]));
      const fitting = fittingWith(pending, (pod) => withRequests(pod, part));
      if (fitting === undefined) break;
      if (fitting === pending.pods.length) return part;
    }
    return requests;
  }

  function requestAdvice(pending: AdviceCase): string[] {
    const { pods, owner, lacking } = pending;
    const pod = pods[0] as Pod;
    const asked = podRequests(pod);
    const short = ADJUSTABLE.filter((resource) => lacking.includes(resource) && asked[resource] !== undefined);
    const inWords = (changed: ResourceList): string[] => {
      const wanted = Object.entries(changed).filter(([resource, quantity]) => compareQuantities(quantity, asked[resource] as string) < 0);
      if (wanted.some(([resource, quantity]) => compareQuantities(quantity, smallestRequest(pod, resource, read)) < 0)) return [];
      const words = `${owner.name} requests at most ${wanted.map(([resource, quantity]) => `${quantity} ${resource}`).join(' and ')} (instead of ${wanted.map(([resource]) => asked[resource]).join(' and ')})`;
      return forAsManyAsFit(words, pending, (each) => withRequests(each, changed));
    };
    const single = short.flatMap((resource) => {
      const quantity = largestRequests(pod, [resource])?.[resource];
      return quantity === undefined ? [] : [{ [resource]: requestForAll(pending, resource, quantity) }];
    });
    if (single.length > 0) return single.flatMap(inWords);
    const together = short.length > 1 ? largestRequests(pod, short) : undefined;
    return together === undefined ? [] : inWords(partForAll(pending, together));
  }

  function nodeAdvice({ pods }: AdviceCase): string[] {
    const pod = pods[0] as Pod;
    const count = pods.length;
    const helpful: { name: string; taken: number }[] = [];
    for (const like of shapesOf(read.list('nodes'))) {
      const extra = oneMoreNode(like, read, ownPods);
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

  function tolerationAdvice(pending: AdviceCase): string[] {
    const { pods, owner } = pending;
    const pod = pods[0] as Pod;
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
    const advice = sortedKeys(Object.fromEntries(sets)).flatMap((text) => {
      const added = (sets.get(text) ?? []).map(tolerationOf);
      return fits(pod, { tolerations: [...tolerations, ...added] }) ? forAsManyAsFit(`${owner.name} tolerates ${text}`, pending, (each) => withSpec(each, { tolerations: [...(each.spec?.tolerations ?? []), ...added] })) : [];
    });
    const [opened] = isCordonMet && owner.kind !== 'DaemonSet' ? nodesFor(withSpec(pod, { tolerations: [...tolerations, UNSCHEDULABLE] })).sort(compareStrings) : [];
    return opened === undefined ? advice : [...advice, `${opened} is uncordoned${howMany(takenByCordoned(opened, pending), pending)}`];
  }

  /** How many of the pods the cordoned node would take; undefined when spreading over other nodes has a say in it. */
  function takenByCordoned(name: string, { pods }: AdviceCase): number | undefined {
    if (pods.length === 1) return 1;
    if ((pods[0]?.spec?.topologySpreadConstraints ?? []).length > 0) return undefined;
    // Each looks at this one node.
    visits += pods.length;
    return scheduler.placeable(pods.map((pod) => withSpec(pod, { tolerations: [...(pod.spec?.tolerations ?? []), UNSCHEDULABLE], affinity: onlyOn(name, pod.spec?.affinity) })), []);
  }

  return {
    advise(pending) {
      const { pods, owner } = pending;
      const pod = pods[0] as Pod;
      if (cases >= MAX_CASES || visits >= MAX_VISITS) return undefined;
      cases++;
      // A pod that fits waits for something else: its turn, its back-off, the end of its victims.
      if (nodes.length === 0 || nodesFor(pod).length > 0) return { fitsIf: [], fragmented: [] };
      const isPinned = owner.kind === 'DaemonSet';
      return {
        fitsIf: [
          ...(isPinned ? [] : nodeAdvice(pending)),
          ...requestAdvice(pending),
          ...replicaAdvice(pending),
          ...tolerationAdvice(pending),
          ...(isPinned ? [] : conditionsOf(pod).flatMap(({ words, without }) => (fits(pod, without) ? forAsManyAsFit(`${owner.name} ${words}`, pending, (each) => withSpec(each, without)) : []))),
        ],
        fragmented: isPinned ? [] : fragmentedIn(pending, nodes),
      };
    },
  };
}

/** ` (then 2 of the 5 pods fit)`, or nothing when all do. */
function howMany(fitting: number | undefined, { pods }: AdviceCase): string {
  if (fitting === undefined) return pods.length === 1 ? '' : ` (enough for at least 1 of the ${pods.length} pods)`;
  return fitting < pods.length ? ` (then ${fitting} of the ${pods.length} pods ${fitting === 1 ? 'fits' : 'fit'})` : '';
}

/** As many replicas as have a place, where all pods are of one template and the pending ones are the last. */
function replicaAdvice({ owner, ownerPods, pods }: AdviceCase): string[] {
  if (!SCALABLE.includes(owner.kind)) return [];
  const running = ownerPods.filter((each) => !isPodTerminal(each));
  const placed = running.filter((each) => each.spec?.nodeName);
  if (placed.length === 0 || running.length - placed.length > pods.length || new Set(running.map((each) => controllerOf(each)?.uid)).size > 1) return [];
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
function fragmentedIn({ pods, lacking }: AdviceCase, nodes: readonly PlannedNode[]): string[] {
  const asked = podRequests(pods[0] as Pod);
  return lacking.flatMap((resource) => {
    const wanted = amountOf(resource, asked[resource]);
    const free = nodes.map(({ allocatable, requested }) => Math.max(0, amountOf(resource, allocatable[resource]) - amountOf(resource, requested[resource])));
    const sum = free.reduce((total, each) => total + each, 0);
    const most = Math.max(...free);
    if (most >= wanted || sum < wanted) return [];
    return [`free ${resource} adds up to ${formatAmount(resource, sum)}, but no node has more than ${formatAmount(resource, most)}`];
  });
}

/** What the LimitRanges of its namespace ask of a pod at least. */
function smallestRequest({ metadata, spec }: Pod, resource: string, read: Reader): string {
  let most = '0';
  for (const range of read.list('limitranges', metadata.namespace ?? '')) {
    for (const { type, min } of range.spec?.limits ?? []) {
      const least = min?.[resource];
      if (least === undefined || (type !== 'Pod' && type !== 'Container')) continue;
      const total = Array.from({ length: type === 'Pod' ? 1 : (spec?.containers.length ?? 1) }).reduce<string>((sum) => addQuantities(sum, least), '0');
      if (compareQuantities(total, most) > 0) most = total;
    }
  }
  return most;
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
