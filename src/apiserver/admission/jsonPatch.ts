// JSON Patch (RFC 6902) applied to a plain JSON object, with the errors of the library the server uses.
// Source: gopkg.in/evanphx/json-patch.v4
import type { JsonValue } from '../../api/types.js';
import { deepCopy, deepEqual } from '../../util/objects.js';

/** One operation. */
export interface PatchOperation { readonly op: string; readonly path: string; readonly from?: string; readonly value?: JsonValue }

type Container = { [key: string]: JsonValue } | JsonValue[];

const parts = (pointer: string): string[] => pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/** The patched copy; `isUnchanged` when a test failed; or the problem. */
export function applyJsonPatch(document: JsonValue, operations: readonly PatchOperation[]): { value: JsonValue; problem?: undefined } | { value?: undefined; problem?: string; testFailed?: true } {
  let root: JsonValue = deepCopy(document);
  const find = (path: readonly string[]): Container | undefined => {
    let at: JsonValue | undefined = root;
    for (const part of path) {
      if (Array.isArray(at)) at = at[Number(part)];
      else if (typeof at === 'object' && at !== null) at = at[part];
      else return undefined;
    }
    return typeof at === 'object' && at !== null ? at : undefined;
  };
  const read = (pointer: string): JsonValue | undefined => {
    const path = parts(pointer);
    if (path.length === 0) return root;
    const container = find(path.slice(0, -1));
    const last = path[path.length - 1]!;
    return container === undefined ? undefined : Array.isArray(container) ? container[Number(last)] : container[last];
  };
  const add = (operation: string, pointer: string, value: JsonValue): string | undefined => {
    const path = parts(pointer);
    if (path.length === 0) { root = value; return undefined; }
    const container = find(path.slice(0, -1));
    const last = path[path.length - 1]!;
    if (container === undefined) return `${operation} operation does not apply: doc is missing path: "${pointer}": missing value`;
    if (!Array.isArray(container)) { container[last] = value; return undefined; }
    if (last === '-') { container.push(value); return undefined; }
    const index = Number(last);
    if (!/^\d+$/.test(last) || index > container.length) return `${operation} operation does not apply: Unable to access invalid index: ${last}: invalid index referenced`;
    container.splice(index, 0, value);
    return undefined;
  };
  const remove = (operation: string, pointer: string): string | undefined => {
    const path = parts(pointer);
    const container = find(path.slice(0, -1));
    const last = path[path.length - 1] ?? '';
    if (container === undefined) return `${operation} operation does not apply: doc is missing path: "${pointer}": missing value`;
    if (Array.isArray(container)) {
      const index = Number(last);
      if (!/^\d+$/.test(last) || index >= container.length) return `${operation} operation does not apply: Unable to access invalid index: ${last}: invalid index referenced`;
      container.splice(index, 1);
      return undefined;
    }
    if (!Object.hasOwn(container, last)) return `${operation} operation does not apply: Unable to remove nonexistent key: ${last}: missing value`;
    delete container[last];
    return undefined;
  };
  for (const { op, path, from = '', value = null } of operations) {
    let problem: string | undefined;
    switch (op) {
      case 'add': problem = add(op, path, deepCopy(value)); break;
      case 'remove': problem = remove(op, path); break;
      case 'replace':
        if (read(path) === undefined) problem = `replace operation does not apply: doc is missing key: ${path}: missing value`;
        else if (path === '') root = deepCopy(value);
        else problem = remove(op, path) ?? add(op, path, deepCopy(value));
        break;
      case 'move': case 'copy': {
        const found = read(from);
        if (found === undefined) { problem = `${op} operation does not apply: doc is missing from path: ${from}: missing value`; break; }
        const moved = deepCopy(found);
        problem = (op === 'move' ? remove(op, from) : undefined) ?? add(op, path, moved);
        break;
      }
      case 'test':
        if (!deepEqual(read(path) ?? null, value)) return { testFailed: true };
        break;
      default: problem = `Unexpected kind: ${op}`;
    }
    if (problem !== undefined) return { problem: `JSON Patch: ${problem}` };
  }
  return { value: root };
}
