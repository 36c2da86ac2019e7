// LimitRange: defaults of container limits, and limits that agree with each other.
// Source: pkg/apis/core/validation/validation.go (ValidateLimitRange), pkg/apis/core/v1/defaults.go (SetDefaults_LimitRangeItem)
import { duplicate, forbidden, invalid, required, type FieldErrors } from '../api/fieldError.js';
import { child, indexed, keyed, rootPath, type FieldPath } from '../api/fieldPath.js';
import { compareQuantities, quantityMilli, quantityValue } from '../api/quantity.js';
import type { LimitRange, LimitRangeItem } from '../api/types.js';
import { compareStrings, sortedKeys } from '../util/compare.js';
import { defineKind } from './kind.js';
import { qualifiedNameMessages } from './shared/formats.js';
import { invalidEach } from './shared/names.js';
import { isOvercommitAllowed, roundResourceList, validateContainerResourceName, validateResourceName } from './shared/resourceNames.js';

type Quantities = Record<string, string>;

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const NOT_FOR_PODS = "may not be specified when `type` is 'Pod'";
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
const MAX_MILLI_VALUE = Math.floor(Number((2n ** 63n - 1n) / 1000n));

/** The kind LimitRange. */
export const limitRange = defineKind<LimitRange>('v1', 'LimitRange', {
  metadataOnUpdate: 'full',
  allowCreateOnUpdate: true,
  setDefaults({ spec }) {
    for (const item of spec?.limits ?? []) {
      for (const list of LISTS) roundResourceList(item[list]);
      if (item.type === 'Container') setItemDefaults(item);
    }
  },
  prepareForCreate({ metadata }, { newUid }) {
    if (!metadata.name) metadata.name = newUid();
  },
  validate,
  validateUpdate: (object, _old, errors) => validate(object, errors),
});

function setItemDefaults(item: LimitRangeItem): void {
  const limits: Quantities = { ...item.max, ...item.default };
  const requests: Quantities = { ...item.min, ...limits, ...item.defaultRequest };
  if (Object.keys(limits).length > 0) item.default = limits;
  if (Object.keys(requests).length > 0) item.defaultRequest = requests;
}

function validate({ spec }: LimitRange, errors: FieldErrors): void {
  const seen = new Set<string>();
  spec?.limits?.forEach((item, index) => {
    const path = indexed(child(rootPath('spec'), 'limits'), index);
    const type = item.type ?? '';
    validateType(type, child(path, 'type'), errors);
    if (seen.has(type)) duplicate(errors, child(path, 'type'), type);
    seen.add(type);
    validateItem(item, path, errors);
  });
}

function validateType(type: string, path: FieldPath, errors: FieldErrors): void {
  const messages = qualifiedNameMessages(type);
  if (messages.length > 0) return invalidEach(errors, path, type, messages);
  if (!type.includes('/') && !TYPES.includes(type)) invalid(errors, path, type, 'must be a standard limit type or fully qualified');
}

/** A copy that has its own names only, so that a resource called 'constructor' is there or is not. */
function withoutInherited(quantities: Quantities | undefined): Quantities {
  return Object.assign(Object.create(null) as Quantities, quantities);
}

function validateItem(item: LimitRangeItem, path: FieldPath, errors: FieldErrors): void {
  const checkName = item.type === 'Pod' || item.type === 'Container' ? validateContainerResourceName : validateResourceName;
  const names = new Set<string>();
  const take = (list: (typeof LISTS)[number]): Quantities => {
    const quantities = withoutInherited(item[list]);
    for (const name of sortedKeys(quantities)) {
      checkName(name, keyed(child(path, list), name), errors);
      names.add(name);
    }
    return quantities;
  };
  const max = take('max');
  const min = take('min');
  let defaults = withoutInherited(undefined);
  let requests = withoutInherited(undefined);
  if (item.type === 'Pod') {
    if (sortedKeys(item.default).length > 0) forbidden(errors, child(path, 'default'), NOT_FOR_PODS);
    if (sortedKeys(item.defaultRequest).length > 0) forbidden(errors, child(path, 'defaultRequest'), NOT_FOR_PODS);
  } else {
    defaults = take('default');
    requests = take('defaultRequest');
  }
  if (item.type === 'PersistentVolumeClaim' && min['storage'] === undefined && max['storage'] === undefined) {
    required(errors, child(path, 'limits'), 'either minimum or maximum storage value is required, but neither was provided');
  }
  const ratios = take('maxLimitRequestRatio');
  for (const name of [...names].sort(compareStrings)) {
    compareLimits({ name, min: min[name], max: max[name], limit: defaults[name], request: requests[name] }, path, errors);
    validateRatio({ name, min: min[name], max: max[name], ratio: ratios[name] }, path, errors);
    const [limit, request] = [defaults[name], requests[name]];
    if (limit !== undefined && request !== undefined && !isOvercommitAllowed(name) && compareQuantities(limit, request) !== 0) {
      invalid(errors, keyed(child(path, 'defaultRequest'), name), request, `default value ${limit} must equal to defaultRequest value ${request} in ${name}`);
    }
  }
}

interface LimitsOfOne {
  name: string;
  min: string | undefined;
  max: string | undefined;
  limit: string | undefined;
  request: string | undefined;
}

function compareLimits({ name, min, max, limit, request }: LimitsOfOne, path: FieldPath, errors: FieldErrors): void {
  const isGreater = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && compareQuantities(a, b) > 0;
  const at = (list: string): FieldPath => keyed(child(path, list), name);
  if (isGreater(min, max)) invalid(errors, at('min'), min, `min value ${min} is greater than max value ${max}`);
  if (isGreater(min, request)) invalid(errors, at('defaultRequest'), request, `min value ${min} is greater than default request value ${request}`);
  if (isGreater(request, max)) invalid(errors, at('defaultRequest'), request, `default request value ${request} is greater than max value ${max}`);
  if (isGreater(request, limit)) invalid(errors, at('defaultRequest'), request, `default request value ${request} is greater than default limit value ${limit}`);
  if (isGreater(min, limit)) invalid(errors, at('default'), min, `min value ${min} is greater than default value ${limit}`);
  if (isGreater(limit, max)) invalid(errors, at('default'), max, `default value ${limit} is greater than max value ${max}`);
}

function validateRatio({ name, min, max, ratio }: { name: string; min: string | undefined; max: string | undefined; ratio: string | undefined }, path: FieldPath, errors: FieldErrors): void {
  if (ratio === undefined) return;
  const at = keyed(child(path, 'maxLimitRequestRatio'), name);
  if (compareQuantities(ratio, '1') < 0) invalid(errors, at, ratio, `ratio ${ratio} is less than 1`);
  if (min === undefined || max === undefined) return;
  const isSmall = [ratio, min, max].every((quantity) => quantityValue(quantity) < MAX_MILLI_VALUE);
  const valueOf = isSmall ? quantityMilli : quantityValue;
  const limit = valueOf(max) / valueOf(min);
  const value = isSmall ? quantityMilli(ratio) / 1000 : quantityValue(ratio);
  if (value > limit) invalid(errors, at, ratio, `ratio ${ratio} is greater than max/min = ${limit.toFixed(6)}`);
}
