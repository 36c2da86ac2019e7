// The quality of service of a pod. Source: pkg/apis/core/helper/qos/qos.go (ComputePodQOS)
import { compareQuantities, quantityNano } from './quantity.js';
import type { Container, PodSpec, ResourceRequirements } from './types.js';

const COMPUTE_RESOURCES = ['cpu', 'memory'] as const;

/** 'Guaranteed', 'Burstable' or 'BestEffort'. */
export function podQosClass(spec: PodSpec): string {
  const { initContainers = [], containers = [] } = spec;
  const holders: readonly Pick<Container, 'resources'>[] = spec.resources !== undefined && hasAny(spec.resources) ? [spec]
    : initContainers.length === 0 ? containers : [...initContainers, ...containers];
  let isAnySet = false;
  let isGuaranteed = holders.length > 0;
  for (let index = 0; index < holders.length; index++) {
    const { requests, limits } = holders[index]?.resources ?? {};
    for (const name of COMPUTE_RESOURCES) {
      const request = requests?.[name];
      const limit = limits?.[name];
      const hasRequest = request !== undefined && quantityNano(request) > 0n;
      const hasLimit = limit !== undefined && quantityNano(limit) > 0n;
      if (hasRequest || hasLimit) isAnySet = true;
      if (!hasLimit || (hasRequest && request !== limit && compareQuantities(request, limit) !== 0)) isGuaranteed = false;
    }
  }
  if (!isAnySet) return 'BestEffort';
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

function hasAny({ requests, limits }: ResourceRequirements): boolean {
  return Object.keys(requests ?? {}).length > 0 || Object.keys(limits ?? {}).length > 0;
}
