// Numbers that may be percentages. Source: pkg/apis/apps/validation/validation.go (ValidatePositiveIntOrPercent, IsNotMoreThan100Percent)
import { asJson, invalid, type FieldErrors } from '../../api/fieldError.js';
import type { FieldPath } from '../../api/fieldPath.js';
import { percentMessages } from './formats.js';
import { invalidEach } from './names.js';

/** A number that is not negative, or a percentage. */
export function validatePercentOrInt(value: number | string, path: FieldPath, errors: FieldErrors): void {
  if (typeof value === 'string') invalidEach(errors, path, asJson(value), percentMessages(value));
  else if (value < 0) invalid(errors, path, value, 'must be greater than or equal to 0');
}

/** Refuses percentages above 100. */
export function validateAtMost100Percent(value: number | string, path: FieldPath, errors: FieldErrors): void {
  const percent = percentOf(value);
  if (percent !== undefined && percent > 100) invalid(errors, path, asJson(value), 'must not be greater than 100%');
}

/** The percentage as a number, or undefined when the value is none. */
function percentOf(value: number | string): number | undefined {
  return typeof value === 'string' && /^[0-9]+%$/.test(value) ? Number(value.slice(0, -1)) : undefined;
}

/** The percentage or the number; a text that is neither counts as 0. Source: getIntOrPercentValue */
export function intOrPercentValue(value: number | string | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  return percentOf(value) ?? (/^[-+]?[0-9]+$/.test(value) ? Number(value) : 0);
}
