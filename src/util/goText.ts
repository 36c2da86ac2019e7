// Values as Go prints them: JSON and quoted strings.

/** JSON as encoding/json prints it: no spaces, <, > and & escaped, keys sorted unless told otherwise. */
export function goJson(value: unknown, sorted = true): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return goJsonString(value);
  if (typeof value !== 'object') return String(value);
  let out = '';
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) out += (index === 0 ? '' : ',') + goJson(value[index], sorted);
    return `[${out}]`;
  }
  const keys = Object.keys(value);
  if (sorted && !isSorted(keys)) keys.sort();
  for (let index = 0; index < keys.length; index++) {
    const name = keys[index] as string;
    const item = (value as Record<string, unknown>)[name];
    if (item !== undefined) out += `${out === '' ? '' : ','}${goJsonString(name)}:${goJson(item, sorted)}`;
  }
  return `{${out}}`;
}

function isSorted(keys: readonly string[]): boolean {
  for (let index = 1; index < keys.length; index++) if ((keys[index] as string) < (keys[index - 1] as string)) return false;
  return true;
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
