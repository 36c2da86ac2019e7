// Reads one JSON value out of a stream, with the place of every node and the errors of kubectl's JSON library.
// Source: Go's encoding/json scanner.go and stream.go
import { maxNesting, type NodeKind, type YamlNode } from './yamlTree.js';

/** Why the stream is not JSON at that place; `offset` counts characters, `text` has no `json: offset` before it. */
export interface JsonError {
  readonly text: string;
  readonly offset: number;
  /** False when the input ended too early, which has no offset in kubectl's message. */
  readonly hasOffset: boolean;
}

const none: never[] = [];

/** The value that begins at `from` (after blanks): its tree, or why there is none, or 'end' when only blanks are left. */
export function readJson(text: string, from: number): { readonly node: YamlNode } | { readonly error: JsonError } | 'end' {
  let pos = skipBlanks(from);
  if (pos >= text.length) return 'end';

  function skipBlanks(at: number): number {
    for (;;) {
      const code = text.charCodeAt(at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return at;
      at++;
    }
  }

  function fail(context: string): never {
    if (pos >= text.length) throw new Stop({ text: 'unexpected EOF', offset: text.trimEnd().length, hasOffset: false });
    throw new Stop({ text: `invalid character ${quoteCharacter(text, pos)} ${context}`, offset: pos, hasOffset: true });
  }

  function node(kind: NodeKind, start: number, value: string, isImplicit: boolean): YamlNode {
    return { kind, start, end: pos, tag: '', value, isImplicit, children: kind === 'scalar' ? none : [], target: undefined };
  }

  function readValue(depth: number): YamlNode {
    if (depth > maxNesting) throw new Stop({ text: 'exceeded max depth', offset: pos, hasOffset: true });
    const start = pos;
    const code = text.charCodeAt(pos);
    if (code === 123 || code === 91) return readCollection(code === 123, start, depth);
    if (code === 34) return readString(start);
    if (code === 45 || (code >= 48 && code <= 57)) return readNumber(start);
    for (const word of ['true', 'false', 'null']) {
      if (text[pos] !== word[0]) continue;
      for (let at = 1; at < word.length; at++) {
        pos++;
        if (text[pos] !== word[at]) fail(`in literal ${word} (expecting '${word[at]}')`);
      }
      pos++;
      return node('scalar', start, word, true);
    }
    fail('looking for beginning of value');
  }

  function readCollection(isMap: boolean, start: number, depth: number): YamlNode {
    const result = node(isMap ? 'mapping' : 'sequence', start, '', true);
    const closing = isMap ? 125 : 93;
    pos = skipBlanks(pos + 1);
    if (text.charCodeAt(pos) === closing) {
      pos++;
      result.end = pos;
      return result;
    }
    for (;;) {
      if (isMap) {
        if (text.charCodeAt(pos) !== 34) fail('looking for beginning of object key string');
        result.children.push(readString(pos));
        pos = skipBlanks(pos);
        if (text.charCodeAt(pos) !== 58) fail('after object key');
        pos = skipBlanks(pos + 1);
      }
      result.children.push(readValue(depth + 1));
      pos = skipBlanks(pos);
      const code = text.charCodeAt(pos);
      if (code === closing) {
        pos++;
        result.end = pos;
        return result;
      }
      if (code !== 44) fail(isMap ? 'after object key:value pair' : 'after array element');
      pos = skipBlanks(pos + 1);
    }
  }

  function readString(start: number): YamlNode {
    let hasEscape = false;
    for (pos++; ; pos++) {
      const code = text.charCodeAt(pos);
      if (code === 34) break;
      if (code === 92) {
        hasEscape = true;
        pos++;
        if (text[pos] === 'u') {
          for (let digit = 0; digit < 4; digit++) {
            pos++;
            if (!/[0-9a-fA-F]/.test(text[pos] ?? '')) fail('in \\u hexadecimal character escape');
          }
        } else if (!'bfnrt\\/"'.includes(text[pos] ?? ' ')) {
          fail('in string escape code');
        }
      } else if (!(code >= 32)) {
        fail('in string literal');
      }
    }
    pos++;
    return node('scalar', start, hasEscape ? (JSON.parse(text.slice(start, pos)) as string) : text.slice(start + 1, pos - 1), false);
  }

  function readDigits(context: string): void {
    const isDigit = (): boolean => text.charCodeAt(pos) >= 48 && text.charCodeAt(pos) <= 57;
    if (!isDigit()) fail(context);
    while (isDigit()) pos++;
  }

  function readNumber(start: number): YamlNode {
    if (text[pos] === '-') pos++;
    if (text[pos] === '0') pos++;
    else readDigits('in numeric literal');
    if (text[pos] === '.') {
      pos++;
      readDigits('after decimal point in numeric literal');
    }
    if (text[pos] === 'e' || text[pos] === 'E') {
      pos++;
      if (text[pos] === '+' || text[pos] === '-') pos++;
      readDigits('in exponent of numeric literal');
    }
    return node('scalar', start, text.slice(start, pos), true);
  }

  try {
    return { node: readValue(0) };
  } catch (error) {
    if (error instanceof Stop) return { error: error.error };
    throw error;
  }
}

/** Of a JSON text: the entries of all its maps (more than its value has keys when one is repeated), and how deep it nests. */
export function jsonShape(text: string): { readonly entries: number; readonly depth: number } {
  let entries = 0;
  let open = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 58) entries++;
    else if (code === 123 || code === 91) depth = Math.max(depth, ++open);
    else if (code === 125 || code === 93) open--;
    else if (code === 34) for (at++; at < text.length && text.charCodeAt(at) !== 34; at++) if (text.charCodeAt(at) === 92) at++;
  }
  return { entries, depth };
}

/** Ends the reading of a value from any depth. */
class Stop {
  readonly error: JsonError;
  constructor(error: JsonError) {
    this.error = error;
  }
}

/** A character as the JSON library shows it: of a longer one it sees the first byte only. */
function quoteCharacter(text: string, at: number): string {
  const code = text.codePointAt(at) ?? 0;
  if (code === 39) return "'\\''";
  if (code === 34) return "'\"'";
  if (code === 92) return "'\\\\'";
  if (code < 32 || code === 127) {
    const short = { 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r' }[code];
    return `'${short ?? `\\x${code.toString(16).padStart(2, '0')}`}'`;
  }
  if (code < 127) return `'${String.fromCharCode(code)}'`;
  const lead = code < 0x800 ? 0xc0 | (code >> 6) : code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
  return `'${String.fromCharCode(lead)}'`;
}
