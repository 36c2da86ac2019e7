// Cuts one YAML document into tokens by the rules of kubectl's YAML library, its errors and their places included.
// The grammar above the tokens is yamlTree.ts. Source: vendor/go.yaml.in/yaml/v2/scannerc.go
import {
  ampersand, asterisk, atSign, backslash, backtick, bar, carriageReturn, closeBrace, closeBracket, colon, comma, dash, dot, doubleQuote,
  exclamationMark, greaterThan, hash, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, isDigit, isWordCharacter, lessThan, lineFeed, openBrace,
  openBracket, percent, plus, questionMark, singleQuote, space, tab, zero,
} from './characters.js';
import { strayByteProblem } from '../util/utf8.js';
import { tokenKind, YamlError, type Token, type TokenKind } from './yamlToken.js';

/** What the grammar asks for: the next token, and to step over it. Both throw YamlError. */
export interface Scanner {
  peek(): Token;
  skip(): void;
}

interface SimpleKey {
  possible: boolean;
  required: boolean;
  tokenNumber: number;
  offset: number;
  line: number;
  column: number;
}

const maxDepth = 10000;
const maxSimpleKeyLength = 1024;
/** The library decodes its input in pieces of so many bytes, so a bad character is seen up to that much too early. */
const readerChunkBytes = 512;
/** The characters that YAML refuses. */
const unreadable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Reads the tokens of a document whose lines all end in a line break. */
export function createScanner(document: string): Scanner {
  const refused = unreadable.exec(document);
  const readable = refused === null ? Number.POSITIVE_INFINITY : chunkStart(document, refused.index);
  const text = `${document}\0\0\0\0`;
  let pos = document.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 0;
  let lineStart = pos;
  let indent = -1;
  const indents: number[] = [];
  let flowLevel = 0;
  let simpleKeyAllowed = true;
  const simpleKeys: SimpleKey[] = [noKey(0, pos, 0, 0)];
  /** By token number, the place among `simpleKeys` of the key that may begin there; -1 for none. */
  const keysByToken: number[] = [];
  let tokens: Token[] = [];
  let head = 0;
  let tokensParsed = 0;
  let isAvailable = false;
  let isEnded = false;

  function fail(problem: string): never {
    if (pos >= readable) failReading();
    throw new YamlError(problem, pos, line === 0 ? 0 : line + 1);
  }

  function failReading(): never {
    const offset = refused?.index ?? pos;
    throw new YamlError(strayByteProblem(document, offset) ?? 'control characters are not allowed', offset, 0);
  }

  function skipLine(): void {
    const code = text.charCodeAt(pos);
    if (!isBreak(code)) return;
    pos += code === carriageReturn && text.charCodeAt(pos + 1) === lineFeed ? 2 : 1;
    line++;
    lineStart = pos;
  }

  function readLine(): string {
    const code = text.charCodeAt(pos);
    if (!isBreak(code)) return '';
    skipLine();
    return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : '\n';
  }

  function add(kind: TokenKind, start: number, startLine: number, value = '', suffix = '', isPlain = false): void {
    tokens.push({ kind, start, line: startLine, end: pos, endLine: line, value, suffix, isPlain });
  }

  /** Puts a token of no width before the one with that number; a number already handed out means the end of the queue. */
  function insert(number: number, kind: TokenKind, key: SimpleKey): void {
    const token: Token = { kind, start: key.offset, line: key.line, end: key.offset, endLine: key.line, value: '', suffix: '', isPlain: false };
    const place = number - tokensParsed;
    if (number < 0 || place < 0) tokens.push(token);
    else tokens.splice(head + place, 0, token);
  }

  function isKeyValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    if (key.line < line || key.offset + maxSimpleKeyLength < pos) {
      if (key.required) fail("could not find expected ':'");
      key.possible = false;
      return false;
    }
    return true;
  }

  function lastKey(): SimpleKey {
    return simpleKeys[simpleKeys.length - 1] as SimpleKey;
  }

  function removeSimpleKey(): void {
    const key = lastKey();
    if (!key.possible) return;
    if (key.required) fail("could not find expected ':'");
    key.possible = false;
    forgetKey(key.tokenNumber);
  }

  function forgetKey(tokenNumber: number): void {
    if (tokenNumber < keysByToken.length) keysByToken[tokenNumber] = -1;
  }

  function saveSimpleKey(): void {
    if (!simpleKeyAllowed) return;
    const column = pos - lineStart;
    const key = { possible: true, required: flowLevel === 0 && indent === column, tokenNumber: tokensParsed + tokens.length - head, offset: pos, line, column };
    removeSimpleKey();
    simpleKeys[simpleKeys.length - 1] = key;
    while (keysByToken.length < key.tokenNumber) keysByToken.push(-1);
    keysByToken[key.tokenNumber] = simpleKeys.length - 1;
  }

  function rollIndent(column: number, number: number, kind: TokenKind, key: SimpleKey): void {
    if (flowLevel > 0 || indent >= column) return;
    indents.push(indent);
    indent = column;
    if (indents.length > maxDepth) fail(`exceeded max depth of ${maxDepth}`);
    insert(number, kind, key);
  }

  function unrollIndent(column: number): void {
    if (flowLevel > 0) return;
    while (indent > column) {
      add(tokenKind.blockEnd, pos, line);
      indent = indents.pop() ?? -1;
    }
  }

  function here(): SimpleKey {
    return noKey(0, pos, line, pos - lineStart);
  }

  function takeIndicator(kind: TokenKind, width: number): void {
    const start = pos;
    pos += width;
    add(kind, start, line);
  }

  function scanToNextToken(): void {
    for (;;) {
      let code = text.charCodeAt(pos);
      while (code === space || (code === tab && (flowLevel > 0 || !simpleKeyAllowed))) code = text.charCodeAt(++pos);
      if (code === hash) while (!isBreakOrEnd(code)) code = text.charCodeAt(++pos);
      if (!isBreak(code)) return;
      skipLine();
      if (flowLevel === 0) simpleKeyAllowed = true;
    }
  }

  function isDocumentIndicator(): boolean {
    if (pos !== lineStart) return false;
    const code = text.charCodeAt(pos);
    return (code === dash || code === dot) && text.charCodeAt(pos + 1) === code && text.charCodeAt(pos + 2) === code && isBlankOrEnd(text.charCodeAt(pos + 3));
  }

  function fetchNextToken(): void {
    scanToNextToken();
    if (pos + 3 >= readable) failReading();
    unrollIndent(pos - lineStart);
    const code = text.charCodeAt(pos);
    const next = code === 0 ? 0 : text.charCodeAt(pos + 1);
    if (code === 0) return fetchStreamEnd();
    if (pos === lineStart && code === percent) return fetchDirective();
    if (isDocumentIndicator()) {
      unrollIndent(-1);
      removeSimpleKey();
      simpleKeyAllowed = false;
      return takeIndicator(code === dash ? tokenKind.documentStart : tokenKind.documentEnd, 3);
    }
    switch (code) {
      case openBracket:
        return fetchFlowStart(tokenKind.flowSequenceStart);
      case openBrace:
        return fetchFlowStart(tokenKind.flowMappingStart);
      case closeBracket:
        return fetchFlowEnd(tokenKind.flowSequenceEnd);
      case closeBrace:
        return fetchFlowEnd(tokenKind.flowMappingEnd);
      case comma:
        removeSimpleKey();
        simpleKeyAllowed = true;
        return takeIndicator(tokenKind.flowEntry, 1);
      case dash:
        if (isBlankOrEnd(next)) return fetchBlockEntry();
        break;
      case questionMark:
        if (flowLevel > 0 || isBlankOrEnd(next)) return fetchKey();
        break;
      case colon:
        if (flowLevel > 0 || isBlankOrEnd(next)) return fetchValue();
        break;
      case asterisk:
        return fetchAnchor(tokenKind.alias);
      case ampersand:
        return fetchAnchor(tokenKind.anchor);
      case exclamationMark:
        saveSimpleKey();
        simpleKeyAllowed = false;
        return scanTag();
      case bar:
      case greaterThan:
        if (flowLevel > 0) break;
        removeSimpleKey();
        simpleKeyAllowed = true;
        return scanBlockScalar(code === bar);
      case singleQuote:
      case doubleQuote:
        saveSimpleKey();
        simpleKeyAllowed = false;
        return scanQuotedScalar(code === singleQuote);
    }
    const isRefusedStart = code === tab || isBreak(code) || code === hash || code === greaterThan || code === bar || code === percent || code === atSign || code === backtick;
    if (!isRefusedStart && (code !== dash || (next !== space && next !== tab)) && ((code !== questionMark && code !== colon) || flowLevel === 0)) {
      saveSimpleKey();
      simpleKeyAllowed = false;
      return scanPlainScalar();
    }
    fail('found character that cannot start any token');
  }

  function fetchStreamEnd(): void {
    if (pos !== lineStart) {
      line++;
      lineStart = pos;
    }
    unrollIndent(-1);
    removeSimpleKey();
    simpleKeyAllowed = false;
    add(tokenKind.streamEnd, pos, line);
  }

  function fetchFlowStart(kind: TokenKind): void {
    saveSimpleKey();
    simpleKeys.push(noKey(tokensParsed + tokens.length - head, pos, line, pos - lineStart));
    flowLevel++;
    if (flowLevel > maxDepth) fail(`exceeded max depth of ${maxDepth}`);
    simpleKeyAllowed = true;
    takeIndicator(kind, 1);
  }

  function fetchFlowEnd(kind: TokenKind): void {
    removeSimpleKey();
    if (flowLevel > 0) {
      flowLevel--;
      const key = simpleKeys.pop();
      if (key !== undefined) forgetKey(key.tokenNumber);
    }
    simpleKeyAllowed = false;
    takeIndicator(kind, 1);
  }

  function fetchBlockEntry(): void {
    if (flowLevel === 0) {
      if (!simpleKeyAllowed) fail('block sequence entries are not allowed in this context');
      rollIndent(pos - lineStart, -1, tokenKind.blockSequenceStart, here());
    }
    removeSimpleKey();
    simpleKeyAllowed = true;
    takeIndicator(tokenKind.blockEntry, 1);
  }

  function fetchKey(): void {
    if (flowLevel === 0) {
      if (!simpleKeyAllowed) fail('mapping keys are not allowed in this context');
      rollIndent(pos - lineStart, -1, tokenKind.blockMappingStart, here());
    }
    removeSimpleKey();
    simpleKeyAllowed = flowLevel === 0;
    takeIndicator(tokenKind.key, 1);
  }

  function fetchValue(): void {
    const key = lastKey();
    if (isKeyValid(key)) {
      insert(key.tokenNumber, tokenKind.key, key);
      rollIndent(key.column, key.tokenNumber, tokenKind.blockMappingStart, key);
      key.possible = false;
      forgetKey(key.tokenNumber);
      simpleKeyAllowed = false;
    } else {
      if (flowLevel === 0) {
        if (!simpleKeyAllowed) fail('mapping values are not allowed in this context');
        rollIndent(pos - lineStart, -1, tokenKind.blockMappingStart, here());
      }
      simpleKeyAllowed = flowLevel === 0;
    }
    takeIndicator(tokenKind.value, 1);
  }

  function fetchAnchor(kind: TokenKind): void {
    saveSimpleKey();
    simpleKeyAllowed = false;
    const start = pos;
    pos++;
    const name = readWord();
    const code = text.charCodeAt(pos);
    // The name ends at a blank or at one of ? : , ] } % @ `
    if (name === '' || !(isBlankOrEnd(code) || code === questionMark || code === colon || code === comma || code === closeBracket || code === closeBrace || code === percent || code === atSign || code === backtick)) {
      fail('did not find expected alphabetic or numeric character');
    }
    add(kind, start, line, name);
  }

  function readWord(): string {
    const start = pos;
    while (isWordCharacter(text.charCodeAt(pos))) pos++;
    return text.slice(start, pos);
  }

  function skipBlanks(): void {
    while (isBlank(text.charCodeAt(pos))) pos++;
  }

  /** Blanks, a comment and the line break after a directive or a block scalar's header. */
  function finishLine(): void {
    skipBlanks();
    if (text.charCodeAt(pos) === hash) while (!isBreakOrEnd(text.charCodeAt(pos))) pos++;
    if (!isBreakOrEnd(text.charCodeAt(pos))) fail('did not find expected comment or line break');
    skipLine();
  }

  function fetchDirective(): void {
    unrollIndent(-1);
    removeSimpleKey();
    simpleKeyAllowed = false;
    const start = pos;
    const startLine = line;
    pos++;
    const name = readWord();
    if (name === '') fail('could not find expected directive name');
    if (!isBlankOrEnd(text.charCodeAt(pos))) fail('found unexpected non-alphabetical character');
    if (name === 'YAML') {
      skipBlanks();
      const major = readVersionNumber();
      if (text.charCodeAt(pos) !== dot) fail("did not find expected digit or '.' character");
      pos++;
      const minor = readVersionNumber();
      add(tokenKind.versionDirective, start, startLine, major, minor);
    } else if (name === 'TAG') {
      skipBlanks();
      const handle = readTagHandle(true);
      if (!isBlank(text.charCodeAt(pos))) fail('did not find expected whitespace');
      skipBlanks();
      const prefix = readTagUri('');
      if (!isBlankOrEnd(text.charCodeAt(pos))) fail('did not find expected whitespace or line break');
      add(tokenKind.tagDirective, start, startLine, handle, prefix);
    } else {
      fail('found unknown directive name');
    }
    finishLine();
  }

  function readVersionNumber(): string {
    const start = pos;
    while (isDigit(text.charCodeAt(pos))) {
      if (pos - start >= 2) fail('found extremely long version number');
      pos++;
    }
    if (pos === start) fail('did not find expected version number');
    return text.slice(start, pos);
  }

  function readTagHandle(isDirective: boolean): string {
    if (text.charCodeAt(pos) !== exclamationMark) fail("did not find expected '!'");
    const start = pos;
    pos++;
    readWord();
    if (text.charCodeAt(pos) === exclamationMark) pos++;
    else if (isDirective && pos - start > 1) fail("did not find expected '!'");
    return text.slice(start, pos);
  }

  function readTagUri(beginning: string): string {
    let uri = beginning.slice(1);
    let isPresent = beginning !== '';
    for (;;) {
      const code = text.charCodeAt(pos);
      if (code === percent) uri += readUriEscape();
      else if (isWordCharacter(code) || (code !== 0 && ";/?:@&=+$,.!~*'()[]".includes(text[pos] as string))) uri += text[pos++];
      else break;
      isPresent = true;
    }
    if (!isPresent) fail('did not find expected tag URI');
    return uri;
  }

  function readUriEscape(): string {
    let width = 0;
    let value = 0;
    for (let count = 0; count === 0 || count < width; count++) {
      const octet = text.charCodeAt(pos) === percent ? hexValue(text, pos + 1, 2) : undefined;
      if (octet === undefined) fail('did not find URI escaped octet');
      if (count === 0) {
        width = octet < 0x80 ? 1 : (octet & 0xe0) === 0xc0 ? 2 : (octet & 0xf0) === 0xe0 ? 3 : (octet & 0xf8) === 0xf0 ? 4 : 0;
        if (width === 0) fail('found an incorrect leading UTF-8 octet');
        value = width === 1 ? octet : octet & (0x7f >> width);
      } else {
        if ((octet & 0xc0) !== 0x80) fail('found an incorrect trailing UTF-8 octet');
        value = (value << 6) | (octet & 0x3f);
      }
      pos += 3;
    }
    return value > 0x10ffff ? '\ufffd' : String.fromCodePoint(value);
  }

  function scanTag(): void {
    const start = pos;
    let handle = '';
    let suffix: string;
    if (text.charCodeAt(pos + 1) === lessThan) {
      pos += 2;
      suffix = readTagUri('');
      if (text.charCodeAt(pos) !== greaterThan) fail("did not find the expected '>'");
      pos++;
    } else {
      handle = readTagHandle(false);
      if (handle.length > 1 && handle.endsWith('!')) {
        suffix = readTagUri('');
      } else {
        suffix = readTagUri(handle);
        handle = '!';
        if (suffix === '') {
          handle = '';
          suffix = '!';
        }
      }
    }
    if (!isBlankOrEnd(text.charCodeAt(pos))) fail('did not find expected whitespace or line break');
    add(tokenKind.tag, start, line, handle, suffix);
  }

  function scanBlockScalar(isLiteral: boolean): void {
    const start = pos;
    const startLine = line;
    pos++;
    let chomping = 0;
    let increment = 0;
    // The chomping and the indentation indicator, in either order.
    for (let seen = 0; seen < 2; seen++) {
      const code = text.charCodeAt(pos);
      if (chomping === 0 && (code === plus || code === dash)) chomping = code === plus ? 1 : -1;
      else if (increment === 0 && isDigit(code)) {
        if (code === zero) fail('found an indentation indicator equal to 0');
        increment = code - zero;
      } else break;
      pos++;
    }
    finishLine();
    let width = increment > 0 ? (indent >= 0 ? indent + increment : increment) : 0;
    let end = pos;
    let endLine = line;

    function readBreaks(): string {
      let breaks = '';
      let widest = 0;
      end = pos;
      endLine = line;
      for (;;) {
        while ((width === 0 || pos - lineStart < width) && text.charCodeAt(pos) === space) pos++;
        if (pos - lineStart > widest) widest = pos - lineStart;
        const code = text.charCodeAt(pos);
        if ((width === 0 || pos - lineStart < width) && code === tab) fail('found a tab character where an indentation space is expected');
        if (!isBreak(code)) break;
        breaks += readLine();
        end = pos;
        endLine = line;
      }
      if (width === 0) width = Math.max(widest, indent + 1, 1);
      return breaks;
    }

    let value = '';
    let leadingBreak = '';
    let isLeadingBlank = false;
    let breaks = readBreaks();
    while (pos - lineStart === width && text.charCodeAt(pos) !== 0) {
      const isBlankLine = isBlank(text.charCodeAt(pos));
      if (!isLiteral && !isLeadingBlank && !isBlankLine && leadingBreak === '\n') {
        if (breaks === '') value += ' ';
      } else {
        value += leadingBreak;
      }
      value += breaks;
      isLeadingBlank = isBlankLine;
      const from = pos;
      while (!isBreakOrEnd(text.charCodeAt(pos))) pos++;
      value += text.slice(from, pos);
      leadingBreak = readLine();
      breaks = readBreaks();
    }
    if (chomping !== -1) value += leadingBreak;
    if (chomping === 1) value += breaks;
    tokens.push({ kind: tokenKind.scalar, start, line: startLine, end, endLine, value, suffix: '', isPlain: false });
  }

  function scanQuotedScalar(isSingle: boolean): void {
    const start = pos;
    const startLine = line;
    const quote = isSingle ? singleQuote : doubleQuote;
    pos++;
    let value = '';
    for (;;) {
      if (isDocumentIndicator()) fail('found unexpected document indicator');
      if (text.charCodeAt(pos) === 0) fail('found unexpected end of stream');
      let hasBreak = false;
      let from = pos;
      for (let code = text.charCodeAt(pos); !isBlankOrEnd(code); code = text.charCodeAt(pos)) {
        if (code === quote) {
          if (!isSingle || text.charCodeAt(pos + 1) !== singleQuote) break;
          value += text.slice(from, pos + 1);
          pos += 2;
          from = pos;
        } else if (code === backslash && !isSingle) {
          value += text.slice(from, pos);
          if (isBreak(text.charCodeAt(pos + 1))) {
            pos++;
            skipLine();
            hasBreak = true;
            from = pos;
            break;
          }
          value += readEscape();
          from = pos;
        } else {
          pos++;
        }
      }
      value += text.slice(from, pos);
      if (text.charCodeAt(pos) === quote) break;
      let blanks = '';
      let leadingBreak = '';
      let breaks = '';
      for (let code = text.charCodeAt(pos); isBlank(code) || isBreak(code); code = text.charCodeAt(pos)) {
        if (isBlank(code)) {
          if (!hasBreak) blanks += text[pos];
          pos++;
        } else if (hasBreak) {
          breaks += readLine();
        } else {
          blanks = '';
          leadingBreak = readLine();
          hasBreak = true;
        }
      }
      value += hasBreak ? fold(leadingBreak, breaks) : blanks;
    }
    pos++;
    add(tokenKind.scalar, start, startLine, value);
  }

  function readEscape(): string {
    const code = text.charCodeAt(pos + 1);
    const simple = escapes.get(code);
    if (simple !== undefined) {
      pos += 2;
      return simple;
    }
    // The letters x, u and U.
    const length = code === 120 ? 2 : code === 117 ? 4 : code === 85 ? 8 : 0;
    if (length === 0) fail('found unknown escape character');
    pos += 2;
    const value = hexValue(text, pos, length);
    if (value === undefined) fail('did not find expected hexdecimal number');
    if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) fail('found invalid Unicode character escape code');
    pos += length;
    return String.fromCodePoint(value);
  }

  function scanPlainScalar(): void {
    const start = pos;
    const startLine = line;
    let end = pos;
    let endLine = line;
    let value = '';
    let blanks = '';
    let leadingBreak = '';
    let breaks = '';
    let hasBreak = false;
    for (;;) {
      if (isDocumentIndicator() || text.charCodeAt(pos) === hash) break;
      const from = pos;
      const stops = flowLevel > 0 ? flowPlainStops : plainStops;
      for (let code = text.charCodeAt(pos); ; code = text.charCodeAt(++pos)) {
        if (code < 128 ? stops[code] === 0 : !isBreak(code)) continue;
        if (code !== colon || isBlankOrEnd(text.charCodeAt(pos + 1))) break;
      }
      if (pos > from) {
        if (hasBreak) value += fold(leadingBreak, breaks);
        else value += blanks;
        leadingBreak = '';
        breaks = '';
        blanks = '';
        hasBreak = false;
        value += text.slice(from, pos);
        end = pos;
        endLine = line;
      }
      const stop = text.charCodeAt(pos);
      if (!isBlank(stop) && !isBreak(stop)) break;
      for (let code = stop; isBlank(code) || isBreak(code); code = text.charCodeAt(pos)) {
        if (isBlank(code)) {
          if (hasBreak && pos - lineStart < indent + 1 && code === tab) fail('found a tab character that violates indentation');
          if (!hasBreak) blanks += text[pos];
          pos++;
        } else if (hasBreak) {
          breaks += readLine();
        } else {
          blanks = '';
          leadingBreak = readLine();
          hasBreak = true;
        }
      }
      if (flowLevel === 0 && pos - lineStart < indent + 1) break;
    }
    tokens.push({ kind: tokenKind.scalar, start, line: startLine, end, endLine, value, suffix: '', isPlain: true });
    if (hasBreak) simpleKeyAllowed = true;
  }

  function peek(): Token {
    if (!isAvailable) {
      for (;;) {
        if (head !== tokens.length) {
          const index = keysByToken[tokensParsed] ?? -1;
          const key = index < 0 ? undefined : simpleKeys[index];
          if (key === undefined || !isKeyValid(key)) break;
        } else if (head > 0) {
          tokens = [];
          head = 0;
        }
        if (isEnded) break;
        fetchNextToken();
      }
      isAvailable = true;
    }
    return tokens[head] as Token;
  }

  function skip(): void {
    const token = peek();
    isAvailable = false;
    if (token.kind === tokenKind.streamEnd) {
      isEnded = true;
      isAvailable = true;
      return;
    }
    head++;
    tokensParsed++;
  }

  return { peek, skip };
}

/** For ASCII: 1 where a plain scalar may end. */
const plainStops = new Uint8Array(128);
for (const character of '\0\t\n\r :') plainStops[character.charCodeAt(0)] = 1;
/** The same within brackets and braces. */
const flowPlainStops = plainStops.slice();
for (const character of ',?[]{}') flowPlainStops[character.charCodeAt(0)] = 1;

const escapes = new Map<number, string>([
  [48, '\0'],
  [97, '\x07'],
  [98, '\b'],
  [116, '\t'],
  [9, '\t'],
  [110, '\n'],
  [118, '\v'],
  [102, '\f'],
  [114, '\r'],
  [101, '\x1b'],
  [32, ' '],
  [34, '"'],
  [39, "'"],
  [92, '\\'],
  [78, '\u0085'],
  [95, '\u00a0'],
  [76, '\u2028'],
  [80, '\u2029'],
]);

function noKey(tokenNumber: number, offset: number, line: number, column: number): SimpleKey {
  return { possible: false, required: false, tokenNumber, offset, line, column };
}

/** Line breaks inside a scalar: one becomes a space, of several the first vanishes. */
function fold(leadingBreak: string, breaks: string): string {
  if (leadingBreak === '\n') return breaks === '' ? ' ' : breaks;
  return leadingBreak + breaks;
}

function hexValue(text: string, at: number, length: number): number | undefined {
  const digits = text.slice(at, at + length);
  return /^[0-9a-fA-F]+$/.test(digits) && digits.length === length ? Number.parseInt(digits, 16) : undefined;
}

/** Where the piece of input begins that holds the character at `index`, as an index into the text. */
function chunkStart(text: string, index: number): number {
  let bytes = 0;
  let start = 0;
  for (let at = 0; at < index; at++) {
    const code = text.charCodeAt(at);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code >= 0xd800 && code <= 0xdfff ? 2 : 3;
    if (bytes >= readerChunkBytes) {
      bytes -= readerChunkBytes;
      start = at + 1;
    }
  }
  return start;
}
