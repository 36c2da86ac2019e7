// What depends on the nodes alone for pods with equal tolerations, selectors and needs: who may, taints to avoid, preferred nodes.
import { createCycleState } from '../framework/cycleState.js';
import type { NodeInfo } from '../framework/nodeInfo.js';
import type { Container } from '../../api/types.js';
import { sharedText, type PodFacts, type PodInfo } from '../framework/podInfo.js';
import type { Profile } from '../framework/runtime.js';

/** Plugins whose word depends on the node and the pod's spec alone. */
const STATIC_FILTERS: readonly string[] = ['NodeUnschedulable', 'NodeName', 'TaintToleration', 'NodeAffinity', 'NodeDeclaredFeatures'];

/** Pods for which the nodes themselves are the same. */
export interface StaticClass {
  /** 1 where no static filter refuses. */
  readonly isAllowed: Uint8Array;
  readonly areAllAllowed: boolean;
  /** Raw scores; undefined when all are 0. */
  readonly intolerable: Int32Array | undefined;
  readonly preferred: Int32Array | undefined;
}

const hasRestartRules = ({ restartPolicyRules }: Container): boolean => restartPolicyRules !== undefined;

/** The key under which pods share a class. */
export function staticClassKey({ spec }: PodFacts): string {
  const { containers, initContainers = [] } = spec;
  const restarts = containers.some(hasRestartRules) || initContainers.some(hasRestartRules);
  return JSON.stringify([spec.nodeSelector ?? 0, spec.affinity?.nodeAffinity ?? 0, spec.hostNetwork ?? false, spec.hostUsers ?? true, restarts ? containers : 0]) + sharedText(spec.tolerations);
}

/** A class for the nodes as they stand; undefined when a plugin narrows the nodes, refuses the pod as a whole or cannot score for it. */
export function createStaticClass(pod: PodInfo, { profile, nodes }: { profile: Profile; nodes: readonly NodeInfo[] }): StaticClass | undefined {
  const cycle = createCycleState(pod);
  const filters = profile.filter.filter(({ name }) => STATIC_FILTERS.includes(name));
  for (const plugin of filters) {
    const result = plugin.preFilter?.(cycle);
    if (result?.status?.code === 'Skip') cycle.skippedFilters.add(plugin.name);
    else if (result?.status !== undefined || result?.nodeNames !== undefined) return undefined;
  }
  const running = filters.filter(({ name }) => !cycle.skippedFilters.has(name));
  const isAllowed = new Uint8Array(nodes.length);
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index] as NodeInfo;
    isAllowed[index] = running.some((plugin) => plugin.filter?.(cycle, node) !== undefined) ? 0 : 1;
  }
  let isAnyUnreadable = false;
  const rawScores = (name: string): Int32Array | undefined => {
    const plugin = profile.byName.get(name);
    const status = plugin?.preScore?.(cycle, nodes);
    if (status?.code === 'Error') isAnyUnreadable = true;
    if (plugin?.score === undefined || status !== undefined) return undefined;
    const raw = new Int32Array(nodes.length);
    let isAny = false;
    for (let index = 0; index < nodes.length; index++) {
      raw[index] = plugin.score(cycle, nodes[index] as NodeInfo);
      if (raw[index] !== 0) isAny = true;
    }
    return isAny ? raw : undefined;
  };
  const [intolerable, preferred] = [rawScores('TaintToleration'), rawScores('NodeAffinity')];
  return isAnyUnreadable ? undefined : { isAllowed, areAllAllowed: !isAllowed.includes(0), intolerable, preferred };
}
