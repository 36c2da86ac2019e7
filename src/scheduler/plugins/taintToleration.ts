// Taints keep off pods that do not tolerate them; PreferNoSchedule only scores. Source: pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go
import { BLOCKING_EFFECTS, findUntoleratedTaint, isTolerated } from '../../api/tolerations.js';
import type { Node, Toleration } from '../../api/types.js';
import { defaultNormalize } from '../framework/normalizeScore.js';
import type { PodInfo } from '../framework/podInfo.js';
import { unresolvable } from '../framework/status.js';
import type { SchedulerPlugin } from '../framework/types.js';

const REFUSED = unresolvable('node(s) had untolerated taint(s)');

/** TaintToleration. */
export function createTaintToleration(): SchedulerPlugin {
  return {
    name: 'TaintToleration',
    filter: ({ pod }, { node }) => (node !== undefined && !fits(pod, node) ? REFUSED : undefined),
    score: ({ pod }, { node }) => countIntolerable(node, preferNoScheduleTolerations(pod.facts.spec.tolerations)),
    normalizeScores: (_cycle, scores) => defaultNormalize(scores, { isReverse: true }),
    isHelpedBy(pod, event) {
      if (event.kind === 'ownPodUpdated') return areTolerationsChanged(event);
      return (event.kind === 'nodeAdded' || (event.kind === 'nodeUpdated' && !fits(pod, event.old))) && fits(pod, event.node);
    },
  };
}

function fits(pod: PodInfo, node: Node): boolean {
  return findUntoleratedTaint(node.spec?.taints, pod.facts.spec.tolerations, BLOCKING_EFFECTS) === undefined;
}

/** True when the pod tolerates something else than before. */
export function areTolerationsChanged({ pod, old }: { pod: PodInfo; old: PodInfo }): boolean {
  return JSON.stringify(pod.facts.spec.tolerations ?? []) !== JSON.stringify(old.facts.spec.tolerations ?? []);
}

/** Tolerations that speak of the effect PreferNoSchedule. */
function preferNoScheduleTolerations(tolerations: readonly Toleration[] | undefined): readonly Toleration[] {
  return (tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
}

/** Number of taints with the effect PreferNoSchedule that are not tolerated. */
function countIntolerable(node: Node | undefined, tolerations: readonly Toleration[]): number {
  let count = 0;
  for (const taint of node?.spec?.taints ?? []) if (taint.effect === 'PreferNoSchedule' && !isTolerated(taint, tolerations)) count++;
  return count;
}
