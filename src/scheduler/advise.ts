// Which single change would let a pending pod on, found by trying each on a copy of the pod or with one more node.
import { formatMilli, formatValue, quantityMilli, quantityValue } from '../api/quantity.js';
import type { Container, Node, Pod, PodSpec, Taint } from '../api/types.js';
import { compareStrings } from '../util/compare.js';

/** A change that would help. */
export interface Advice {
  kind: 'request' | 'toleration' | 'node' | 'constraint';
  /** The change in words. */
  text: string;
  /** Where the pod would then go. */
  node: string;
}

/** What can be tried. */
export interface Trial {
  readonly nodes: readonly Node[];
  /** The node the pod would get; undefined when none takes it. */
  place(pod: Pod): string | undefined;
  /** The same with one more node. */
  placeWith(pod: Pod, node: Node): string | undefined;
}

const MAX_TRIED_NODES = 8;

/** Changes that would help, each by itself, the smallest first; none for a pod that is placed as it is. */
export function advise(pod: Pod, trial: Trial): Advice[] {
  if (trial.place(pod) !== undefined) return [];
  return [...requestAdvice(pod, trial), ...tolerationAdvice(pod, trial), ...constraintAdvice(pod, trial), ...nodeAdvice(pod, trial)];
}

/** The largest request of one resource, in one container, with which the pod fits. */
function requestAdvice(pod: Pod, trial: Trial): Advice[] {
  const advice: Advice[] = [];
  for (const [index, { name, resources }] of (pod.spec?.containers ?? []).entries()) {
    for (const resource of ['cpu', 'memory']) {
      const text = resources?.requests?.[resource];
      if (text === undefined) continue;
      // Steps that people write: 10m of CPU, 1Mi of memory.
      const step = resource === 'cpu' ? 10 : 2 ** 20;
      const asked = Math.floor((resource === 'cpu' ? quantityMilli(text) : quantityValue(text)) / step);
      const format = (steps: number): string => (resource === 'cpu' ? formatMilli(steps * step) : formatValue(steps * step, 'BinarySI'));
      const placeAt = (steps: number): string | undefined => trial.place(withRequest(pod, index, { [resource]: format(steps) }));
      if (placeAt(0) === undefined) continue;
      let fits = 0;
      for (let tooMuch = asked + 1; tooMuch - fits > 1; ) {
        const middle = (fits + tooMuch) >> 1;
        if (placeAt(middle) === undefined) tooMuch = middle;
        else fits = middle;
      }
      if (fits > 0) advice.push({ kind: 'request', text: `request at most ${format(fits)} of ${resource} in container ${name} instead of ${text}`, node: placeAt(fits) ?? '' });
    }
  }
  return advice;
}

function withRequest(pod: Pod, index: number, request: Record<string, string>): Pod {
  const change = (container: Container): Container => ({ ...container, resources: { ...container.resources, requests: { ...container.resources?.requests, ...request } } });
  return withSpec(pod, { containers: (pod.spec?.containers ?? []).map((container, at) => (at === index ? change(container) : container)) });
}

function tolerationAdvice(pod: Pod, trial: Trial): Advice[] {
  const taints = new Map<string, Taint>();
  for (const { spec } of trial.nodes) for (const taint of spec?.taints ?? []) if (taint.effect !== 'PreferNoSchedule') taints.set(`${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}`, taint);
  const advice: Advice[] = [];
  for (const name of [...taints.keys()].sort(compareStrings)) {
    const { key, value, effect } = taints.get(name) as Taint;
    const toleration = value ? { key, operator: 'Equal', value, effect } : { key, operator: 'Exists', effect };
    const node = trial.place(withSpec(pod, { tolerations: [...(pod.spec?.tolerations ?? []), toleration] }));
    if (node !== undefined) advice.push({ kind: 'toleration', text: `tolerate the taint ${name}`, node });
  }
  return advice;
}

/** Leaving out one of the pod's own conditions. */
function constraintAdvice(pod: Pod, trial: Trial): Advice[] {
  const { nodeSelector, affinity, topologySpreadConstraints } = pod.spec ?? { containers: [] };
  const changes: { text: string; change: Partial<PodSpec> }[] = [];
  for (const key of Object.keys(nodeSelector ?? {}).sort(compareStrings)) {
    const { [key]: value, ...others } = nodeSelector ?? {};
    changes.push({ text: `leave out the node selector ${key}=${value}`, change: { nodeSelector: others } });
  }
  for (const kind of ['nodeAffinity', 'podAffinity', 'podAntiAffinity'] as const) {
    if (affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution === undefined) continue;
    const { [kind]: _left, ...others } = affinity;
    changes.push({ text: `prefer what ${kind} requires`, change: { affinity: others } });
  }
  for (const [index, { topologyKey, whenUnsatisfiable }] of (topologySpreadConstraints ?? []).entries()) {
    if (whenUnsatisfiable !== 'DoNotSchedule') continue;
    const soft = (topologySpreadConstraints ?? []).map((constraint, at) => (at === index ? { ...constraint, whenUnsatisfiable: 'ScheduleAnyway' } : constraint));
    changes.push({ text: `spread over ${topologyKey} with ScheduleAnyway`, change: { topologySpreadConstraints: soft } });
  }
  const advice: Advice[] = [];
  for (const { text, change } of changes) {
    const node = trial.place(withSpec(pod, change));
    if (node !== undefined) advice.push({ kind: 'constraint', text, node });
  }
  return advice;
}

/** One more node like one that is there; nodes that are alike are tried once. */
function nodeAdvice(pod: Pod, trial: Trial): Advice[] {
  const kinds = new Map<string, Node>();
  for (const node of trial.nodes) {
    const key = JSON.stringify([node.status?.allocatable, node.spec?.taints, { ...node.metadata.labels, 'kubernetes.io/hostname': '' }]);
    if (!kinds.has(key) && kinds.size < MAX_TRIED_NODES) kinds.set(key, node);
  }
  for (const node of kinds.values()) {
    const name = `${node.metadata.name ?? ''}-copy`;
    const { unschedulable: _cordoned, ...spec } = node.spec ?? {};
    const copy: Node = { ...node, spec, metadata: { ...node.metadata, name, labels: { ...node.metadata.labels, 'kubernetes.io/hostname': name } } };
    if (trial.placeWith(pod, copy) !== undefined) return [{ kind: 'node', text: `add one more node like ${node.metadata.name ?? ''}`, node: name }];
  }
  return [];
}

function withSpec(pod: Pod, change: Partial<PodSpec>): Pod {
  return { ...pod, spec: { ...(pod.spec ?? { containers: [] }), ...change } };
}
