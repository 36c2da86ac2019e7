// The quality of service of a pod. Source: pkg/apis/core/helper/qos/qos.go (ComputePodQOS)
import { compareQuantities, quantityNano } from './quantity.js';
import type { Container, PodSpec, ResourceRequirements } from './types.js';

const COMPUTE_RESOURCES = ['cpu', 'memory'] as const;

/** 'Guaranteed', 'Burstable' or 'BestEffort'. */
export function podQosClass(spec: PodSpec): string {
  const sources: ResourceRequirements[] = spec.resources !== undefined && hasAny(spec.resources)
    ? [spec.resources]
    : [...(spec.initContainers ?? []), ...(spec.containers ?? [])].map((container: Container) => container.resources ?? {});
  let isAnySet = false;
  let isGuaranteed = sources.length > 0;
  for (const { requests, limits } of sources) {
    for (const name of COMPUTE_RESOURCES) {
      const request = requests?.[name];
      const limit = limits?.[name];
      const hasRequest = request !== undefined && quantityNano(request) > 0n;
      const hasLimit = limit !== undefined && quantityNano(limit) > 0n;
      if (hasRequest || hasLimit) isAnySet = true;
      if (!hasLimit || (hasRequest && compareQuantities(request, limit) !== 0)) isGuaranteed = false;
    }
  }
  if (!isAnySet) return 'BestEffort';
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

function hasAny({ requests, limits }: ResourceRequirements): boolean {
  return Object.keys(requests ?? {}).length > 0 || Object.keys(limits ?? {}).length > 0;
}
