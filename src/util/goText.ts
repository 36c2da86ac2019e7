// Values as Go prints them: JSON and quoted strings.
import { sortedKeys } from './compare.js';

/** JSON as encoding/json prints it: no spaces, <, > and & escaped, keys sorted unless told otherwise. */
export function goJson(value: unknown, sorted = true): string {
  // Joined at once, the parts make one flat text; put together step by step they would all be kept as long as the text is.
  const parts: string[] = [];
  writeJson(value, sorted, parts);
  return parts.join('');
}

function writeJson(value: unknown, sorted: boolean, parts: string[]): void {
  if (typeof value === 'string') parts.push(goJsonString(value));
  else if (value === undefined || value === null) parts.push('null');
  else if (typeof value !== 'object') parts.push(String(value));
  else if (Array.isArray(value)) {
    parts.push('[');
    for (let index = 0; index < value.length; index++) {
      if (index > 0) parts.push(',');
      writeJson(value[index], sorted, parts);
    }
    parts.push(']');
  } else {
    const keys = sorted ? sortedKeys(value) : Object.keys(value);
    let before = '{';
    for (let index = 0; index < keys.length; index++) {
      const name = keys[index] as string;
      const item = (value as Record<string, unknown>)[name];
      if (item === undefined) continue;
      parts.push(before, keyText(name));
      writeJson(item, sorted, parts);
      before = ',';
    }
    parts.push(before === '{' ? '{}' : '}');
  }
}

/** The same few names stand in nearly all objects. */
const keyTexts = new Map<string, string>();
const MAX_KEY_TEXTS = 10_000;

function keyText(name: string): string {
  let text = keyTexts.get(name);
  if (text === undefined) {
    text = `${goJsonString(name)}:`;
    if (keyTexts.size >= MAX_KEY_TEXTS) keyTexts.clear();
    keyTexts.set(name, text);
  }
  return text;
}

/** Text of which nothing has to be escaped. */
const PLAIN = /^[ !#-%'-;=?-[\]-~]*$/;

function goJsonString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A string as %q prints it. Source: strconv/quote.go */
export function goQuote(text: string): string {
  let out = '"';
  for (const c of text) {
    const code = c.codePointAt(0) as number;
    if (c === '"' || c === '\\') out += `\\${c}`;
    else if (code >= 0x20 && code < 0x7f) out += c;
    else if (c === '\n') out += '\\n';
    else if (c === '\t') out += '\\t';
    else if (c === '\r') out += '\\r';
    else if (c === '\x07') out += '\\a';
    else if (c === '\b') out += '\\b';
    else if (c === '\f') out += '\\f';
    else if (c === '\v') out += '\\v';
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (/[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(c)) out += c;
    else out += code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return `${out}"`;
}
