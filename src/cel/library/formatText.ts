// `'%s has %d items'.format([…])`. Source: google/cel-go ext/formatting.go

import { utf8Bytes } from '../../util/utf8.js';
import { formatDuration, formatTimestamp } from '../celTime.js';
import { celError, isCelError, listItems, mapGet, mapKeys, typeNameOf, type CelError, type CelValue } from '../celValue.js';

/** The text with its clauses replaced, or the error cel-go gives. */
export function formatText(template: string, args: readonly CelValue[]): CelValue {
  let used = 0;
  let result = '';
  for (let index = 0; index < template.length; index++) {
    if (template[index] !== '%') { result += template[index]; continue; }
    if (template[index + 1] === '%') { result += '%'; index++; continue; }
    const clause = /^%(?:\.(\d+))?([a-zA-Z])?/.exec(template.slice(index))!;
    if (clause[2] === undefined) return celError('unexpected end of string');
    const value = args[used];
    if (value === undefined) return celError(`index ${used} out of range`);
    used++;
    const piece = formatOne(value, clause[2], clause[1] === undefined ? undefined : Number(clause[1]));
    if (typeof piece !== 'string') return piece;
    result += piece;
    index += clause[0].length - 1;
  }
  return result;
}

function formatOne(value: CelValue, verb: string, precision: number | undefined): string | CelError {
  const wrong = (kinds: string): CelError => celError(`error during formatting: ${kinds} clause cannot be used on ${typeNameOf(value)}`);
  const integer = typeof value === 'bigint' ? value : typeof value === 'object' && value !== null && value.tag === 'uint' ? value.value : undefined;
  switch (verb) {
    case 's': return display(value);
    case 'd': return integer !== undefined ? String(integer) : typeof value === 'number' ? String(value) : celError(`error during formatting: decimal clause can only be used on integers, was given ${typeNameOf(value)}`);
    case 'f': return typeof value === 'number' || integer !== undefined ? Number(integer ?? value).toFixed(precision ?? 6) : celError(`error during formatting: fixed-point clause can only be used on doubles, was given ${typeNameOf(value)}`);
    case 'e': return typeof value === 'number' || integer !== undefined ? Number(integer ?? value).toExponential(precision ?? 6).replace(/e([+-])(\d)$/, 'e$10$2') : celError(`error during formatting: scientific clause can only be used on doubles, was given ${typeNameOf(value)}`);
    case 'b': return typeof value === 'boolean' ? String(Number(value)) : integer !== undefined ? integer.toString(2) : celError(`error during formatting: only integers and bools can be formatted as binary, was given ${typeNameOf(value)}`);
    case 'o': return integer !== undefined ? integer.toString(8) : celError(`error during formatting: octal clause can only be used on integers, was given ${typeNameOf(value)}`);
    case 'x': case 'X': {
      const hex = integer !== undefined ? integer.toString(16)
        : typeof value === 'string' ? utf8Bytes(value).map((byte) => byte.toString(16).padStart(2, '0')).join('')
          : typeof value === 'object' && value !== null && value.tag === 'bytes' ? Array.from(value.value, (byte) => byte.toString(16).padStart(2, '0')).join('') : undefined;
      if (hex === undefined) return celError(`error during formatting: only integers, byte buffers, and strings can be formatted as hex, was given ${typeNameOf(value)}`);
      return verb === 'X' ? hex.toUpperCase() : hex;
    }
    default: return wrong(`unrecognized formatting "${verb}"`);
  }
}

function display(value: CelValue): string | CelError {
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (typeof value !== 'object') return Number.isNaN(value) ? 'NaN' : String(value);
  switch (value.tag) {
    case 'uint': return String(value.value);
    case 'timestamp': return formatTimestamp(value.nanos);
    case 'duration': return formatDuration(value.nanos);
    case 'type': return value.name;
    case 'bytes': return String.fromCharCode(...value.value);
    case 'list': case 'jsonList': {
      const pieces: string[] = [];
      for (const item of listItems(value)!) {
        const piece = display(item);
        if (typeof piece !== 'string') return piece;
        pieces.push(piece);
      }
      return `[${pieces.join(', ')}]`;
    }
    case 'map': case 'jsonMap': {
      const pieces: string[] = [];
      for (const key of mapKeys(value)!) {
        const [left, right] = [display(key), display(mapGet(value, key)!)];
        if (typeof left !== 'string') return left;
        if (typeof right !== 'string') return right;
        pieces.push(`${left}: ${right}`);
      }
      return `{${pieces.sort().join(', ')}}`;
    }
    default: return isCelError(value) ? value : celError(`error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${typeNameOf(value)}`);
  }
}
