// What a pod asks for in all: containers, sidecars, init containers, pod-level resources and overhead, per resource name.
// Source: component-helpers/resource/helpers.go (PodRequests, PodLimits, AggregateContainerRequests)
import { addQuantities, compareQuantities } from './quantity.js';
import { findCondition } from './conditions.js';
import type { Container, ContainerStatus, Pod, PodSpec, ResourceRequirements } from './types.js';

/** Resource name → quantity in canonical text. */
export type ResourceList = Record<string, string>;

/** How the sum is taken. */
export interface PodRequestsOptions {
  /** Requests that count for every container that names none for the resource; an explicit 0 is named. */
  nonMissingDefaults?: ResourceList;
  /** Leave `spec.resources` out. */
  skipPodLevel?: boolean;
  /** Leave `spec.overhead` out. */
  skipOverhead?: boolean;
  /** For pods on nodes: the larger of what the spec asks and what the kubelet has set aside. */
  useStatus?: boolean;
}

const NO_OPTIONS: PodRequestsOptions = {};
const ownRequests = (container: Container): ResourceList | undefined => container.resources?.requests;
const ownLimits = (container: Container): ResourceList | undefined => container.resources?.limits;

/** The requests of the pod; not to be changed. */
export function podRequests(pod: { spec?: PodSpec; status?: Pod['status'] }, options: PodRequestsOptions = NO_OPTIONS): Readonly<ResourceList> {
  const { spec } = pod;
  if (spec === undefined) return {};
  const only = options === NO_OPTIONS ? onlyContainer(spec) : undefined;
  if (only !== undefined) return only.resources?.requests ?? {};
  const total = aggregate(spec, options === NO_OPTIONS ? ownRequests : (container, isInit) => containerRequests(pod, container, { options, isInit }));
  if (options.skipPodLevel !== true && spec.resources !== undefined && isPodLevelRequestsSet(spec)) {
    const podLevel = options.useStatus === true ? resizedPodLevel(pod, spec.resources) : (spec.resources.requests ?? {});
    for (const name of Object.keys(podLevel)) if (isPodLevelResource(name)) total[name] = podLevel[name] as string;
  }
  if (options.skipOverhead !== true && spec.overhead !== undefined) addTo(total, spec.overhead);
  return total;
}

/** The container that alone makes up what the pod asks for; undefined when there is more to sum up. */
function onlyContainer({ containers, initContainers, resources, overhead }: PodSpec): Container | undefined {
  return containers?.length === 1 && initContainers === undefined && resources === undefined && overhead === undefined ? containers[0] : undefined;
}

/** The limits of the pod, not to be changed; overhead is added where there is a limit other than 0. */
export function podLimits(pod: { spec?: PodSpec }, options: Pick<PodRequestsOptions, 'skipPodLevel' | 'skipOverhead'> = {}): Readonly<ResourceList> {
  const { spec } = pod;
  if (spec === undefined) return {};
  const only = onlyContainer(spec);
  if (only !== undefined) return only.resources?.limits ?? {};
  const total = aggregate(spec, ownLimits);
  if (options.skipPodLevel !== true) {
    for (const [name, quantity] of Object.entries(spec.resources?.limits ?? {})) if (isPodLevelResource(name)) total[name] = quantity;
  }
  if (options.skipOverhead !== true) {
    for (const [name, quantity] of Object.entries(spec.overhead ?? {})) if (total[name] !== undefined && compareQuantities(total[name], '0') !== 0) total[name] = addQuantities(total[name], quantity);
  }
  return total;
}

/** True when `spec.resources.requests` names a resource that is supported for the pod as a whole. */
export function isPodLevelRequestsSet(spec: PodSpec): boolean {
  for (const name of Object.keys(spec.resources?.requests ?? {})) if (isPodLevelResource(name)) return true;
  return false;
}

/** True for the resources that a pod as a whole may ask for: cpu, memory and huge pages. */
export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

/** True for an init container that keeps running beside the containers. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/** max(containers + sidecars, the most that runs at once while init containers run), per resource. */
function aggregate(spec: PodSpec, listOf: (container: Container, isInit: boolean) => ResourceList | undefined): ResourceList {
  const total: ResourceList = {};
  for (const container of spec.containers ?? []) addTo(total, listOf(container, false));
  if (spec.initContainers === undefined || spec.initContainers.length === 0) return total;
  const sidecars: ResourceList = {};
  const starting: ResourceList = {};
  for (const container of spec.initContainers) {
    const list = listOf(container, true);
    if (isSidecar(container)) {
      addTo(total, list);
      addTo(sidecars, list);
      raiseTo(starting, sidecars);
    } else {
      const running = { ...sidecars };
      addTo(running, list);
      raiseTo(starting, running);
    }
  }
  raiseTo(total, starting);
  return total;
}

function containerRequests(
  pod: { spec?: PodSpec; status?: Pod['status'] },
  container: Container,
  { options, isInit }: { options: PodRequestsOptions; isInit: boolean },
): ResourceList | undefined {
  let requests = container.resources?.requests;
  if (options.useStatus === true && (!isInit || isSidecar(container))) {
    const statuses = isInit ? pod.status?.initContainerStatuses : pod.status?.containerStatuses;
    const status = statuses?.find((each) => each.name === container.name);
    if (status?.resources !== undefined) requests = resizedContainer(pod, container, status);
  }
  const defaults = options.nonMissingDefaults;
  if (defaults === undefined) return requests;
  return { ...defaults, ...requests };
}

function resizedContainer(pod: { status?: Pod['status'] }, container: Container, status: ContainerStatus): ResourceList {
  const list: ResourceList = { ...status.resources?.requests };
  raiseTo(list, status.allocatedResources ?? {});
  if (!isResizeInfeasible(pod)) raiseTo(list, container.resources?.requests ?? {});
  return list;
}

function resizedPodLevel(pod: { status?: Pod['status'] }, resources: ResourceRequirements): ResourceList {
  if (pod.status?.resources === undefined) return resources.requests ?? {};
  const list: ResourceList = { ...pod.status.resources.requests };
  raiseTo(list, pod.status.allocatedResources ?? {});
  if (!isResizeInfeasible(pod)) raiseTo(list, resources.requests ?? {});
  return list;
}

function isResizeInfeasible(pod: { status?: Pod['status'] }): boolean {
  return findCondition(pod.status?.conditions, 'PodResizePending')?.reason === 'Infeasible';
}

function addTo(total: ResourceList, list: ResourceList | undefined): void {
  if (list === undefined) return;
  for (const name in list) {
    const known = total[name];
    total[name] = known === undefined ? (list[name] as string) : addQuantities(known, list[name] as string);
  }
}

function raiseTo(total: ResourceList, list: ResourceList): void {
  for (const name in list) {
    const known = total[name];
    if (known === undefined || compareQuantities(list[name] as string, known) > 0) total[name] = list[name] as string;
  }
}
