// What the API server answers when it says no: code, reason and the text of a Status.
// Source: apimachinery/pkg/api/errors/errors.go
import { aggregateText, causesOf, type FieldError } from '../api/fieldError.js';
import type { Response, StatusCause } from '../api/meta.js';
import { qualifiedKind } from '../kinds/kind.js';

/** A refused request. */
export interface Refusal {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly causes?: StatusCause[];
}

/** The refusal as an answer. */
export function refused<T>(refusal: Refusal, warnings: string[] = []): Response<T> {
  return { ...refusal, warnings: warnings.length < 2 ? warnings : [...new Set(warnings)] };
}

/** 400: the body or the request itself is wrong. */
export function badRequest(message: string): Refusal {
  return { code: 400, reason: 'BadRequest', message };
}

/** 422: fields are wrong. */
export function invalidObject(kind: { group: string; kind: string }, name: string, errors: readonly FieldError[]): Refusal {
  return { code: 422, reason: 'Invalid', message: `${qualifiedKind(kind)} "${name}" is invalid: ${aggregateText(errors)}`, causes: causesOf(errors) };
}

/** 404: `resource` is the group resource ('deployments.apps'). */
export function notFoundRefusal(resource: string, name: string): Refusal {
  return { code: 404, reason: 'NotFound', message: `${resource} "${name}" not found` };
}

/** 409: there is one of that name. */
export function alreadyExists(resource: string, name: string): Refusal {
  return { code: 409, reason: 'AlreadyExists', message: `${resource} "${name}" already exists` };
}

/** 409: the object is not what the caller read. */
export function conflict(resource: string, name: string, detail: string): Refusal {
  return { code: 409, reason: 'Conflict', message: `Operation cannot be fulfilled on ${resource} "${name}": ${detail}` };
}

/** 429: an eviction that a budget does not allow. */
export function tooManyRequests(message: string, causes: StatusCause[] = []): Refusal {
  return { code: 429, reason: 'TooManyRequests', message, causes };
}
