// Pods that need a feature of the kubelet go to nodes that declare it. Source: pkg/scheduler/framework/plugins/nodedeclaredfeatures/nodedeclaredfeatures.go
import type { Node, PodSpec } from '../../api/types.js';
import { SKIP, unresolvable } from '../framework/status.js';
import type { SchedulerPlugin } from '../framework/types.js';

const REFUSED = unresolvable("node(s) didn't match Pod's required features");

/** NodeDeclaredFeatures. */
export function createNodeDeclaredFeatures(): SchedulerPlugin {
  return {
    name: 'NodeDeclaredFeatures',
    preFilter: ({ pod }) => (requiredFeatures(pod.facts.spec).length === 0 ? { status: SKIP } : undefined),
    filter: ({ pod }, { node }) => (node !== undefined && !declaresAll(node, requiredFeatures(pod.facts.spec)) ? REFUSED : undefined),
    isHelpedBy(pod, event) {
      const features = requiredFeatures(pod.facts.spec);
      if (event.kind === 'nodeAdded') return declaresAll(event.node, features);
      return event.kind === 'nodeUpdated' && declaresAll(event.node, features) && !declaresAll(event.old, features);
    },
  };
}

/** Names of the features that the pod cannot do without. */
function requiredFeatures(spec: PodSpec): string[] {
  const features: string[] = [];
  const restartsAll = [...(spec.initContainers ?? []), ...spec.containers].some((container) => container.restartPolicyRules?.some((rule) => rule.action === 'RestartAllContainers') === true);
  if (restartsAll) features.push('RestartAllContainersOnContainerExits');
  if (spec.hostNetwork === true && spec.hostUsers === false) features.push('UserNamespacesHostNetworkSupport');
  return features;
}

function declaresAll(node: Node, features: readonly string[]): boolean {
  return features.every((feature) => node.status?.declaredFeatures?.includes(feature) === true);
}
