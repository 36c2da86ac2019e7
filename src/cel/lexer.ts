// CEL text to tokens. A token's type is what cel-go's syntax errors call it: the text of an operator or keyword, or the name of a token class.
// Source: google/cel-go parser/gen/CEL.g4

import type { CelIssue } from './celExpression.js';

/** One token; `type` is an operator's or keyword's own text, a class name such as `NUM_INT`, or `<EOF>`. */
export interface CelToken { readonly type: string; readonly text: string; readonly offset: number }

const operators3: readonly string[] = ['==', '!=', '<=', '>=', '&&', '||'];
const operators1 = '<>[]{}().,-!?:+*/%';
const keywords: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null']);

const escape = String.raw`\\(?:[abfnrtv"'\\?` + '`' + String.raw`]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})`;
const stringForms: readonly string[] = [
  String.raw`"""(?:${escape}|[^\\])*?"""`,
  String.raw`'''(?:${escape}|[^\\])*?'''`,
  String.raw`"(?:${escape}|[^\\"\n\r])*"`,
  String.raw`'(?:${escape}|[^\\'\n\r])*'`,
  String.raw`[rR]"""[^]*?"""`,
  String.raw`[rR]'''[^]*?'''`,
  String.raw`[rR]"[^"\n\r]*"`,
  String.raw`[rR]'[^'\n\r]*'`,
];
const stringPatterns = stringForms.map((form) => new RegExp(form, 'y'));
const bytesPatterns = stringForms.map((form) => new RegExp(`[bB]${form}`, 'y'));
const floatPattern = /\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?/y;
const intPattern = /0x[0-9a-fA-F]+|\d+/y;
const uintPattern = /(?:0x[0-9a-fA-F]+|\d+)[uU]/y;
const identifierPattern = /[A-Za-z_][A-Za-z0-9_]*/y;
const escapedIdentifierPattern = /`[A-Za-z0-9_.\-/ ]+`/y;
const spacePattern = /[\t \r\n\f]+/y;
const commentPattern = /\/\/[^\n]*/y;

function matchLength(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  const match = pattern.exec(text);
  return match === null ? 0 : match[0].length;
}

/** The tokens of an expression, ending with `<EOF>`, and what could not be read. */
export function tokenize(text: string): { tokens: CelToken[]; issues: CelIssue[] } {
  const tokens: CelToken[] = [];
  const issues: CelIssue[] = [];
  let offset = 0;
  while (offset < text.length) {
    const skipped = matchLength(spacePattern, text, offset) || matchLength(commentPattern, text, offset);
    if (skipped > 0) { offset += skipped; continue; }
    const token = readToken(text, offset);
    if (token !== undefined) {
      tokens.push(token);
      offset += token.text.length;
      continue;
    }
    const end = unreadableEnd(text, offset);
    const piece = text.slice(offset, end).replace(/\n/g, '\\n').replace(/\t/g, '\\t').replace(/\r/g, '\\r');
    issues.push({ offset, message: `Syntax error: token recognition error at: '${piece}'` });
    offset = end;
  }
  tokens.push({ type: '<EOF>', text: '<EOF>', offset: text.length });
  return { tokens, issues };
}

/** The longest token at an offset; earlier rules win ties. */
function readToken(text: string, offset: number): CelToken | undefined {
  let best = '';
  let type = '';
  const offer = (length: number, offered: string): void => {
    if (length > best.length) { best = text.slice(offset, offset + length); type = offered; }
  };
  const code = text.charCodeAt(offset);
  const two = text.slice(offset, offset + 2);
  if (operators3.includes(two)) offer(2, two);
  else if (operators1.includes(text[offset]!)) offer(1, text[offset]!);
  if ((code >= 48 && code <= 57) || code === 46) {
    offer(matchLength(floatPattern, text, offset), 'NUM_FLOAT');
    offer(matchLength(intPattern, text, offset), 'NUM_INT');
    offer(matchLength(uintPattern, text, offset), 'NUM_UINT');
  }
  for (const pattern of stringPatterns) offer(matchLength(pattern, text, offset), 'STRING');
  if (code === 98 || code === 66) for (const pattern of bytesPatterns) offer(matchLength(pattern, text, offset), 'BYTES');
  const identifierLength = matchLength(identifierPattern, text, offset);
  if (identifierLength > 0) {
    const word = text.slice(offset, offset + identifierLength);
    offer(identifierLength, keywords.has(word) ? word : 'IDENTIFIER');
  }
  if (code === 96) offer(matchLength(escapedIdentifierPattern, text, offset), 'ESC_IDENTIFIER');
  return best === '' ? undefined : { type, text: best, offset };
}

/** Where reading goes on after text that starts no token: behind the character at which every rule had given up. */
function unreadableEnd(text: string, offset: number): number {
  const quote = text[offset]!;
  const next = (index: number): number => Math.min(text.length, index + ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1));
  if (quote === '"' || quote === "'") {
    let index = offset + 1;
    while (index < text.length && text[index] !== '\n' && text[index] !== '\r') {
      if (text[index] !== '\\') { index++; continue; }
      const escapeLength = matchLength(new RegExp(escape, 'y'), text, index);
      if (escapeLength === 0) return next(index + 1 + startedEscapeLength(text, index + 1));
      index += escapeLength;
    }
    return next(index);
  }
  if (quote === '`') {
    let index = offset + 1;
    while (index < text.length && /[A-Za-z0-9_.\-/ ]/.test(text[index]!)) index++;
    return next(index);
  }
  if ((quote === '&' || quote === '|' || quote === '=') && offset + 1 < text.length) return next(offset + 1);
  return next(offset);
}

/** How many characters of a bad escape were still good. */
function startedEscapeLength(text: string, index: number): number {
  const digits = /x[0-9a-f]?|u[0-9a-f]{0,3}|[0-3][0-7]?/iy;
  const longDigits = /U[0-9a-fA-F]{0,7}/y;
  digits.lastIndex = longDigits.lastIndex = index;
  return Math.max(digits.exec(text)?.[0].length ?? 0, longDigits.exec(text)?.[0].length ?? 0);
}
