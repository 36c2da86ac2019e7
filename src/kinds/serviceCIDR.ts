// ServiceCIDR: the ranges that service addresses come from. Source: pkg/apis/networking/validation/validation.go (ValidateServiceCIDR)
import { asJson, invalid, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, rootPath } from '../api/fieldPath.js';
import type { ServiceCIDR } from '../api/types.js';
import { defineKind } from './kind.js';
import { IMMUTABLE } from './shared/checks.js';
import { parseCidr, validateCanonicalCidr, warnOfCidr } from './shared/ip.js';

const CIDRS = child(rootPath('spec'), 'cidrs');

/** The kind ServiceCIDR. */
export const serviceCIDR = defineKind<ServiceCIDR>('networking.k8s.io/v1', 'ServiceCIDR', {
  setDefaults(object) {
    object.status ??= {};
  },
  validate,
  validateUpdate(object, old, errors) {
    const ranges = object.spec?.cidrs ?? [];
    const before = old.spec?.cidrs ?? [];
    if (ranges.length === before.length) {
      before.forEach((range, index) => {
        if (range !== ranges[index]) invalid(errors, indexed(CIDRS, index), ranges[index], IMMUTABLE);
      });
    } else if (before.length === 1 && ranges.length === 2) {
      if (ranges[0] !== before[0]) invalid(errors, indexed(CIDRS, 0), ranges[0], IMMUTABLE);
      validate(object, errors);
    } else invalid(errors, CIDRS, asJson(object.spec?.cidrs ?? null), IMMUTABLE);
  },
  warnings({ spec }) {
    const found: string[] = [];
    spec?.cidrs?.forEach((range, index) => warnOfCidr(range, indexed(CIDRS, index), found));
    return found;
  },
});

function validate({ spec }: ServiceCIDR, errors: FieldErrors): void {
  const { cidrs = [] } = spec ?? {};
  if (cidrs.length === 0) return required(errors, CIDRS, 'at least one CIDR required');
  if (cidrs.length > 2) return invalid(errors, CIDRS, asJson({ CIDRs: cidrs }), 'may only hold up to 2 values');
  cidrs.forEach((range, index) => validateCanonicalCidr(range, indexed(CIDRS, index), errors));
  const [first, second] = cidrs.map(parseCidr);
  if (first !== undefined && second !== undefined && first.ip.family === second.ip.family) {
    invalid(errors, CIDRS, asJson({ CIDRs: cidrs }), 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64');
  }
}
