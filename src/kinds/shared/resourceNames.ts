// Names of resources in lists of quantities: which are standard, native, integer, extended, and the checks of names and amounts.
// Source: pkg/apis/core/helper/helpers.go, pkg/apis/core/validation/validation.go (ValidateResourceName …)
import { invalid, type FieldErrors } from '../../api/fieldError.js';
import type { FieldPath } from '../../api/fieldPath.js';
import { quantityNano, roundUpToMilli } from '../../api/quantity.js';
import { qualifiedNameMessages } from './formats.js';
import { invalidEach } from './names.js';

const NATIVE_PREFIX = 'kubernetes.io/';
const REQUESTS_PREFIX = 'requests.';
const HUGE_PAGES_PREFIX = 'hugepages-';

const CONTAINER_RESOURCES = new Set(['cpu', 'memory', 'ephemeral-storage']);
const QUOTA_RESOURCES = new Set([
  'cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.storage', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory',
  'limits.ephemeral-storage', 'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'persistentvolumeclaims', 'configmaps',
  'services.nodeports', 'services.loadbalancers',
]);
const INTEGER_RESOURCES = new Set([
  'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers',
]);

/** 'hugepages-2Mi' */
export function isHugePageResourceName(name: string): boolean {
  return name.startsWith(HUGE_PAGES_PREFIX);
}

function isQuotaHugePageResourceName(name: string): boolean {
  return name.startsWith(HUGE_PAGES_PREFIX) || name.startsWith(REQUESTS_PREFIX + HUGE_PAGES_PREFIX);
}

/** A resource of Kubernetes itself: no prefix, or one of kubernetes.io. */
function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes(NATIVE_PREFIX);
}

/** A resource that someone else defines: 'nvidia.com/gpu'. */
export function isExtendedResourceName(name: string): boolean {
  if (isNativeResource(name) || name.startsWith(REQUESTS_PREFIX)) return false;
  return qualifiedNameMessages(REQUESTS_PREFIX + name).length === 0;
}

/** Limits may be higher than requests. */
export function isOvercommitAllowed(name: string): boolean {
  return isNativeResource(name) && !isHugePageResourceName(name);
}

/** A name any list may have without a prefix. */
function isStandardResourceName(name: string): boolean {
  return QUOTA_RESOURCES.has(name) || name === 'storage' || isQuotaHugePageResourceName(name);
}

/** A name a container may have without a prefix. */
function isStandardContainerResourceName(name: string): boolean {
  return CONTAINER_RESOURCES.has(name) || isHugePageResourceName(name);
}

/** A name a quota may have without a prefix. */
export function isStandardQuotaResourceName(name: string): boolean {
  return QUOTA_RESOURCES.has(name) || isQuotaHugePageResourceName(name);
}

/** A resource that is counted in whole numbers. */
function isIntegerResourceName(name: string): boolean {
  return INTEGER_RESOURCES.has(name) || isExtendedResourceName(name);
}

/** Checks a resource name of any list. */
export function validateResourceName(name: string, path: FieldPath, errors: FieldErrors): void {
  const messages = qualifiedNameMessages(name);
  if (messages.length > 0) return invalidEach(errors, path, name, messages);
  if (!name.includes('/') && !isStandardResourceName(name)) invalid(errors, path, name, 'must be a standard resource type or fully qualified');
}

/** Checks a resource name of a container. */
export function validateContainerResourceName(name: string, path: FieldPath, errors: FieldErrors): void {
  if (CONTAINER_RESOURCES.has(name)) return;
  validateResourceName(name, path, errors);
  if (!name.includes('/')) {
    if (!isStandardContainerResourceName(name)) invalid(errors, path, name, 'must be a standard resource for containers');
  } else if (!isNativeResource(name) && !isExtendedResourceName(name)) invalid(errors, path, name, "doesn't follow extended resource name standard");
}

/** Checks the resource name of a quota. */
export function validateQuotaResourceName(name: string, path: FieldPath, errors: FieldErrors): void {
  validateResourceName(name, path, errors);
  if (!name.includes('/') && !isStandardQuotaResourceName(name)) invalid(errors, path, name, 'must be a standard resource for quota');
}

/** Checks the amount of a resource: not negative, whole where it is counted. */
export function validateResourceQuantity(name: string, quantity: string, path: FieldPath, errors: FieldErrors): void {
  const nano = quantityNano(quantity);
  if (nano < 0n) invalid(errors, path, quantity, 'must be greater than or equal to 0');
  if (isIntegerResourceName(name) && nano % 1_000_000_000n !== 0n) invalid(errors, path, quantity, 'must be an integer');
}

/** Rounds every amount up to thousandths, as defaulting does. Source: pkg/apis/core/v1/defaults.go (SetDefaults_ResourceList) */
export function roundResourceList(list: Record<string, string> | undefined): void {
  for (const name in list) {
    const quantity = list[name] as string;
    const rounded = roundUpToMilli(quantity);
    if (rounded !== quantity) list[name] = rounded;
  }
}
