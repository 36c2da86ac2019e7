// What devices say that are split up or shared: counters they draw from, what of a capacity one request may take, conditions that come before binding.
// Source: pkg/apis/resource/validation/validation.go (validateCounterSet, validateRequestPolicy, validateDeviceBindingParameters)
import { asJson, duplicate, forbidden, invalid, required, tooMany, type FieldErrors } from '../../api/fieldError.js';
import { child, indexed, keyed, type FieldPath } from '../../api/fieldPath.js';
import { addQuantities, compareQuantities, quantityValue } from '../../api/quantity.js';
import type { CapacityRequestPolicy, CapacityRequestPolicyRange, Counter, Device } from '../../api/types.js';
import { sortedKeys } from '../../util/compare.js';
import { validateSet } from './deviceRules.js';
import { validateDns1123Label, validateQualifiedName } from './names.js';

const MAX_COUNTERS = 32;
const MAX_VALID_VALUES = 10;
const MAX_CONDITIONS = 4;

/** Checks a set of counters that has a name of its own, at the place where the name stands. */
export function validateCounters(name: string, counters: Record<string, Counter> | undefined, path: FieldPath, nameField: 'name' | 'counterSet', errors: FieldErrors): void {
  if (name === '') required(errors, child(path, nameField));
  else validateDns1123Label(name, child(path, nameField), errors);
  const list = child(path, 'counters');
  const keys = sortedKeys(counters);
  if (keys.length === 0) required(errors, list);
  else if (keys.length > MAX_COUNTERS) tooMany(errors, list, keys.length, MAX_COUNTERS);
  else for (const key of keys) validateDns1123Label(key, keyed(list, key), errors);
}

/** Checks what requests may take of a capacity. */
export function validateRequestPolicy(capacity: string, policy: CapacityRequestPolicy, path: FieldPath, errors: FieldErrors): void {
  const { validValues = [], validRange, default: usual } = policy;
  if (validValues.length > 0 && validRange !== undefined) return forbidden(errors, path, 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time');
  if (validValues.length > 0) {
    if (usual === undefined) required(errors, child(path, 'default'), 'required when validValues is defined');
    else validateValues(usual, capacity, validValues, child(path, 'validValues'), errors);
  } else if (validRange !== undefined) {
    if (usual === undefined) required(errors, child(path, 'default'), 'required when validRange is defined');
    else validateRange(usual, capacity, validRange, child(path, 'validRange'), errors);
  }
}

function validateValues(usual: string, capacity: string, values: readonly string[], path: FieldPath, errors: FieldErrors): void {
  values.forEach((value, index) => {
    if (index > 0 && compareQuantities(values[index - 1] as string, value) > 0) invalid(errors, indexed(path, index), value, 'values must be sorted in ascending order');
  });
  validateSet(values, { max: MAX_VALID_VALUES, keyOf: (value) => String(quantityValue(value)) }, path, errors, (value, at) => {
    if (compareQuantities(value, capacity) > 0) invalid(errors, at, value, `option is larger than capacity value: ${capacity}`);
  });
  if (values.length > MAX_VALID_VALUES || !values.some((value) => compareQuantities(value, usual) === 0)) invalid(errors, path, usual, 'default value is not valid according to the requestPolicy');
}

function validateRange(usual: string, capacity: string, range: CapacityRequestPolicyRange, path: FieldPath, errors: FieldErrors): void {
  const { min, max, step } = range as Partial<CapacityRequestPolicyRange>;
  if (min === undefined) return required(errors, child(path, 'min'), 'required when validRange is defined');
  if (compareQuantities(min, capacity) > 0) invalid(errors, child(path, 'min'), min, `min is larger than capacity value: ${capacity}`);
  if (compareQuantities(usual, min) < 0) invalid(errors, child(path, 'min'), usual, `default is less than min: ${min}`);
  if (max !== undefined) {
    if (compareQuantities(min, max) > 0) invalid(errors, child(path, 'max'), min, `min is larger than max: ${max}`);
    if (compareQuantities(max, capacity) > 0) invalid(errors, child(path, 'max'), max, `max is larger than capacity value: ${capacity}`);
    if (compareQuantities(usual, max) > 0) invalid(errors, child(path, 'max'), usual, `default is more than max: ${max}`);
  }
  if (step === undefined) return;
  const at = child(path, 'step');
  const first = addQuantities(min, step);
  if (compareQuantities(first, capacity) > 0) invalid(errors, at, step, `one step ${first} is larger than capacity value: ${capacity}`);
  for (const value of max === undefined ? [usual] : [usual, max]) {
    if ((quantityValue(value) - quantityValue(min)) % quantityValue(step) !== 0) invalid(errors, at, value, `value is not a multiple of a given step (${step}) from (${min})`);
  }
}

/** Checks what must have happened, or must not, before a pod is bound to the device's node: both lists or none. */
export function validateBindingConditions({ bindingConditions, bindingFailureConditions }: Device, path: FieldPath, errors: FieldErrors): void {
  if (bindingConditions === undefined && bindingFailureConditions === undefined) return;
  const [conditions, failures] = [bindingConditions ?? [], bindingFailureConditions ?? []];
  const [at, failuresAt] = [child(path, 'bindingConditions'), child(path, 'bindingFailureConditions')];
  for (const [list, place] of [[conditions, at], [failures, failuresAt]] as const) {
    if (list.length > MAX_CONDITIONS) tooMany(errors, place, list.length, MAX_CONDITIONS);
    else list.forEach((name, index) => validateQualifiedName(name, indexed(place, index), errors));
  }
  conditions.forEach((name, index) => {
    if (conditions.indexOf(name) < index) duplicate(errors, indexed(at, index), name);
  });
  failures.forEach((name, index) => {
    if (failures.indexOf(name) < index) duplicate(errors, indexed(failuresAt, index), name);
    if (conditions.includes(name)) invalid(errors, indexed(failuresAt, index), name, 'bindingFailureConditions must not overlap with bindingConditions');
  });
  if (conditions.length === 0 && failures.length > 0) invalid(errors, at, asJson(bindingConditions ?? null), 'bindingConditions are required to use bindingFailureConditions');
  if (failures.length === 0 && conditions.length > 0) invalid(errors, failuresAt, asJson(bindingFailureConditions ?? null), 'bindingFailureConditions are required to use bindingConditions');
}
