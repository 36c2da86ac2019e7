// Reads the YAML that people write most, straight from text to values: block maps and lists, plain and quoted scalars,
// block scalars, flow collections, comments. Whatever it is not sure of it leaves to the complete reader, errors always.
// Invariant: where it answers, readExactly gives the same value.
import {
  backslash, bar, closeBrace, closeBracket, colon, comma, dash, dot, doubleQuote, greaterThan, hash, lineFeed, openBrace, openBracket, percent, plus,
  questionMark, singleQuote, space, tab,
} from './characters.js';
import { isIntegerText, plainScalar } from './scalar.js';
import type { JsonValue } from './yamlValue.js';

/** The answer of the fast path to a document it leaves to the complete reader. */
export const unsure: unique symbol = Symbol('unsure');

type JsonObject = { [key: string]: JsonValue };

// The one reading in progress: text, place, and what nextLine found. Module variables, because this is the hottest loop of all.
let text = '';
let pos = 0;
/** The column of the next line with content, -1 at the end; `pos` stands on that content. */
let column = 0;
let depth = 0;

const giveUp = { reason: 'left to the complete reader' };
const maxDepth = 100;
/** A key must be found to be one within 1,024 characters; stay well below. */
const maxKeyLength = 1000;
/** The characters that YAML treats in its own way. */
const special = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/;
/** As above, but for whole surrogate pairs. */
const specialBesidePairs = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** For ASCII: 1 where a plain scalar may begin without further thought. The others are indicators, blanks and - ? : */
const beginsPlain = new Uint8Array(128);
for (let code = 33; code < 127; code++) beginsPlain[code] = '-?:,[]{}#&*!|>\'"%@`'.includes(String.fromCharCode(code)) ? 0 : 1;

/** The value of a document whose lines all end in a line feed; undefined for an empty document. */
export function readFast(document: string): JsonValue | undefined | typeof unsure {
  const found = special.exec(document);
  if (found !== null && (found[0] < '\ud800' || found[0] > '\udfff' || specialBesidePairs.test(document))) return unsure;
  text = document;
  pos = 0;
  depth = 0;
  try {
    if (text.startsWith('---')) {
      pos = 3;
      endLine();
    }
    nextLine();
    if (column < 0) return undefined;
    const value = readBlock(column, -1);
    return column < 0 ? value : unsure;
  } catch (error) {
    if (error === giveUp) return unsure;
    throw error;
  } finally {
    text = '';
  }
}

function bail(): never {
  throw giveUp;
}

/** From the start of a line to the next content, over blank lines and comments. */
function nextLine(): void {
  for (;;) {
    const lineStart = pos;
    let code = text.charCodeAt(pos);
    while (code === space) code = text.charCodeAt(++pos);
    if (code === lineFeed) {
      pos++;
    } else if (code === hash) {
      pos = text.indexOf('\n', pos) + 1;
    } else {
      if (code !== code) column = -1;
      else {
        if (code === tab) bail();
        column = pos - lineStart;
        // --- and ... at the margin end the document.
        if (column === 0 && (code === dot || (code === dash && text.charCodeAt(pos + 1) === dash))) bail();
      }
      return;
    }
  }
}

/** After a value: blanks, a comment, the line feed. */
function endLine(): void {
  let code = text.charCodeAt(pos);
  if (code === lineFeed) {
    pos++;
    return;
  }
  if (code !== space) bail();
  while (code === space) code = text.charCodeAt(++pos);
  if (code === hash) pos = text.indexOf('\n', pos) + 1;
  else if (code === lineFeed) pos++;
  else bail();
}

/** The node that begins at `pos` in `indent`, the first content of its line, below a collection at `parentIndent`. Leaves the next content found. */
function readBlock(indent: number, parentIndent: number): JsonValue {
  if (++depth > maxDepth) bail();
  const value = text.charCodeAt(pos) === dash && isBlankOrEnd(text.charCodeAt(pos + 1)) ? readSequence(indent, false) : readEntryOrScalar(indent, parentIndent);
  depth--;
  return value;
}

/** A map that begins here, or a single scalar or flow collection. */
function readEntryOrScalar(indent: number, parentIndent: number): JsonValue {
  const start = pos;
  const key = readKey();
  if (key !== undefined) return readMap(indent, key);
  if (parentIndent < 0) bail();
  pos = start;
  const value = readInline(parentIndent);
  return value;
}

function readMap(indent: number, firstKey: string): JsonObject {
  const object: JsonObject = {};
  let key: string | undefined = firstKey;
  for (;;) {
    if (key === undefined || object[key] !== undefined) bail();
    object[key] = readMapValue(indent);
    if (column < indent) return object;
    if (column > indent) bail();
    key = readKey();
  }
}

/** The value after `key:`; leaves the next content found. */
function readMapValue(indent: number): JsonValue {
  let code = text.charCodeAt(pos);
  while (code === space) code = text.charCodeAt(++pos);
  if (code !== lineFeed && code !== hash) return readInline(indent);
  if (code === hash) pos = text.indexOf('\n', pos);
  pos++;
  nextLine();
  if (column > indent) return readBlock(column, indent);
  if (column === indent && text.charCodeAt(pos) === dash && isBlankOrEnd(text.charCodeAt(pos + 1))) return readSequence(indent, true);
  return null;
}

function readSequence(indent: number, isIndentless: boolean): JsonValue[] {
  if (++depth > maxDepth) bail();
  const items: JsonValue[] = [];
  for (;;) {
    const dashAt = pos;
    let code = text.charCodeAt(++pos);
    while (code === space) code = text.charCodeAt(++pos);
    if (code === lineFeed || code === hash) {
      if (code === hash) pos = text.indexOf('\n', pos);
      pos++;
      nextLine();
      items.push(column > indent ? readBlock(column, indent) : null);
    } else {
      // A map or list may begin on the dash's own line.
      items.push(readBlock(indent + pos - dashAt, indent));
    }
    if (column !== indent || text.charCodeAt(pos) !== dash || !isBlankOrEnd(text.charCodeAt(pos + 1))) break;
  }
  if (column > indent || (column === indent && !isIndentless)) bail();
  depth--;
  return items;
}

/** The key that begins here, with `pos` behind its colon; undefined if the line has none. */
function readKey(): string | undefined {
  const start = pos;
  let code = text.charCodeAt(pos);
  if (code === doubleQuote || code === singleQuote) {
    const key = code === doubleQuote ? readDoubleQuoted() : readSingleQuoted();
    if (pos - start > maxKeyLength) return undefined;
    const end = pos;
    code = text.charCodeAt(pos);
    while (code === space) code = text.charCodeAt(++pos);
    if (code !== colon) return undefined;
    if (!isBlankOrEnd(text.charCodeAt(pos + 1)) || text.charCodeAt(pos + 1) === tab || text.slice(start, end).includes('\n')) bail();
    pos++;
    return key;
  }
  if (code < 128 && beginsPlain[code] === 0) return undefined;
  for (; ; code = text.charCodeAt(++pos)) {
    if (code === colon) {
      const next = text.charCodeAt(pos + 1);
      if (next === space || next === lineFeed) break;
      if (next === tab) bail();
    } else if (code === lineFeed) {
      return undefined;
    } else if (code === space) {
      if (text.charCodeAt(pos + 1) === hash) return undefined;
    } else if (code === tab) {
      bail();
    }
  }
  let end = pos;
  if (end - start > maxKeyLength) bail();
  while (text.charCodeAt(end - 1) === space) end--;
  pos++;
  return plainKey(text.slice(start, end));
}

function plainKey(key: string): string {
  const first = key.charCodeAt(0);
  // Letters beyond five characters mean nothing but themselves.
  if (first > 57 && key.length > 5) return key;
  const value = plainScalar(key);
  if (typeof value === 'string') return key === '<<' ? bail() : value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number' && isIntegerText(key) && Number.isSafeInteger(value)) return String(value);
  return bail();
}

/** A value that begins on this line, inside a collection at `indent`. Leaves the next content found. */
function readInline(indent: number): JsonValue {
  const code = text.charCodeAt(pos);
  if (code >= 128 || beginsPlain[code] === 1) return readPlain(indent);
  let value: JsonValue;
  switch (code) {
    case doubleQuote:
      value = readDoubleQuoted();
      break;
    case singleQuote:
      value = readSingleQuoted();
      break;
    case openBracket:
    case openBrace:
      value = readFlow();
      break;
    case bar:
    case greaterThan:
      return readBlockScalar(indent, code === bar);
    case dash: {
      const next = text.charCodeAt(pos + 1);
      if (isBlankOrEnd(next)) bail();
      return readPlain(indent);
    }
    default:
      return bail();
  }
  endLine();
  nextLine();
  return value;
}

function readPlain(indent: number): JsonValue {
  const start = pos;
  let end = readPlainLine();
  const first = text.slice(start, end);
  if (text.charCodeAt(pos) === hash) {
    pos = text.indexOf('\n', pos) + 1;
    nextLine();
    return finite(first);
  }
  pos++;
  let lineStart = pos;
  nextLine();
  if (column <= indent) return finite(first);
  // The text goes on in lines that are indented deeper.
  let value = first;
  while (column > indent) {
    let breaks = 0;
    for (let at = text.indexOf('\n', lineStart); at >= 0 && at < pos; at = text.indexOf('\n', at + 1)) {
      // A comment among the lines ends the scalar; let the complete reader judge.
      breaks++;
    }
    if (text.slice(lineStart, pos).includes('#')) bail();
    const from = pos;
    end = readPlainLine();
    value += (breaks === 0 ? ' ' : '\n'.repeat(breaks)) + text.slice(from, end);
    if (text.charCodeAt(pos) === hash) bail();
    pos++;
    lineStart = pos;
    nextLine();
  }
  return value;
}

/** To the end of the scalar's part on this line, which is returned; `pos` on the line feed or the comment behind it. */
function readPlainLine(): number {
  for (let code = text.charCodeAt(pos); code !== lineFeed; code = text.charCodeAt(++pos)) {
    if (code === colon) {
      const next = text.charCodeAt(pos + 1);
      if (isBlankOrEnd(next)) bail();
    } else if (code === hash) {
      if (text.charCodeAt(pos - 1) === space) break;
    } else if (code === tab) {
      bail();
    }
  }
  let end = pos;
  while (text.charCodeAt(end - 1) === space) end--;
  return end;
}

function finite(scalar: string): JsonValue {
  const value = plainScalar(scalar);
  return typeof value === 'number' && !Number.isFinite(value) ? bail() : value;
}

function readDoubleQuoted(): string {
  let from = ++pos;
  let value = '';
  for (let code = text.charCodeAt(pos); code !== doubleQuote; code = text.charCodeAt(pos)) {
    if (code === backslash) {
      value += text.slice(from, pos) + readEscape();
      from = pos;
    } else if (code === lineFeed) {
      value += foldQuoted(from);
      from = pos;
    } else if (code !== code) {
      bail();
    } else {
      pos++;
    }
  }
  value = from === pos ? value : value + text.slice(from, pos);
  pos++;
  return value;
}

function readEscape(): string {
  const code = text.charCodeAt(pos + 1);
  pos += 2;
  switch (code) {
    case 110:
      return '\n';
    case doubleQuote:
      return '"';
    case backslash:
      return '\\';
    case 116:
      return '\t';
    case 114:
      return '\r';
    case space:
      return ' ';
    case lineFeed:
      return skipEscapedBreak();
    case 117: {
      const digits = text.slice(pos, pos + 4);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) bail();
      const value = Number.parseInt(digits, 16);
      if (value >= 0xd800 && value <= 0xdfff) bail();
      pos += 4;
      return String.fromCharCode(value);
    }
    default:
      return bail();
  }
}

/** A backslash at the end of a line joins it with the next without a blank. */
function skipEscapedBreak(): string {
  let breaks = 0;
  for (let code = text.charCodeAt(pos); ; code = text.charCodeAt(++pos)) {
    if ((code === dash || code === dot) && text.charCodeAt(pos - 1) === lineFeed) bail();
    if (code === lineFeed) breaks++;
    else if (code !== space) break;
  }
  if (text.charCodeAt(pos) === tab) bail();
  return '\n'.repeat(breaks);
}

function readSingleQuoted(): string {
  let from = ++pos;
  let value = '';
  for (;;) {
    const code = text.charCodeAt(pos);
    if (code === singleQuote) {
      if (text.charCodeAt(pos + 1) !== singleQuote) break;
      value += text.slice(from, pos + 1);
      pos += 2;
      from = pos;
    } else if (code === lineFeed) {
      value += foldQuoted(from);
      from = pos;
    } else if (code !== code) {
      bail();
    } else {
      pos++;
    }
  }
  value = from === pos ? value : value + text.slice(from, pos);
  pos++;
  return value;
}

/** The text since `from` and the line breaks at `pos`, folded; leaves `pos` at the next text. */
function foldQuoted(from: number): string {
  let end = pos;
  while (end > from && (text.charCodeAt(end - 1) === space || text.charCodeAt(end - 1) === tab)) end--;
  let breaks = 0;
  for (;;) {
    const code = text.charCodeAt(pos);
    if (code === lineFeed) {
      breaks++;
      pos++;
      const next = text.charCodeAt(pos);
      if (next === dash || next === dot) bail();
    } else if (code === space || code === tab) {
      pos++;
    } else {
      break;
    }
  }
  return text.slice(from, end) + (breaks === 1 ? ' ' : '\n'.repeat(breaks - 1));
}

/** Blanks and line feeds inside brackets. */
function skipFlowBlanks(): number {
  for (;;) {
    const code = text.charCodeAt(pos);
    if (code === lineFeed) {
      pos++;
      const next = text.charCodeAt(pos);
      // A line at the margin may be the end of the document or a directive.
      if (next === dash || next === dot || next === percent) bail();
    } else if (code === space) {
      pos++;
    } else {
      return code;
    }
  }
}

function readFlow(): JsonValue {
  if (++depth > maxDepth) bail();
  const value = text.charCodeAt(pos) === openBracket ? readFlowSequence() : readFlowMap();
  depth--;
  return value;
}

function readFlowSequence(): JsonValue[] {
  const items: JsonValue[] = [];
  pos++;
  for (;;) {
    if (skipFlowBlanks() === closeBracket) break;
    items.push(readFlowValue());
    const code = skipFlowBlanks();
    if (code === closeBracket) break;
    if (code !== comma) bail();
    pos++;
  }
  pos++;
  return items;
}

function readFlowMap(): JsonObject {
  const object: JsonObject = {};
  pos++;
  for (;;) {
    let code = skipFlowBlanks();
    if (code === closeBrace) break;
    const start = pos;
    const isQuoted = code === doubleQuote || code === singleQuote;
    let key: string;
    if (isQuoted) {
      key = code === doubleQuote ? readDoubleQuoted() : readSingleQuoted();
      if (pos - start > maxKeyLength || text.slice(start, pos).includes('\n')) bail();
    } else {
      key = plainKey(readFlowPlain());
    }
    while (text.charCodeAt(pos) === space) pos++;
    if (text.charCodeAt(pos) !== colon || object[key] !== undefined || pos - start > maxKeyLength) bail();
    pos++;
    // Behind a quoted key the colon needs no blank, behind a plain one it has one.
    code = skipFlowBlanks();
    object[key] = code === comma || code === closeBrace ? null : readFlowValue();
    code = skipFlowBlanks();
    if (code === closeBrace) break;
    if (code !== comma) bail();
    pos++;
  }
  pos++;
  return object;
}

function readFlowValue(): JsonValue {
  const code = text.charCodeAt(pos);
  switch (code) {
    case doubleQuote:
      return closed(readDoubleQuoted());
    case singleQuote:
      return closed(readSingleQuoted());
    case openBracket:
    case openBrace:
      return closed(readFlow());
    default: {
      const value = finite(readFlowPlain());
      return closed(value);
    }
  }
}

/** What stands in brackets must be followed by a comma or the end, else it is a key or an error. */
function closed(value: JsonValue): JsonValue {
  const code = skipFlowBlanks();
  return code === comma || code === closeBracket || code === closeBrace ? value : bail();
}

/** A plain scalar in brackets, within one line; `pos` behind it. */
function readFlowPlain(): string {
  const start = pos;
  let code = text.charCodeAt(pos);
  if (code < 128 && beginsPlain[code] === 0) {
    const next = text.charCodeAt(pos + 1);
    if (code !== dash || !((next >= 48 && next <= 57) || (next >= 97 && next <= 122) || next === dash)) bail();
  }
  for (; ; code = text.charCodeAt(++pos)) {
    if (code === comma || code === closeBracket || code === closeBrace || code === lineFeed) break;
    if (code === colon) {
      const next = text.charCodeAt(pos + 1);
      if (isBlankOrEnd(next)) break;
      if (next === comma || next === closeBracket || next === closeBrace) bail();
    } else if (code === openBracket || code === openBrace || code === questionMark || code === tab || code !== code) {
      bail();
    } else if (code === hash && text.charCodeAt(pos - 1) === space) {
      bail();
    }
  }
  let end = pos;
  while (text.charCodeAt(end - 1) === space) end--;
  return text.slice(start, end);
}

function readBlockScalar(indent: number, isLiteral: boolean): string {
  let chomping = text.charCodeAt(++pos);
  if (chomping === plus || chomping === dash) pos++;
  else chomping = 0;
  endLine();
  // The first line with content decides the indentation.
  let width = -1;
  let breaks = 0;
  let widest = 0;
  let lineStart = pos;
  for (;;) {
    let code = text.charCodeAt(pos);
    while (code === space) code = text.charCodeAt(++pos);
    if (code === tab) bail();
    if (pos - lineStart > widest) widest = pos - lineStart;
    if (code !== lineFeed) {
      width = code === code ? pos - lineStart : 0;
      break;
    }
    breaks++;
    lineStart = ++pos;
  }
  if (width <= indent || width === 0) {
    // Nothing in it. Blank lines that are indented deeper, or kept ones, are a matter for the complete reader.
    if (breaks > 0) bail();
    pos = lineStart;
    nextLine();
    return '';
  }
  if (widest > width) bail();
  let value = '\n'.repeat(breaks);
  let hasContent = false;
  let wasBlankLine = false;
  breaks = 0;
  for (;;) {
    // At the first character behind the indentation of a line with content.
    const lineEnd = text.indexOf('\n', pos);
    const code = text.charCodeAt(pos);
    const isBlankLine = code === space || code === tab;
    if (hasContent) {
      if (!isLiteral && !wasBlankLine && !isBlankLine) value += breaks === 0 ? ' ' : '\n'.repeat(breaks);
      else value += '\n'.repeat(breaks + 1);
    }
    value += text.slice(pos, lineEnd);
    hasContent = true;
    wasBlankLine = isBlankLine;
    breaks = 0;
    pos = lineEnd + 1;
    let isEnd = false;
    for (;;) {
      lineStart = pos;
      let next = text.charCodeAt(pos);
      while (next === space && pos - lineStart < width) next = text.charCodeAt(++pos);
      if (next === lineFeed) {
        breaks++;
        pos++;
        continue;
      }
      if (pos - lineStart === width && next === next) break;
      if (next === tab) bail();
      isEnd = true;
      break;
    }
    if (isEnd) break;
  }
  pos = lineStart;
  nextLine();
  if (chomping === dash) return value;
  return chomping === plus ? value + '\n'.repeat(breaks + 1) : `${value}\n`;
}

function isBlankOrEnd(code: number): boolean {
  return code === space || code === lineFeed || code === tab || code !== code;
}
