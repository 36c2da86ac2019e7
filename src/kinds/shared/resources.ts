// Resource requirements of containers and pods: names, quantities, requests against limits, claims.
// Source: pkg/apis/core/validation/validation.go (ValidateContainerResourceRequirements, validateResourceName), pkg/apis/core/helper/helpers.go
import { asJson, duplicate, forbidden, invalid, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, keyed, type FieldPath } from '../../api/fieldPath.js';
import { compareQuantities, parseQuantity, quantityNano } from '../../api/quantity.js';
import type { ResourceClaim, ResourceRequirements } from '../../api/types.js';
import { compareStrings } from '../../util/compare.js';
import { pathText } from '../../api/fieldPath.js';
import { dns1123LabelMessages, qualifiedNameMessages } from './formats.js';
import { invalidEach } from './names.js';

const STANDARD_RESOURCES = new Set([
  'cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory',
  'limits.ephemeral-storage', 'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims',
  'storage', 'requests.storage', 'services.nodeports', 'services.loadbalancers',
]);
const STANDARD_CONTAINER_RESOURCES = new Set(['cpu', 'memory', 'ephemeral-storage']);
const INTEGER_RESOURCES = new Set([
  'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers',
]);
const NANO = 1_000_000_000n;

/** True for 'hugepages-2Mi' and its like. */
export function isHugePageResource(name: string): boolean {
  return name.startsWith('hugepages-');
}

/** True when the name has no domain or one of kubernetes.io. Source: IsNativeResource */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** True for resources such as 'nvidia.com/gpu'. Source: IsExtendedResourceName */
export function isExtendedResource(name: string): boolean {
  return !isNativeResource(name) && !name.startsWith('requests.') && qualifiedNameMessages(`requests.${name}`).length === 0;
}

/** True when requests may be lower than limits. Source: IsOvercommitAllowed */
export function isOvercommitAllowed(name: string): boolean {
  return isNativeResource(name) && !isHugePageResource(name);
}

/** True for a resource that the server knows by its bare name. Source: IsStandardResourceName */
export function isStandardResource(name: string): boolean {
  return STANDARD_RESOURCES.has(name) || isHugePageResource(name) || name.startsWith('requests.hugepages-');
}

/** True for a resource whose amount must be whole. Source: IsIntegerResourceName */
export function isIntegerResource(name: string): boolean {
  return INTEGER_RESOURCES.has(name) || isExtendedResource(name);
}

/** A qualified name; without a domain, a standard one. Source: validateResourceName */
export function validateResourceName(name: string, path: FieldPath, errors: FieldErrors): void {
  const messages = qualifiedNameMessages(name);
  if (messages.length > 0) return invalidEach(errors, path, asJson(name), messages);
  if (!name.includes('/') && !isStandardResource(name)) invalid(errors, path, asJson(name), 'must be a standard resource type or fully qualified');
}

/** Source: validateContainerResourceName */
export function validateContainerResourceName(name: string, path: FieldPath, errors: FieldErrors): void {
  if (STANDARD_CONTAINER_RESOURCES.has(name)) return;
  validateResourceName(name, path, errors);
  if (!name.includes('/')) {
    if (!isHugePageResource(name)) invalid(errors, path, asJson(name), 'must be a standard resource for containers');
  } else if (!isNativeResource(name) && !isExtendedResource(name)) invalid(errors, path, asJson(name), "doesn't follow extended resource name standard");
}

/** Not negative; whole where only whole amounts make sense. Source: ValidateResourceQuantityValue */
export function validateResourceQuantity(name: string, quantity: string, path: FieldPath, errors: FieldErrors): void {
  validateNonnegativeQuantity(quantity, path, errors);
  if (!STANDARD_CONTAINER_RESOURCES.has(name) && isIntegerResource(name) && quantityNano(quantity) % NANO !== 0n) invalid(errors, path, asJson(quantityText(quantity)), 'must be an integer');
}

/** Source: ValidateNonnegativeQuantity */
export function validateNonnegativeQuantity(quantity: string, path: FieldPath, errors: FieldErrors): void {
  if (quantityNano(quantity) < 0n) invalid(errors, path, quantityText(quantity), 'must be greater than or equal to 0');
}

/** Source: ValidatePositiveQuantityValue */
export function validatePositiveQuantity(quantity: string, path: FieldPath, errors: FieldErrors): void {
  if (quantityNano(quantity) <= 0n) invalid(errors, path, quantityText(quantity), 'must be greater than zero');
}

/** The canonical text of a quantity. */
export function quantityText(quantity: string): string {
  const parsed = parseQuantity(quantity);
  return typeof parsed === 'string' ? quantity : parsed.text;
}

/** Checks the resource list of one object: every name by the rule given, every amount. */
export function validateResourceList(
  list: Record<string, string> | undefined, path: FieldPath, errors: FieldErrors,
  checkName: (name: string, path: FieldPath, errors: FieldErrors) => void = validateResourceName,
): void {
  for (const name in list) {
    const at = keyed(path, name);
    checkName(name, at, errors);
    validateResourceQuantity(name, list[name] as string, at, errors);
  }
}

/** What the check of requirements needs to know. */
export interface ResourceRules {
  readonly checkName?: (name: string, path: FieldPath, errors: FieldErrors) => void;
  /** Names of the pod's resource claims. */
  readonly claimNames?: ReadonlySet<string>;
}

/** Checks limits, then requests, then claims. Source: validateResourceRequirements */
export function validateResourceRequirements(resources: ResourceRequirements, rules: ResourceRules, path: FieldPath, errors: FieldErrors): void {
  const { limits, requests, claims } = resources;
  const checkName = rules.checkName ?? validateContainerResourceName;
  const limitsPath = child(path, 'limits');
  const requestsPath = child(path, 'requests');
  let hasComputeResource = false;
  let hasHugePages = false;
  const checkEntry = (name: string, quantity: string, at: FieldPath): void => {
    checkName(name, at, errors);
    validateResourceQuantity(name, quantity, at, errors);
    if (name === 'cpu' || name === 'memory') hasComputeResource = true;
  };
  const checkPages = (name: string, quantity: string, at: FieldPath): void => {
    hasHugePages = true;
    if (!isHugePageMultiple(name, quantity)) invalid(errors, at, quantityText(quantity), `${quantityText(quantity)} is not positive integer multiple of ${name}`);
  };
  for (const name in limits) {
    const quantity = limits[name] as string;
    const at = keyed(limitsPath, name);
    checkEntry(name, quantity, at);
    if (isHugePageResource(name)) checkPages(name, quantity, at);
  }
  for (const name in requests) {
    const quantity = requests[name] as string;
    const at = keyed(requestsPath, name);
    checkEntry(name, quantity, at);
    const limit = limits?.[name];
    if (limit !== undefined) {
      const order = quantity === limit ? 0 : compareQuantities(quantity, limit);
      if (order !== 0 && !isOvercommitAllowed(name)) invalid(errors, requestsPath, quantityText(quantity), `must be equal to ${name} limit of ${quantityText(limit)}`);
      else if (order > 0) invalid(errors, requestsPath, quantityText(quantity), `must be less than or equal to ${name} limit of ${quantityText(limit)}`);
    } else if (!isOvercommitAllowed(name)) required(errors, limitsPath, 'Limit must be set for non overcommitable resources');
    if (isHugePageResource(name)) checkPages(name, quantity, at);
  }
  if (hasHugePages && !hasComputeResource) forbidden(errors, path, 'HugePages require cpu or memory');
  if (claims !== undefined && claims.length > 0) validateClaims(claims, rules.claimNames ?? new Set(), child(path, 'claims'), errors);
}

function isHugePageMultiple(name: string, quantity: string): boolean {
  const size = parseQuantity(name.slice('hugepages-'.length));
  if (typeof size === 'string' || size.nano <= 0n || size.nano % NANO !== 0n) return false;
  const value = (quantityNano(quantity) + (quantityNano(quantity) % NANO === 0n ? 0n : NANO)) / NANO;
  return value % (size.nano / NANO) === 0n;
}

/** Source: validateResourceClaimNames */
function validateClaims(claims: readonly ResourceClaim[], claimNames: ReadonlySet<string>, path: FieldPath, errors: FieldErrors): void {
  const seen = new Set<string>();
  claims.forEach((claim, index) => {
    const at = indexed(path, index);
    const name = claim.name ?? '';
    if (name === '') return required(errors, at);
    let key = name;
    if (claim.request) {
      invalidEach(errors, child(at, 'request'), claim.request, dns1123LabelMessages(claim.request));
      key = `${name}/${claim.request}`;
    }
    if (seen.has(key)) duplicate(errors, at, key);
    else seen.add(key);
    if (claimNames.has(name)) return;
    const known = claimNames.size === 0 ? ' which is empty' : `: ${[...claimNames].sort(compareStrings).join(', ')}`;
    errors.push({ reason: 'FieldValueNotFound', field: pathText(at), body: `Not found: ${JSON.stringify(name)}: must be one of the names in pod.spec.resourceClaims${known}` });
  });
}
