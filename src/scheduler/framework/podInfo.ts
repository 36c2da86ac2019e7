// What the scheduler knows of a pod: the pod and the facts that follow from its spec, shared by all pods whose specs say the same.
// Source: pkg/scheduler/framework/types.go (PodInfo, calculatePodResource), pkg/scheduler/util/pod_resources.go
import { objectKey } from '../../api/meta.js';
import { isPodLevelRequestsSet, isSidecar, podRequests, type PodRequestsOptions, type ResourceList } from '../../api/podRequests.js';
import type { Container, ContainerStatus, Pod, PodAffinityTerm, PodSpec, Volume, WeightedPodAffinityTerm } from '../../api/types.js';
import { compileAffinityTerm, type AffinityTerm, type WeightedAffinityTerm } from './affinityTerm.js';
import { toResource, type Resource } from './resource.js';

/** A port on the node. */
export interface HostPort {
  ip: string;
  protocol: string;
  port: number;
}

/** What a pod takes of a node. */
export interface PodAmounts {
  /** As the filter and the node count them. */
  readonly requests: Resource;
  /** With 100m and 200Mi for containers that name none. */
  readonly nonZeroMilliCpu: number;
  readonly nonZeroMemory: number;
}

/** What follows from a pod's namespace and spec, the node and everything random in it left out. */
export interface PodFacts extends PodAmounts {
  /** Equal numbers mean equal facts. */
  readonly id: number;
  readonly namespace: string;
  readonly spec: PodSpec;
  readonly priority: number;
  readonly requestList: ResourceList;
  readonly hostPorts: readonly HostPort[];
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly WeightedAffinityTerm[];
  readonly preferredAntiAffinity: readonly WeightedAffinityTerm[];
  readonly hasAffinity: boolean;
  /** Volumes that a plugin looks at. */
  readonly volumes: readonly Volume[];
}

/** A pod in the scheduler's memory. */
export interface PodInfo {
  pod: Pod;
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  labels: Record<string, string> | undefined;
  facts: PodFacts;
  /** Those of the facts unless a resize is under way. */
  amounts: PodAmounts;
  isTerminating: boolean;
}

const texts = new WeakMap<object, string>();

/** A part of a pod as one text; pods of one template share their labels, and nearly all pods their tolerations, and so the text. */
export function sharedText(part: object | undefined): string {
  if (part === undefined) return '';
  let text = texts.get(part);
  if (text === undefined) texts.set(part, (text = JSON.stringify(part)));
  return text;
}

/** Requests that count for a container that names none, in scores. */
export const NON_ZERO_DEFAULTS: ResourceList = { cpu: '100m', memory: '200Mi' };

/** Makes PodInfos; pods whose specs say the same share their facts. */
export interface PodInfoFactory {
  /** `key`: the pod's key, where it is known. */
  of(pod: Pod, key?: string): PodInfo;
  factsOf(pod: Pod): PodFacts;
}

/** A factory with an empty memory. */
export function createPodInfoFactory(): PodInfoFactory {
  const known = new Map<string, PodFacts>();
  const byContainers = new WeakMap<object, { spec: PodSpec; namespace: string; facts: PodFacts }>();
  let nextId = 1;

  function factsOf(pod: Pod): PodFacts {
    const spec = pod.spec ?? { containers: [] };
    const namespace = pod.metadata.namespace ?? '';
    const near = byContainers.get(spec.containers);
    if (near !== undefined && near.namespace === namespace && (near.spec === spec || sharesParts(near.spec, spec))) return near.facts;
    const key = specKey(spec, namespace);
    let facts = known.get(key);
    if (facts === undefined) {
      facts = computeFacts(spec, { namespace, id: nextId++ });
      known.set(key, facts);
    }
    byContainers.set(spec.containers, { spec, namespace, facts });
    return facts;
  }

  return {
    factsOf,
    of(pod, key = objectKey(pod)) {
      const facts = factsOf(pod);
      const { metadata } = pod;
      return {
        pod, key, namespace: metadata.namespace ?? '', name: metadata.name ?? '',
        labels: metadata.labels, facts, amounts: hasResizedStatus(pod) ? computeRequests(pod, { useStatus: true }) : facts, isTerminating: metadata.deletionTimestamp !== undefined,
      };
    },
  };
}

/** The fields of the spec that plugins read, but for containers. */
const PARTS = ['initContainers', 'affinity', 'nodeSelector', 'tolerations', 'topologySpreadConstraints', 'overhead', 'resources', 'volumes', 'resourceClaims', 'priority', 'preemptionPolicy', 'schedulerName', 'hostNetwork', 'hostUsers'] as const;

/** True when both specs hold the very same parts, as before and after a binding. */
function sharesParts(a: PodSpec, b: PodSpec): boolean {
  for (let at = 0; at < PARTS.length; at++) {
    const part = PARTS[at] as (typeof PARTS)[number];
    if (a[part] !== b[part]) return false;
  }
  return true;
}

function specKey(spec: PodSpec, namespace: string): string {
  const parts: unknown[] = [namespace, spec.containers.map(containerParts)];
  for (let at = 0; at < PARTS.length; at++) {
    const part = PARTS[at] as (typeof PARTS)[number];
    if (spec[part] === undefined || part === 'tolerations') continue;
    parts.push(at, part === 'initContainers' ? spec[part]?.map(containerParts) : part === 'volumes' ? relevantVolumes(spec) : spec[part]);
  }
  return JSON.stringify(parts) + sharedText(spec.tolerations);
}

function containerParts(container: Container): unknown[] {
  const { image, resources, ports, restartPolicy, restartPolicyRules } = container;
  return [image ?? 0, resources ?? 0, ports ?? 0, restartPolicy ?? 0, restartPolicyRules ?? 0];
}

function relevantVolumes(spec: PodSpec): Volume[] {
  return (spec.volumes ?? []).filter((volume) => !volume.projected && !volume.configMap && !volume.secret && !volume.emptyDir && !volume.hostPath && !volume.downwardAPI);
}

function computeFacts(spec: PodSpec, { namespace, id }: { namespace: string; id: number }): PodFacts {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const required = (terms: PodAffinityTerm[] | undefined): AffinityTerm[] => (terms ?? []).map((term) => compileAffinityTerm(term, namespace));
  const preferred = (terms: WeightedPodAffinityTerm[] | undefined): WeightedAffinityTerm[] =>
    (terms ?? []).map(({ weight, podAffinityTerm }) => ({ ...compileAffinityTerm(podAffinityTerm, namespace), weight }));
  return {
    id, namespace, spec,
    priority: spec.priority ?? 0,
    ...computeRequests({ spec }),
    hostPorts: hostPortsOf(spec),
    requiredAffinity: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAntiAffinity: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferredAffinity: preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAntiAffinity: preferred(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    hasAffinity: podAffinity !== undefined || podAntiAffinity !== undefined,
    volumes: relevantVolumes(spec),
  };
}

function computeRequests(pod: { spec?: PodSpec; status?: Pod['status'] }, options?: PodRequestsOptions): PodAmounts & Pick<PodFacts, 'requestList'> {
  const requestList = podRequests(pod, options);
  const isPodLevel = pod.spec !== undefined && isPodLevelRequestsSet(pod.spec);
  const nonMissingDefaults = isPodLevel ? Object.fromEntries(Object.entries(NON_ZERO_DEFAULTS).filter(([name]) => requestList[name] === undefined)) : NON_ZERO_DEFAULTS;
  const nonZero = toResource(podRequests(pod, { ...options, nonMissingDefaults }));
  return { requestList, requests: toResource(requestList), nonZeroMilliCpu: nonZero.milliCpu, nonZeroMemory: nonZero.memory };
}

/** True when the kubelet says what it has set aside for the pod, which may differ from what the spec asks. */
export function hasResizedStatus({ status }: Pod): boolean {
  if (status === undefined) return false;
  return status.resources !== undefined || haveResources(status.containerStatuses) || haveResources(status.initContainerStatuses);
}

function haveResources(statuses: readonly ContainerStatus[] | undefined): boolean {
  return statuses !== undefined && statuses.some(({ resources }) => resources !== undefined);
}

/** Host ports of containers and sidecars. */
function hostPortsOf(spec: PodSpec): HostPort[] {
  const ports: HostPort[] = [];
  for (const container of [...spec.containers, ...(spec.initContainers ?? []).filter(isSidecar)]) {
    for (const port of container.ports ?? []) {
      if ((port.hostPort ?? 0) > 0) ports.push({ ip: port.hostIP || '0.0.0.0', protocol: port.protocol || 'TCP', port: port.hostPort as number });
    }
  }
  return ports;
}
