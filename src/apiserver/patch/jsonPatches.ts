// The two patches of the IETF: JSON merge patch and JSON patch. Source: RFC 7386, RFC 6902, github.com/evanphx/json-patch
import { deepCopy, deepEqual } from '../../util/objects.js';
import { isMap, own, setOwn, type Json } from './patchSchema.js';

/** RFC 7386: null removes, objects merge, all else replaces. */
export function jsonMergePatch(object: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const merged: Json = isMap(object) ? { ...object } : {};
  for (const name in patch) {
    const value = own(patch, name);
    if (value === null) delete merged[name];
    else setOwn(merged, name, jsonMergePatch(own(merged, name), value));
  }
  return merged;
}

/** One operation of a JSON patch. */
export interface JsonPatchOperation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** RFC 6902: the patched object, or why an operation cannot be carried out. */
export function jsonPatch(object: unknown, operations: readonly JsonPatchOperation[]): { object: unknown } | { error: string } {
  const holder: Json = { root: deepCopy(object) };
  for (const operation of operations) {
    const error = applyOperation(holder, operation);
    if (error !== undefined) return { error };
  }
  return { object: holder['root'] };
}

function applyOperation(holder: Json, { op, path, from, value }: JsonPatchOperation): string | undefined {
  const target = locate(holder, path);
  const failed = (why: string): string => `${op} operation does not apply: doc is missing ${why}`;
  if (target === undefined) return failed(op === 'test' ? `path: ${path}: missing value` : `path: "${path}": missing value`);
  if (op === 'add') return put(target, deepCopy(value), path, true);
  if (op === 'copy' || op === 'move') {
    const source = from === undefined ? undefined : locate(holder, from);
    const found = source === undefined ? undefined : read(source);
    if (source === undefined || found === undefined) return failed(`from path: ${from ?? ''}: missing value`);
    if (op === 'move') remove(source);
    const destination = locate(holder, path);
    return destination === undefined ? failed(`path: ${path}: missing value`) : put(destination, deepCopy(found), path, true);
  }
  const standing = read(target);
  if (op === 'test') return deepEqual(standing ?? null, value ?? null) ? undefined : `testing value ${path} failed: test failed`;
  if (standing === undefined) return failed(op === 'remove' ? `path: unable to remove nonexistent key: ${target.key}: missing value` : `key: ${path}: missing value`);
  if (op === 'remove') remove(target);
  else if (op === 'replace') return put(target, deepCopy(value), path, false);
  else return `Unexpected kind: ${op}`;
  return undefined;
}

interface Place {
  container: Json | unknown[];
  key: string;
}

function locate(holder: Json, path: string): Place | undefined {
  let container: unknown = holder;
  let key = 'root';
  for (const step of path === '' ? [] : path.slice(1).split('/')) {
    container = read({ container: container as Json, key });
    if (!isMap(container) && !Array.isArray(container)) return undefined;
    key = step.replaceAll('~1', '/').replaceAll('~0', '~');
  }
  return { container: container as Json, key };
}

function read({ container, key }: Place): unknown {
  if (!Array.isArray(container)) return Object.hasOwn(container, key) ? container[key] : undefined;
  return /^\d+$/.test(key) ? container[Number(key)] : undefined;
}

function put({ container, key }: Place, value: unknown, path: string, inserts: boolean): string | undefined {
  if (!Array.isArray(container)) container[key] = value;
  else if (key === '-') container.push(value);
  else if (!/^\d+$/.test(key) || Number(key) > container.length) return `add operation does not apply: doc is missing path: "${path}": invalid array index`;
  else container.splice(Number(key), inserts ? 0 : 1, value);
  return undefined;
}

function remove({ container, key }: Place): void {
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else delete container[key];
}
