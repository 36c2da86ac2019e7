// What a kubelet refuses to run although the pod is bound to its node: the checks of admission after binding.
// Source: pkg/kubelet/lifecycle/predicate.go, pkg/kubelet/eviction/eviction_manager.go (Admit)
import { isConditionTrue } from '../api/conditions.js';
import { nodeIdentity, requiredNodeAffinityMatches } from '../api/nodeAffinity.js';
import { isSidecar, podRequests, type ResourceList } from '../api/podRequests.js';
import { isMirrorPod, isPodTerminal } from '../api/pods.js';
import { quantityMilli, quantityValue } from '../api/quantity.js';
import { findUntoleratedTaint, isTolerated } from '../api/tolerations.js';
import type { Node, Pod } from '../api/types.js';
import { sortedKeys } from '../util/compare.js';

/** Why the pod is not run. */
export interface AdmissionRefusal {
  reason: string;
  message: string;
}

const CRITICAL_PRIORITY = 2_000_000_000;
const OS_LABEL = 'kubernetes.io/os';
const NATIVE = new Set(['cpu', 'memory', 'ephemeral-storage']);
const PRESSURES = ['MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

/** The refusal, or undefined. `pods` are the pods bound to the node; those that were not started yet take nothing. */
export function admissionRefusal(pod: Pod, node: Node, pods: readonly Pod[]): AdmissionRefusal | undefined {
  const running = pods.filter((each) => each !== pod && each.metadata.uid !== pod.metadata.uid && each.status?.phase === 'Running' && !isPodTerminal(each));
  return pressureRefusal(pod, node) ?? systemRefusal(pod, node) ?? resourceRefusal(pod, node, running) ?? placementRefusal(pod, node, running);
}

function pressureRefusal(pod: Pod, node: Node): AdmissionRefusal | undefined {
  const pressures = PRESSURES.filter((type) => isConditionTrue(node.status?.conditions, type));
  if (pressures.length === 0 || (pod.spec?.priority ?? 0) >= CRITICAL_PRIORITY) return undefined;
  if (pressures.length === 1 && pressures[0] === 'MemoryPressure') {
    const isSpared = pod.status?.qosClass !== 'BestEffort' || isTolerated({ key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' }, pod.spec?.tolerations);
    if (isSpared) return undefined;
  }
  return { reason: 'Evicted', message: `The node had condition: [${pressures.join(' ')}]. ` };
}

/** The checks of the operating system come before those that room on the node could help. */
function systemRefusal(pod: Pod, node: Node): AdmissionRefusal | undefined {
  const system = node.metadata.labels?.[OS_LABEL] ?? 'linux';
  const label = pod.metadata.labels?.[OS_LABEL];
  if (label !== undefined && label !== system) {
    return { reason: 'PodOSSelectorNodeLabelDoesNotMatch', message: `Failed to admit pod as the \`${OS_LABEL}\` label doesn't match node label` };
  }
  const asked = pod.spec?.os?.name;
  return asked === undefined || asked === system ? undefined : { reason: 'PodOSNotSupported', message: `Failed to admit pod as the OS field doesn't match node OS` };
}

function resourceRefusal(pod: Pod, node: Node, running: readonly Pod[]): AdmissionRefusal | undefined {
  const allocatable: ResourceList = node.status?.allocatable ?? node.status?.capacity ?? {};
  const short = (name: string, requested: number, used: number, capacity: number): AdmissionRefusal | undefined =>
    requested > capacity - used ? { reason: `OutOf${name}`, message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}` } : undefined;
  const tooMany = short('pods', 1, running.length, quantityValue(allocatable['pods'] ?? '0'));
  if (tooMany !== undefined) return tooMany;
  const requests = podRequests(pod);
  const usedBy = running.map((each) => podRequests(each));
  const extended = sortedKeys(requests).filter((name) => !NATIVE.has(name));
  for (const name of ['cpu', 'memory', 'ephemeral-storage', ...extended]) {
    // A resource that the node does not know is not asked of it.
    if (requests[name] === undefined || (!NATIVE.has(name) && allocatable[name] === undefined)) continue;
    const amount = (text: string | undefined): number => (text === undefined ? 0 : name === 'cpu' ? quantityMilli(text) : quantityValue(text));
    const requested = amount(requests[name]);
    if (requested === 0) continue;
    const refusal = short(name, requested, usedBy.reduce((sum, list) => sum + amount(list[name]), 0), amount(allocatable[name]));
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function placementRefusal(pod: Pod, node: Node, running: readonly Pod[]): AdmissionRefusal | undefined {
  const failed = (predicate: string, message: string): AdmissionRefusal => ({ reason: predicate, message: `Predicate ${predicate} failed: ${message}` });
  if (pod.spec !== undefined && !requiredNodeAffinityMatches(pod.spec, nodeIdentity(node))) return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  const wanted = hostPortsOf(pod);
  if (wanted.length > 0 && running.some((each) => hostPortsOf(each).some((used) => wanted.some((port) => conflicts(port, used))))) {
    return failed('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  }
  if (!isMirrorPod(pod) && findUntoleratedTaint(node.spec?.taints, pod.spec?.tolerations, ['NoExecute']) !== undefined) {
    return failed('TaintToleration', "node(s) had taints that the pod didn't tolerate");
  }
  return undefined;
}

interface HostPort {
  readonly ip: string;
  readonly port: number;
  readonly protocol: string;
}

function hostPortsOf({ spec }: Pod): HostPort[] {
  const ports: HostPort[] = [];
  for (const container of [...(spec?.containers ?? []), ...(spec?.initContainers ?? []).filter(isSidecar)]) {
    for (const { hostPort, hostIP, protocol } of container.ports ?? []) if (hostPort) ports.push({ ip: hostIP || '0.0.0.0', port: hostPort, protocol: protocol ?? 'TCP' });
  }
  return ports;
}

function conflicts(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0');
}
