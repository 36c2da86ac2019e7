// Errors of single fields and their text. Source: apimachinery/pkg/util/validation/field/errors.go
import { goJson, goQuote } from '../util/goText.js';
import { pathText, type FieldPath } from './fieldPath.js';
import type { StatusCause } from './meta.js';

/** The reason of a cause, as Status spells it. */
export type FieldErrorReason =
  | 'FieldValueRequired'
  | 'FieldValueForbidden'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueNotFound'
  | 'FieldValueDuplicate'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTooShort'
  | 'FieldValueTooFew'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

/** One problem of one field. */
export interface FieldError {
  reason: FieldErrorReason;
  /** The printed path. */
  field: string;
  /** Everything after the path: 'Invalid value: "x": must be …'. */
  body: string;
}

/** Where validation collects; the order of entries is the order of the message. */
export type FieldErrors = FieldError[];

/** Marks a value that Go holds in a struct, a map, a pointer or a typed string: printed as JSON instead of as a Go string. */
export interface JsonPrinted {
  readonly json: string;
}

/** The value as encoding/json writes it: keys in the order given, or sorted when `sorted`. */
export function asJson(value: unknown, { sorted = false }: { sorted?: boolean } = {}): JsonPrinted {
  return { json: goJson(value, sorted) };
}

/**
 * A bad value as the message shows it: Go strings quoted, numbers and booleans plain, everything else as JSON.
 * A typed string, a pointer or a struct must come wrapped in `asJson`, or as a plain object or array.
 */
function printValue(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (value !== null && typeof value === 'object' && 'json' in value && Object.keys(value).length === 1) return (value as JsonPrinted).json;
  return goJson(value, true);
}

function push(errors: FieldErrors, reason: FieldErrorReason, path: FieldPath | undefined, body: string): void {
  errors.push({ reason, field: pathText(path), body });
}

const withDetail = (text: string, detail: string): string => (detail === '' ? text : `${text}: ${detail}`);

/** `Required value[: detail]` */
export function required(errors: FieldErrors, path: FieldPath | undefined, detail = ''): void {
  push(errors, 'FieldValueRequired', path, withDetail('Required value', detail));
}

/** `Forbidden[: detail]` */
export function forbidden(errors: FieldErrors, path: FieldPath | undefined, detail = ''): void {
  push(errors, 'FieldValueForbidden', path, withDetail('Forbidden', detail));
}

/** `Invalid value: <value>[: detail]` */
export function invalid(errors: FieldErrors, path: FieldPath | undefined, value: unknown, detail = ''): void {
  push(errors, 'FieldValueInvalid', path, withDetail(`Invalid value: ${printValue(value)}`, detail));
}

/** `Invalid value: <value>[: detail]` with the reason FieldValueTypeInvalid. */
export function typeInvalid(errors: FieldErrors, path: FieldPath | undefined, value: unknown, detail = ''): void {
  push(errors, 'FieldValueTypeInvalid', path, withDetail(`Invalid value: ${printValue(value)}`, detail));
}

/** `Unsupported value: <value>[: supported values: "a", "b"]`, in the order given. */
export function notSupported(errors: FieldErrors, path: FieldPath | undefined, value: unknown, supported: readonly string[]): void {
  const detail = supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`;
  push(errors, 'FieldValueNotSupported', path, withDetail(`Unsupported value: ${printValue(value)}`, detail));
}

/** `Not found: <value>` */
export function notFound(errors: FieldErrors, path: FieldPath | undefined, value: unknown): void {
  push(errors, 'FieldValueNotFound', path, `Not found: ${printValue(value)}`);
}

/** `Duplicate value: <value>[: detail]` */
export function duplicate(errors: FieldErrors, path: FieldPath | undefined, value: unknown, detail = ''): void {
  push(errors, 'FieldValueDuplicate', path, withDetail(`Duplicate value: ${printValue(value)}`, detail));
}

/** `Too long: may not be more than N bytes`; the value is not shown. */
export function tooLong(errors: FieldErrors, path: FieldPath | undefined, maxBytes: number): void {
  push(errors, 'FieldValueTooLong', path, maxBytes < 0 ? 'Too long: value is too long' : `Too long: may not be more than ${maxBytes} byte${maxBytes === 1 ? '' : 's'}`);
}

/** `Too many: <actual>: must have at most N items`; a negative `actual` is not shown. */
export function tooMany(errors: FieldErrors, path: FieldPath | undefined, actual: number, max: number): void {
  const shown = actual < 0 ? 'Too many' : `Too many: ${actual}`;
  push(errors, 'FieldValueTooMany', path, `${shown}: must have at most ${max} item${max === 1 ? '' : 's'}`);
}

/** `Internal error: <detail>` */
export function internalError(errors: FieldErrors, path: FieldPath | undefined, detail: string): void {
  push(errors, 'InternalError', path, `Internal error: ${detail}`);
}

/** 'spec.replicas: Invalid value: -1: must be greater than or equal to 0' */
export function fieldErrorText(error: FieldError): string {
  return `${error.field}: ${error.body}`;
}

/**
 * The aggregated text: one error bare, several in brackets, exact repetitions once.
 * Source: apimachinery/pkg/util/errors/errors.go (aggregate.Error)
 */
export function aggregateText(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(fieldErrorText))];
  return texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`;
}

/** The causes of a Status. */
export function causesOf(errors: readonly FieldError[]): StatusCause[] {
  return errors.map((error) => ({ reason: error.reason, message: error.body, field: error.field }));
}
