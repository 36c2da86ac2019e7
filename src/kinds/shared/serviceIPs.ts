// How the IP fields of a Service must agree with each other. Allocation asks before it allocates, validation asks again.
// Source: pkg/apis/core/validation/validation.go (ValidateServiceClusterIPsRelatedFields)
import { asJson, duplicate, invalid, notSupported, required, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, rootPath } from '../../api/fieldPath.js';
import type { ServiceSpec } from '../../api/types.js';
import { parseIp, validateIp } from './ip.js';

const SPEC = rootPath('spec');
const FAMILIES = ['IPv4', 'IPv6'];
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

/** 'IPv4' or 'IPv6'; undefined for text that is no IP address. */
export function familyOfIp(text: string): 'IPv4' | 'IPv6' | undefined {
  const ip = parseIp(text);
  return ip === undefined ? undefined : text.includes(':') ? 'IPv6' : 'IPv4';
}

/** Checks clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy. `oldIPs` are addresses that stood there before and are not judged anew. */
export function validateServiceIPs(spec: ServiceSpec, errors: FieldErrors, oldIPs: readonly string[] = []): void {
  if (spec.type === 'ExternalName') return;
  const begin = errors.length;
  const clusterIPs = spec.clusterIPs ?? [];
  const path = child(SPEC, 'clusterIPs');
  const shown = asJson(spec.clusterIPs ?? null);
  if (spec.clusterIP) {
    if (clusterIPs.length === 0) required(errors, path);
    else if (clusterIPs[0] !== spec.clusterIP) invalid(errors, path, shown, 'first value must match `clusterIP`');
  } else if (clusterIPs.length > 0) invalid(errors, path, shown, 'must be empty when `clusterIP` is not specified');
  validateFamilies(spec, errors);
  const isHeadless = clusterIPs[0] === 'None';
  if (clusterIPs.includes('None') && clusterIPs.length > 1) invalid(errors, path, shown, "'None' must be the first and only value");
  let areGood = true;
  if (!isHeadless) {
    clusterIPs.forEach((text, index) => {
      const before = errors.length;
      validateIp(text, indexed(path, index), errors, oldIPs);
      if (errors.length > before) areGood = false;
    });
  }
  if (clusterIPs.length > 2) invalid(errors, path, shown, 'may only hold up to 2 values');
  if (errors.length > begin || !areGood || isHeadless) return;
  const families = clusterIPs.map(familyOfIp);
  if (families.length === 2 && families[0] === families[1]) {
    invalid(errors, path, shown, 'may specify no more than one IP for each IP family');
  }
  families.forEach((family, index) => {
    const wanted = spec.ipFamilies?.[index];
    if (wanted !== undefined && wanted !== family) invalid(errors, indexed(path, index), clusterIPs[index], `expected an ${wanted} value as indicated by \`ipFamilies[${index}]\``);
  });
}

function validateFamilies(spec: ServiceSpec, errors: FieldErrors): void {
  const seen = new Set<string>();
  spec.ipFamilies?.forEach((family, index) => {
    const path = indexed(child(SPEC, 'ipFamilies'), index);
    if (!FAMILIES.includes(family)) notSupported(errors, path, asJson(family), FAMILIES);
    if (seen.has(family)) duplicate(errors, path, asJson(family));
    seen.add(family);
  });
  if (spec.ipFamilyPolicy !== undefined && !POLICIES.includes(spec.ipFamilyPolicy)) {
    notSupported(errors, child(SPEC, 'ipFamilyPolicy'), asJson(spec.ipFamilyPolicy), POLICIES);
  }
}
