// Resource requirements of containers and pods: names, quantities, requests against limits, claims.
// Source: pkg/apis/core/validation/validation.go (ValidateContainerResourceRequirements)
import { duplicate, forbidden, invalid, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, keyed, pathText, type FieldPath } from '../../api/fieldPath.js';
import { compareQuantities, parseQuantity, quantityNano } from '../../api/quantity.js';
import type { ResourceClaim, ResourceRequirements } from '../../api/types.js';
import { compareStrings } from '../../util/compare.js';
import { dns1123LabelMessages } from './formats.js';
import { invalidEach } from './names.js';
import { isHugePageResourceName, isOvercommitAllowed, validateContainerResourceName, validateResourceQuantity } from './resourceNames.js';

const NANO = 1_000_000_000n;

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
    if (!isHugePageMultiple(name, quantity)) invalid(errors, at, quantity, `${quantity} is not positive integer multiple of ${name}`);
  };
  for (const name in limits) {
    const quantity = limits[name] as string;
    const at = keyed(limitsPath, name);
    checkEntry(name, quantity, at);
    if (isHugePageResourceName(name)) checkPages(name, quantity, at);
  }
  for (const name in requests) {
    const quantity = requests[name] as string;
    const at = keyed(requestsPath, name);
    checkEntry(name, quantity, at);
    const limit = limits !== undefined && Object.hasOwn(limits, name) ? limits[name] : undefined;
    if (limit !== undefined) {
      const order = quantity === limit ? 0 : compareQuantities(quantity, limit);
      if (order !== 0 && !isOvercommitAllowed(name)) invalid(errors, requestsPath, quantity, `must be equal to ${name} limit of ${limit}`);
      else if (order > 0) invalid(errors, requestsPath, quantity, `must be less than or equal to ${name} limit of ${limit}`);
    } else if (!isOvercommitAllowed(name)) required(errors, limitsPath, 'Limit must be set for non overcommitable resources');
    if (isHugePageResourceName(name)) checkPages(name, quantity, at);
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
    // A claim named as a whole covers all of its requests.
    if (seen.has(name)) duplicate(errors, at, name);
    else {
      const key = claim.request ? `${name}/${claim.request}` : name;
      if (claim.request) invalidEach(errors, child(at, 'request'), claim.request, dns1123LabelMessages(claim.request));
      if (seen.has(key)) duplicate(errors, at, key);
      else if (!claim.request) for (const other of seen) if (other.startsWith(`${name}/`)) duplicate(errors, at, name);
      seen.add(key);
    }
    if (claimNames.has(name)) return;
    const known = claimNames.size === 0 ? ' which is empty' : `: ${[...claimNames].sort(compareStrings).join(', ')}`;
    errors.push({ reason: 'FieldValueNotFound', field: pathText(at), body: `Not found: ${JSON.stringify(name)}: must be one of the names in pod.spec.resourceClaims${known}` });
  });
}
