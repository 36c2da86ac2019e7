// Values out of a closed list, printed as Go prints typed strings: in JSON.
import { asJson, notSupported, required, type FieldErrors } from '../../api/fieldError.js';
import type { FieldPath } from '../../api/fieldPath.js';

/** Refuses a value outside the list; the list is printed in its order. */
export function validateEnum(value: string | undefined, supported: readonly string[], path: FieldPath, errors: FieldErrors): void {
  if (!supported.includes(value ?? '')) notSupported(errors, path, asJson(value ?? ''), supported);
}

/** As validateEnum; the empty value is `Required value`. */
export function validateRequiredEnum(value: string | undefined, supported: readonly string[], path: FieldPath, errors: FieldErrors, detail = ''): void {
  if (value === undefined || value === '') required(errors, path, detail);
  else validateEnum(value, supported, path, errors);
}
