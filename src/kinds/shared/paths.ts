// Paths in a file system as volumes and mounts name them, and file modes.
// Source: pkg/apis/core/validation/validation.go (validateLocalDescendingPath, validateLocalNonReservedPath, validatePathNoBacksteps)
import { invalid, type FieldErrors } from '../../api/fieldError.js';
import type { FieldPath } from '../../api/fieldPath.js';

/** True when an element of the path is '..'. */
export function hasBacksteps(text: string): boolean {
  return text.includes('..') && text.split('/').includes('..');
}

/** Refuses '..' as an element. */
export function validateNoBacksteps(text: string, path: FieldPath, errors: FieldErrors): void {
  if (hasBacksteps(text)) invalid(errors, path, text, "must not contain '..'");
}

/** A relative path that never leaves its root. */
export function validateDescendingPath(text: string, path: FieldPath, errors: FieldErrors): void {
  if (text.startsWith('/')) invalid(errors, path, text, 'must be a relative path');
  validateNoBacksteps(text, path, errors);
}

/** As validateDescendingPath; names that begin with '..' are kept for the kubelet. */
export function validateNonReservedPath(text: string, path: FieldPath, errors: FieldErrors): void {
  validateDescendingPath(text, path, errors);
  if (text.startsWith('..') && !text.startsWith('../')) invalid(errors, path, text, "must not start with '..'");
}

/** Checks permission bits. */
export function validateFileMode(mode: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) invalid(errors, path, mode, 'must be a number between 0 and 0777 (octal), both inclusive');
}
