// On which nodes a DaemonSet runs, and what its pod for a node looks like.
// Source: pkg/controller/daemon/daemon_controller.go (NodeShouldRunDaemonPod), daemon/util/daemonset_util.go
import { requiredNodeAffinityMatches, nodeIdentity } from '../../api/nodeAffinity.js';
import { BLOCKING_EFFECTS, findUntoleratedTaint } from '../../api/tolerations.js';
import type { DaemonSet, Node, Pod, PodSpec, PodTemplateSpec, Toleration } from '../../api/types.js';
import { podFromTemplate } from '../shared/podControl.js';

/** The label that holds the hash of a pod's revision. */
export const REVISION_HASH = 'controller-revision-hash';
const TEMPLATE_GENERATION = 'pod-template-generation';
const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';
const NO_EXECUTE = ['NoExecute'];

const toleration = (key: string, effect: string): Toleration => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect });
const TOLERATIONS: readonly Toleration[] = [
  toleration('not-ready', 'NoExecute'),
  toleration('unreachable', 'NoExecute'),
  toleration('disk-pressure', 'NoSchedule'),
  toleration('memory-pressure', 'NoSchedule'),
  toleration('pid-pressure', 'NoSchedule'),
  toleration('unschedulable', 'NoSchedule'),
];
const HOST_NETWORK_TOLERATION = toleration('network-unavailable', 'NoSchedule');

/** Whether a node gets a pod, and whether one that is there may stay. */
export interface Verdict {
  shouldRun: boolean;
  shouldContinue: boolean;
}

/** The tolerations of a DaemonSet's pods: the template's and those that are always added. */
export function daemonTolerations(spec: PodSpec | undefined): Toleration[] {
  const tolerations = [...(spec?.tolerations ?? [])];
  for (const added of spec?.hostNetwork === true ? [...TOLERATIONS, HOST_NETWORK_TOLERATION] : TOLERATIONS) {
    const index = tolerations.findIndex((each) => each.key === added.key && each.effect === added.effect && each.operator === added.operator && (each.value ?? '') === '');
    if (index < 0) tolerations.push(added);
    else tolerations[index] = added;
  }
  return tolerations;
}

/** The verdict on a node. Resources, ports and readiness play no part. */
export function judgeNode(node: Node, spec: PodSpec | undefined, tolerations: readonly Toleration[]): Verdict {
  const pinned = spec?.nodeName ?? '';
  if (pinned !== '' && pinned !== node.metadata.name) return { shouldRun: false, shouldContinue: false };
  if (!requiredNodeAffinityMatches(spec ?? {}, nodeIdentity(node))) return { shouldRun: false, shouldContinue: false };
  if (findUntoleratedTaint(node.spec?.taints, tolerations, BLOCKING_EFFECTS) === undefined) return { shouldRun: true, shouldContinue: true };
  return { shouldRun: false, shouldContinue: findUntoleratedTaint(node.spec?.taints, tolerations, NO_EXECUTE) === undefined };
}

/** The pod for a node, pinned to it by its required node affinity. */
export function daemonPod(set: DaemonSet, nodeName: string, { template, hash, tolerations }: { template: PodTemplateSpec; hash: string; tolerations: Toleration[] }): Pod {
  const pod = podFromTemplate(template, set);
  const labels: Record<string, string> = { ...pod.metadata.labels, [REVISION_HASH]: hash };
  const generation = templateGeneration(set);
  if (generation !== undefined) labels[TEMPLATE_GENERATION] = generation;
  const pin = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] }] };
  const affinity = pod.spec?.affinity;
  const spec: PodSpec = {
    ...(pod.spec ?? { containers: [] }),
    affinity: { ...affinity, nodeAffinity: { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: pin } },
    tolerations,
  };
  return { ...pod, metadata: { ...pod.metadata, labels }, spec };
}

function templateGeneration(set: DaemonSet): string | undefined {
  return set.metadata.annotations?.[GENERATION_ANNOTATION];
}

/** True when the pod is of the present template. */
export function isUpdated(set: DaemonSet, pod: Pod, hash: string): boolean {
  const generation = templateGeneration(set);
  const { labels } = pod.metadata;
  return labels?.[REVISION_HASH] === hash || (generation !== undefined && labels?.[TEMPLATE_GENERATION] === generation);
}

/** The node a pod stands on or is pinned to. */
export function targetNode(pod: Pod): string | undefined {
  const nodeName = pod.spec?.nodeName ?? '';
  if (nodeName !== '') return nodeName;
  for (const term of pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []) {
    for (const { key, operator, values } of term.matchFields ?? []) {
      if (key === 'metadata.name' && operator === 'In' && values?.length === 1) return values[0];
    }
  }
  return undefined;
}
