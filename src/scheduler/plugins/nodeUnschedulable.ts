// Cordoned nodes take no pods. Source: pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go
import { isTolerated } from '../../api/tolerations.js';
import type { Node, Taint } from '../../api/types.js';
import type { PodInfo } from '../framework/podInfo.js';
import { unresolvable } from '../framework/status.js';
import type { SchedulerPlugin } from '../framework/types.js';
import { areTolerationsChanged } from './taintToleration.js';

const REFUSED = unresolvable('node(s) were unschedulable');
const CORDON: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** NodeUnschedulable. */
export function createNodeUnschedulable(): SchedulerPlugin {
  return {
    name: 'NodeUnschedulable',
    filter: ({ pod }, { node }) => (node !== undefined && !fits(pod, node) ? REFUSED : undefined),
    isHelpedBy(pod, event) {
      if (event.kind === 'ownPodUpdated') return areTolerationsChanged(event) && isTolerated(CORDON, event.pod.facts.spec.tolerations);
      return (event.kind === 'nodeAdded' || (event.kind === 'nodeUpdated' && !fits(pod, event.old))) && fits(pod, event.node);
    },
  };
}

function fits(pod: PodInfo, node: Node): boolean {
  return node.spec?.unschedulable !== true || isTolerated(CORDON, pod.facts.spec.tolerations);
}
