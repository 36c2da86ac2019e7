// Which field of an object the server's words are about, where they name it loosely or not at all.
import { decodeStrictBase64 } from '../util/base64.js';
import { sortedKeys } from '../util/compare.js';
import { isRecord } from '../util/objects.js';

/** The fields a message says the server does not know. */
export function unknownFields(message: string): string[] {
  return [...message.matchAll(/unknown field "([^"]+)"/g)].map(([, field]) => field as string);
}

/** The path of the field that a message begins with or names; '' when it names none. */
export function pathIn(message: string, object: unknown): string {
  const [unknown] = unknownFields(message);
  if (unknown !== undefined) return unknown;
  const mistyped = /cannot unmarshal (.+?) into Go struct field \w+\.(\S+) of type/.exec(message);
  if (mistyped !== null) {
    const [, type, fields] = mistyped as unknown as [string, string, string];
    return firstMistyped(object, fields.split('.'), { type, path: '' }) ?? fields;
  }
  if (message.includes('illegal base64 data')) return firstNotBase64(object) ?? '';
  const annotation = /^annotation "([^"]+)"/.exec(message)?.[1];
  if (annotation !== undefined) return `metadata.annotations[${annotation}]`;
  return /^((?:spec|metadata|status|data|rules)[\w.[\]/-]*)(?::|\s)/.exec(message)?.[1] ?? '';
}

/** The entry of the map at the path that has the bad value of the message; the path itself where there is none. */
export function entryAt(path: string, message: string, object: unknown): string {
  const text = /^Invalid value: ("(?:[^"\\\u0000-\u001f]|\\.)*"): /.exec(message)?.[1];
  const map = path.split('.').reduce<unknown>((at, field) => (isRecord(at) ? at[field] : undefined), object);
  if (text === undefined || !isRecord(map)) return path;
  const bad: unknown = JSON.parse(text.replace(/\\(["\\/bfnrt]|u[0-9a-fA-F]{4})|\\/g, (escape: string, known?: string) => (known === undefined ? '\\\\' : escape)));
  const key = Object.keys(map).find((each) => map[each] === bad) ?? Object.keys(map).find((each) => each === bad);
  return key === undefined ? path : `${path}[${key}]`;
}

/**
 * The first value of the JSON type below the fields. Go names neither indexes nor keys, but the structs that are embedded;
 * it decodes what kubectl has sorted by key.
 */
function firstMistyped(value: unknown, fields: readonly string[], { type, path }: { type: string; path: string }): string | undefined {
  if (Array.isArray(value)) {
    if (fields.length === 0 && type === 'array') return path;
    for (let index = 0; index < value.length; index++) {
      const found = firstMistyped(value[index], fields, { type, path: `${path}[${index}]` });
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const [field, ...rest] = fields;
  if (!isRecord(value)) return field === undefined && hasType(value, type) ? path : undefined;
  if (field === undefined) {
    if (type === 'object') return path;
    for (const key of sortedKeys(value)) {
      const found = firstMistyped(value[key], [], { type, path: `${path}[${key}]` });
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const found = Object.hasOwn(value, field) ? firstMistyped(value[field], rest, { type, path: path === '' ? field : `${path}.${field}` }) : undefined;
  return found ?? (rest.length === 0 ? undefined : firstMistyped(value, rest, { type, path }));
}

function hasType(value: unknown, type: string): boolean {
  const [name, literal] = type.split(' ');
  return name === (typeof value === 'boolean' ? 'bool' : typeof value) && (literal === undefined || Number(literal) === value);
}

/** The first value that should be base64 and is not. */
function firstNotBase64(object: unknown): string | undefined {
  if (!isRecord(object)) return undefined;
  for (const field of ['data', 'binaryData']) {
    const map = object[field];
    if (!isRecord(map) || (field === 'data' && object['kind'] !== 'Secret')) continue;
    const key = sortedKeys(map).find((each) => typeof map[each] === 'string' && decodeStrictBase64(map[each].replace(/[\r\n]/g, '')) === undefined);
    if (key !== undefined) return `${field}[${key}]`;
  }
  return undefined;
}
