// What an object counts for in a ResourceQuota, and which quotas look at it. Admission and the quota controller share this calculation.
// Source: pkg/quota/v1/evaluator/core/{pods,services,persistent_volume_claims}.go, apiserver/pkg/quota/v1/generic/evaluator.go
import type { KubernetesObject } from './meta.js';
import { parseTime } from '../util/time.js';
import { podLimits, podRequests, type ResourceList } from './podRequests.js';
import { formatValue, quantityValue } from './quantity.js';
import type { PersistentVolumeClaim, Pod, PodAffinityTerm, PodSpec, ResourceQuota, ResourceResourceClaim, ScopedResourceSelectorRequirement, Service } from './types.js';
import { classOfClaim } from './volumeClaims.js';

/** Resources that quotas also count by their bare name. */
const BARE_COUNTS = new Set(['configmaps', 'secrets', 'replicationcontrollers', 'resourcequotas', 'services', 'persistentvolumeclaims']);
/** Resources that no quota counts. */
const NOT_COUNTED = new Set(['events', 'bindings', 'componentstatuses', 'tokenreviews.authentication.k8s.io', 'localsubjectaccessreviews.authorization.k8s.io']);
const COMPUTE = new Set(['cpu', 'memory', 'ephemeral-storage']);
const STORAGE_CLASS_SUFFIX = '.storageclass.storage.k8s.io/';
const DEVICE_CLASS_SUFFIX = '.deviceclass.resource.k8s.io/devices';

/** Resource name of a quota → amount that the object counts for. Of pods at their end only the count of objects is left. */
export function quotaUsage(resource: string, object: KubernetesObject, nowMs: number): ResourceList {
  if (NOT_COUNTED.has(resource)) return {};
  const usage: ResourceList = { [`count/${resource}`]: '1' };
  if (BARE_COUNTS.has(resource)) usage[resource] = '1';
  if (resource === 'pods') addPod(usage, object as Pod, nowMs);
  else if (resource === 'services') addService(usage, object as Service);
  else if (resource === 'persistentvolumeclaims') addClaim(usage, object as PersistentVolumeClaim);
  else if (resource === 'resourceclaims.resource.k8s.io') addDevices(usage, object as ResourceResourceClaim);
  return usage;
}

/** The usage of a container or a pod by its requests and limits, under all the names that quotas give it. */
export function computeUsage(requests: ResourceList, limits: ResourceList): ResourceList {
  const usage: ResourceList = {};
  for (const [name, quantity] of Object.entries(requests)) {
    if (COMPUTE.has(name) || name.startsWith('hugepages-')) {
      usage[name] = quantity;
      usage[`requests.${name}`] = quantity;
    } else if (isExtended(name)) usage[`requests.${name}`] = quantity;
  }
  for (const [name, quantity] of Object.entries(limits)) if (COMPUTE.has(name)) usage[`limits.${name}`] = quantity;
  return usage;
}

function isExtended(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
}

function addPod(usage: ResourceList, pod: Pod, nowMs: number): void {
  const { metadata, status } = pod;
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return;
  // A pod that should be gone by now no longer counts.
  const goneMs = metadata.deletionTimestamp === undefined ? undefined : parseTime(metadata.deletionTimestamp);
  if (goneMs !== undefined && goneMs < nowMs) return;
  usage['pods'] = '1';
  Object.assign(usage, computeUsageOf(pod));
}

/** Stored spec → what its pods ask for: pods of one template share theirs until they are bound. */
const askedBy = new WeakMap<PodSpec, ResourceList>();

function computeUsageOf(pod: Pod): ResourceList {
  const { spec } = pod;
  const known = spec === undefined ? undefined : askedBy.get(spec);
  if (known !== undefined) return known;
  const usage = computeUsage(podRequests(pod), podLimits(pod));
  if (spec !== undefined && Object.isFrozen(spec)) askedBy.set(spec, usage);
  return usage;
}

function addService(usage: ResourceList, { spec }: Service): void {
  const ports = spec?.ports ?? [];
  if (spec?.type !== 'NodePort' && spec?.type !== 'LoadBalancer') {
    usage['services.nodeports'] = '0';
    usage['services.loadbalancers'] = '0';
    return;
  }
  const allocates = spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false;
  usage['services.nodeports'] = String(allocates ? ports.length : ports.filter((port) => port.nodePort).length);
  usage['services.loadbalancers'] = spec.type === 'LoadBalancer' ? '1' : '0';
}

function addClaim(usage: ResourceList, claim: PersistentVolumeClaim): void {
  const { spec, status } = claim;
  const className = classOfClaim(claim);
  if (className !== '') usage[`${className}${STORAGE_CLASS_SUFFIX}persistentvolumeclaims`] = '1';
  const asked = spec?.resources?.requests?.['storage'];
  const allocated = status?.allocatedResources?.['storage'];
  const size = asked !== undefined && allocated !== undefined && quantityValue(allocated) > quantityValue(asked) ? allocated : asked;
  if (size === undefined) return;
  const rounded = /[mun]$/.test(size) ? formatValue(quantityValue(size)) : size;
  usage['requests.storage'] = rounded;
  if (className !== '') usage[`${className}${STORAGE_CLASS_SUFFIX}requests.storage`] = rounded;
}

function addDevices(usage: ResourceList, { spec }: ResourceResourceClaim): void {
  const add = (className: string | undefined, count: number): void => {
    const name = `${className ?? ''}${DEVICE_CLASS_SUFFIX}`;
    usage[name] = String(Number(usage[name] ?? '0') + count);
  };
  for (const { exactly, firstAvailable } of spec?.devices?.requests ?? []) {
    if (exactly !== undefined) add(exactly.deviceClassName, exactly.allocationMode === 'All' ? 32 : (exactly.count ?? 1));
    const largest = new Map<string, number>();
    for (const { deviceClassName = '', allocationMode, count } of firstAvailable ?? []) {
      largest.set(deviceClassName, Math.max(largest.get(deviceClassName) ?? 0, allocationMode === 'All' ? 32 : (count ?? 1)));
    }
    for (const [className, count] of largest) add(className, count);
  }
}

/** Limits of a stored quota → resource → whether one of them counts it. */
const limited = new WeakMap<ResourceList, Map<string, boolean>>();

function limitsAny(hard: ResourceList, resource: string): boolean {
  let known = limited.get(hard);
  if (known === undefined) limited.set(hard, (known = new Map<string, boolean>()));
  let isLimited = known.get(resource);
  if (isLimited === undefined) known.set(resource, (isLimited = Object.keys(hard).some((name) => isCounted(name, resource))));
  return isLimited;
}

/** True when the quota limits something that objects of the resource use and all its scopes hold for the object. */
export function quotaMatches(quota: ResourceQuota, resource: string, object: KubernetesObject): boolean {
  const hard = quota.spec?.hard;
  if (hard === undefined || !limitsAny(hard, resource)) return false;
  return scopesOf(quota).every((scope) => scopeHolds(scope, resource, object));
}

/** True when objects of the resource can use what a quota calls by this name. */
function isCounted(name: string, resource: string): boolean {
  if (name === `count/${resource}` || (BARE_COUNTS.has(resource) && name === resource)) return !NOT_COUNTED.has(resource);
  if (resource === 'pods') return name === 'pods' || isPodCompute(name);
  if (resource === 'services') return name === 'services.nodeports' || name === 'services.loadbalancers';
  if (resource === 'persistentvolumeclaims') return name === 'requests.storage' || name.includes(STORAGE_CLASS_SUFFIX);
  return resource === 'resourceclaims.resource.k8s.io' && name.endsWith(DEVICE_CLASS_SUFFIX);
}

function isPodCompute(name: string): boolean {
  const bare = name.replace(/^(requests|limits)\./, '');
  if (COMPUTE.has(bare)) return true;
  return bare.startsWith('hugepages-') ? !name.startsWith('limits.') : name.startsWith('requests.') && isExtended(bare);
}

function scopesOf({ spec }: ResourceQuota): ScopedResourceSelectorRequirement[] {
  const named = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }));
  return [...named, ...(spec?.scopeSelector?.matchExpressions ?? [])];
}

function scopeHolds(scope: ScopedResourceSelectorRequirement, resource: string, object: KubernetesObject): boolean {
  if (resource === 'pods') return podScopeHolds(scope, (object as Pod).spec);
  if (resource === 'persistentvolumeclaims' && scope.scopeName === 'VolumeAttributesClass') return nameHolds(scope, (object as PersistentVolumeClaim).spec?.volumeAttributesClassName);
  return false;
}

function podScopeHolds(scope: ScopedResourceSelectorRequirement, spec: PodSpec | undefined): boolean {
  switch (scope.scopeName) {
    case 'Terminating': return isBounded(spec);
    case 'NotTerminating': return !isBounded(spec);
    case 'BestEffort': return isBestEffort(spec);
    case 'NotBestEffort': return !isBestEffort(spec);
    case 'PriorityClass': return nameHolds(scope, spec?.priorityClassName);
    case 'CrossNamespacePodAffinity': return crossesNamespaces(spec);
    default: return false;
  }
}

function nameHolds({ operator, values }: ScopedResourceSelectorRequirement, name: string | undefined): boolean {
  const has = name !== undefined && name !== '';
  switch (operator) {
    case 'Exists': return has;
    case 'DoesNotExist': return !has;
    case 'In': return has && values?.includes(name) === true;
    case 'NotIn': return !has || values?.includes(name) !== true;
    default: return false;
  }
}

/** True when the pod may run for a limited time only: the scope Terminating. */
export function isBounded(spec: PodSpec | undefined): boolean {
  return spec?.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;
}

function isBestEffort(spec: PodSpec | undefined): boolean {
  const asksNothing = (list: ResourceList | undefined): boolean => quantityValue(list?.['cpu']) === 0 && quantityValue(list?.['memory']) === 0;
  const everything = [...(spec?.containers ?? []), ...(spec?.initContainers ?? []), { resources: spec?.resources }];
  return everything.every(({ resources }) => asksNothing(resources?.requests) && asksNothing(resources?.limits));
}

function crossesNamespaces(spec: PodSpec | undefined): boolean {
  const affinities = [spec?.affinity?.podAffinity, spec?.affinity?.podAntiAffinity];
  const crosses = (term: PodAffinityTerm | undefined): boolean => (term?.namespaces?.length ?? 0) > 0 || term?.namespaceSelector !== undefined;
  return affinities.some((affinity) => affinity?.requiredDuringSchedulingIgnoredDuringExecution?.some(crosses) === true
    || affinity?.preferredDuringSchedulingIgnoredDuringExecution?.some(({ podAffinityTerm }) => crosses(podAffinityTerm)) === true);
}
