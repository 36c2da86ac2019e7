// Small checks that many kinds make, in the server's words.
// Source: apimachinery/pkg/api/validation/{generic,objectmeta}.go, apimachinery/pkg/api/equality/semantic.go
import { asJson, invalid, notSupported, required, type FieldErrors } from '../../api/fieldError.js';
import type { FieldPath } from '../../api/fieldPath.js';
import { compareQuantities, parseQuantity } from '../../api/quantity.js';

/** What an immutable field's change is met with. */
export const IMMUTABLE = 'field is immutable';

/** Refuses numbers below zero. */
export function validateNonnegative(value: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (value !== undefined && value < 0) invalid(errors, path, value, 'must be greater than or equal to 0');
}

/** Refuses any value that is not in the list; the list is printed in its order. What Go holds in a type of its own prints as JSON. */
export function validateOneOf(value: string | undefined, supported: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (!supported.includes(value ?? '')) notSupported(errors, path, asJson(value ?? ''), supported);
}

/** Refuses an empty string. */
export function validateNonempty(value: string | undefined, path: FieldPath, errors: FieldErrors, detail = ''): void {
  if (value === undefined || value === '') required(errors, path, detail);
}

/** Refuses a change. `shown` is what the message prints, the new value as a rule. */
export function validateImmutable(value: unknown, old: unknown, path: FieldPath, errors: FieldErrors, shown: unknown = value): void {
  if (!semanticEqual(value, old)) invalid(errors, path, shown, IMMUTABLE);
}

/** Equality as the server sees it: an empty list or map equals an absent one. */
export function semanticEqual(a: unknown, b: unknown): boolean {
  return isEqual(a, b, false);
}

/** Equality of specs that hold resources: besides, quantities are equal when they are the same amount. */
export function semanticEqualSpec(a: unknown, b: unknown): boolean {
  return isEqual(a, b, true);
}

const RESOURCE_LISTS = new Set(['limits', 'requests', 'overhead', 'capacity', 'hard']);
const QUANTITIES = new Set(['sizeLimit', 'divisor']);

function isEqual(a: unknown, b: unknown, hasQuantities: boolean): boolean {
  if (a === b) return true;
  if (isEmpty(a) && isEmpty(b)) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => isEqual(item, b[index], hasQuantities));
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const name in left) if (!isEqual(left[name], right[name], hasQuantities) && !(hasQuantities && isSameAmount(name, left[name], right[name]))) return false;
  for (const name in right) if (!(name in left) && !isEmpty(right[name])) return false;
  return true;
}

function isSameAmount(field: string, a: unknown, b: unknown): boolean {
  if (QUANTITIES.has(field)) return isSameQuantity(a, b);
  if (!RESOURCE_LISTS.has(field) || typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => isSameQuantity(left[name], right[name]));
}

function isSameQuantity(a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' && typeof parseQuantity(a) !== 'string' && typeof parseQuantity(b) !== 'string' && compareQuantities(a, b) === 0;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
