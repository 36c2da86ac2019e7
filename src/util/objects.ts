// Plain JSON values: telling, copying, freezing and comparing them.
import { sortedKeys } from './compare.js';

/** True for a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** True for a record without keys, and for none. */
export function isEmptyRecord(record: Readonly<Record<string, unknown>> | undefined): boolean {
  for (const _key in record) return false;
  return true;
}

/** A copy that shares nothing with the value. */
export function deepCopy<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const copy: unknown[] = new Array(value.length);
    for (let index = 0; index < value.length; index++) copy[index] = deepCopy(value[index]);
    return copy as T;
  }
  const copy: Record<string, unknown> = {};
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key];
    copy[key] = typeof part === 'object' ? deepCopy(part) : part;
  }
  return copy as T;
}

/**
 * Freezes the value and all it holds. A part that is frozen already is not entered again, so objects that share most of their parts cost little;
 * least those that replace a frozen one and share its parts in their places.
 */
export function deepFreeze<T>(value: T, replaced?: unknown): T {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return value;
  Object.freeze(value);
  // Most parts are scalars, and there are many of them: those are not called for.
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (typeof value[index] === 'object') deepFreeze(value[index]);
  } else {
    const before = replaced as Record<string, unknown> | null | undefined;
    for (const key in value) {
      const part = (value as Record<string, unknown>)[key];
      if (typeof part === 'object' && part !== before?.[key]) deepFreeze(part, before?.[key]);
    }
  }
  return value;
}

/** Equality of JSON values: key order does not matter, an undefined field equals an absent one. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    for (let index = 0; index < a.length; index++) if (!deepEqual(a[index], b[index])) return false;
    return true;
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  let count = 0;
  for (const key in left) {
    if (left[key] === undefined) continue;
    count++;
    if (!deepEqual(left[key], right[key])) return false;
  }
  for (const key in right) if (right[key] !== undefined) count--;
  return count === 0;
}

/** The record with its keys in order. */
export function sortedRecord(record: Record<string, string>): Record<string, string> {
  const sorted: Record<string, string> = {};
  for (const key of sortedKeys(record)) sorted[key] = record[key] as string;
  return sorted;
}
