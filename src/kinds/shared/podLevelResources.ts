// Resources of a pod as a whole, against those of its containers.
// Source: pkg/apis/core/validation/validation.go (validatePodResources, validatePodResourceConsistency)
import { asJson, forbidden, invalid, notSupported, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, keyed, type FieldPath } from '../../api/fieldPath.js';
import { podLimits, podRequests } from '../../api/podRequests.js';
import { compareQuantities } from '../../api/quantity.js';
import type { PodSpec } from '../../api/types.js';
import { isHugePageResourceName, validateResourceName } from './resourceNames.js';
import { validateResourceRequirements } from './resourceRequirements.js';

function isSupported(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHugePageResourceName(name);
}

function checkName(name: string, path: FieldPath, errors: FieldErrors): void {
  const before = errors.length;
  validateResourceName(name, path, errors);
  if (errors.length === before && !isSupported(name)) notSupported(errors, path, asJson(name), ['cpu', 'hugepages-', 'memory']);
}

/** Checks spec.resources. */
export function validatePodLevelResources(spec: PodSpec, claimNames: ReadonlySet<string>, specPath: FieldPath, errors: FieldErrors): void {
  const resources = spec.resources ?? {};
  const path = child(specPath, 'resources');
  // Where they may not stand at all, what they say does not matter.
  if (spec.os?.name === 'windows') return forbidden(errors, path, 'may not be set for a windows pod');
  if ((resources.claims ?? []).length > 0) forbidden(errors, child(path, 'claims'), 'claims may not be set for Resources at pod-level');
  validateResourceRequirements(resources, { checkName, claimNames }, path, errors);
  const requests = podRequests({ spec }, { skipPodLevel: true });
  for (const name in resources.requests) {
    const own = resources.requests[name] as string;
    const sum = requests[name];
    if (sum !== undefined && compareQuantities(sum, own) > 0) invalid(errors, keyed(child(path, 'requests'), name), own, `must be greater than or equal to aggregate container requests of ${sum}`);
  }
  const limits = podLimits({ spec }, { skipPodLevel: true });
  for (const name in resources.limits) {
    const own = resources.limits[name] as string;
    const sum = limits[name];
    if (isHugePageResourceName(name) && sum !== undefined && compareQuantities(sum, own) > 0) {
      invalid(errors, keyed(child(path, 'limits'), name), own, `must be greater than or equal to aggregate container limits of ${sum}`);
    }
  }
  spec.containers?.forEach((container, index) => {
    const at = indexed(child(path, 'containers'), index);
    for (const name in container.resources?.limits) {
      const limit = container.resources.limits[name] as string;
      const bound = resources.limits !== undefined && Object.hasOwn(resources.limits, name) ? resources.limits[name] : undefined;
      if (bound !== undefined && compareQuantities(limit, bound) > 0) {
        invalid(errors, child(keyed(at, name), 'limits'), limit, `must be less than or equal to pod limits of ${bound}`);
      }
    }
  });
}
