// CEL text to a syntax tree; macros are expanded on the way.
// Source: google/cel-go parser/parser.go, parser/macro.go, parser/unescape.go

import { utf8Bytes } from '../util/utf8.js';
import type { CelExpression, CelIssue, CelMapEntry, CelStructField } from './celExpression.js';
import type { CelValue } from './celValue.js';
import { isInt64, isUint64 } from './celValue.js';
import { tokenize, type CelToken } from './lexer.js';
import { expandMacro, type MacroBuilder } from './macros.js';
import { DEPTH_ISSUE, MAX_DEPTH, syntaxIssues } from './syntaxIssues.js';

const reservedIdentifiers: ReadonlySet<string> = new Set([
  'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while',
]);
const relationOperators: ReadonlySet<string> = new Set(['<', '<=', '>=', '>', '==', '!=', 'in']);
const multiplyOperators: ReadonlySet<string> = new Set(['*', '/', '%']);

/** Thrown where the text stops being CEL; the caller then asks for the full list of syntax errors. */
const syntaxFailure = Symbol('syntax failure');
const depthFailure = Symbol('depth failure');
const heightFailure = Symbol('height failure');

/** The tree of an expression, or what is wrong with the text. */
export function parseCel(text: string): { expression: CelExpression; issues?: undefined } | { expression?: undefined; issues: CelIssue[] } {
  if (Array.from(text).length > 100_000) return { issues: [{ offset: -1, message: `expression code point size exceeds limit: size: ${Array.from(text).length}, limit 100000` }] };
  const { tokens, issues } = tokenize(text);
  const parser = createParser(tokens);
  try {
    const expression = parser.parse();
    if (issues.length > 0) return { issues: [...issues, ...syntaxIssues(tokens, text)] };
    if (parser.issues.length > 0) return { issues: parser.issues };
    return { expression };
  } catch (failure) {
    if (failure === depthFailure) return { issues: [DEPTH_ISSUE] };
    if (failure === heightFailure) return { issues: [...parser.issues, { offset: -1, message: 'max recursion depth exceeded' }] };
    if (failure !== syntaxFailure) throw failure;
    const found = [...issues, ...syntaxIssues(tokens, text)];
    return { issues: found.length > 0 ? found : [{ offset: 0, message: 'Syntax error: invalid expression' }] };
  }
}

function createParser(tokens: readonly CelToken[]): { parse: () => CelExpression; issues: CelIssue[] } {
  let index = 0;
  let nextId = 1;
  let depth = 0;
  /** Of what was read last: how many operators, selections, indexes and conditionals stand one within the other. */
  let height = 0;
  const issues: CelIssue[] = [];
  const peek = (): CelToken => tokens[index]!;
  const peekType = (ahead = 0): string => tokens[Math.min(index + ahead, tokens.length - 1)]!.type;
  const take = (): CelToken => tokens[index++]!;
  const expect = (type: string): CelToken => {
    if (peekType() !== type) throw syntaxFailure;
    return take();
  };
  const report = (offset: number, message: string): CelExpression => {
    issues.push({ offset, message });
    return literal(offset, null);
  };
  const literal = (offset: number, value: CelValue): CelExpression => ({ kind: 'literal', id: nextId++, offset, value });
  /** Reads one part more of something; it is as high as its highest part. */
  const part = (read: () => CelExpression, added = 0): CelExpression => {
    const before = height;
    const expression = read();
    height = added + Math.max(before, height);
    return expression;
  };
  const call = (offset: number, name: string, ...args: CelExpression[]): CelExpression => ({ kind: 'call', id: nextId++, offset, function: name, target: undefined, args });

  /** A call by name, or what the macro of that name makes of it. */
  const callOrMacro = (offset: number, name: string, target: CelExpression | undefined, args: CelExpression[]): CelExpression => {
    const builder: MacroBuilder = { newId: () => nextId++, offset };
    const expanded = expandMacro(builder, name, target, args);
    if (expanded === undefined) return { kind: 'call', id: nextId++, offset, function: name, target, args };
    return 'message' in expanded ? report(expanded.offset, expanded.message) : expanded;
  };

  const expression = (): CelExpression => {
    if (++depth > MAX_DEPTH) throw depthFailure;
    const condition = logical('||', '_||_', () => logical('&&', '_&&_', relation));
    let result = condition;
    if (peekType() === '?') {
      const { offset } = take();
      const whenTrue = part(() => logical('||', '_||_', () => logical('&&', '_&&_', relation)));
      expect(':');
      result = call(offset, '_?_:_', condition, whenTrue, part(expression, 1));
    }
    depth--;
    return result;
  };

  const logical = (operator: string, name: string, operand: () => CelExpression): CelExpression => {
    const first = operand();
    if (peekType() !== operator) return first;
    const terms = [first];
    const offsets: number[] = [];
    while (peekType() === operator) {
      offsets.push(take().offset);
      terms.push(part(operand));
    }
    const balanced = (low: number, high: number): CelExpression => {
      const middle = Math.floor((low + high + 1) / 2);
      const left = middle === low ? terms[middle]! : balanced(low, middle - 1);
      const right = middle === high ? terms[middle + 1]! : balanced(middle + 1, high);
      return call(offsets[middle]!, name, left, right);
    };
    return balanced(0, offsets.length - 1);
  };

  const relation = (): CelExpression => {
    let left = sum();
    while (relationOperators.has(peekType())) {
      const { type, offset } = take();
      left = call(offset, type === 'in' ? '@in' : `_${type}_`, left, part(sum, 1));
    }
    return left;
  };
  const sum = (): CelExpression => {
    let left = product();
    while (peekType() === '+' || peekType() === '-') {
      const { type, offset } = take();
      left = call(offset, `_${type}_`, left, part(product, 1));
    }
    return left;
  };
  const product = (): CelExpression => {
    let left = unary();
    while (multiplyOperators.has(peekType())) {
      const { type, offset } = take();
      left = call(offset, `_${type}_`, left, part(unary, 1));
    }
    return left;
  };

  const unary = (): CelExpression => {
    const type = peekType();
    if (type === '!' || (type === '-' && !startsNegativeLiteral())) {
      const { offset } = peek();
      let count = 0;
      while (peekType() === type) { take(); count++; }
      const operand = member();
      return count % 2 === 0 ? operand : call(offset, type === '!' ? '!_' : '-_', operand);
    }
    return member();
  };
  const startsNegativeLiteral = (): boolean => peekType(1) === 'NUM_INT' || peekType(1) === 'NUM_FLOAT';

  const escapedName = (): string => {
    const { type, text } = take();
    if (type === 'IDENTIFIER') return text;
    if (type === 'ESC_IDENTIFIER') {
      report(tokens[index - 1]!.offset, "unsupported syntax: '`'");
      return text.slice(1, -1);
    }
    throw syntaxFailure;
  };

  const member = (): CelExpression => {
    let operand = primary();
    for (;;) {
      const type = peekType();
      if (type === '.') {
        const dot = take();
        const below = height;
        if (peekType() === '?') {
          take();
          const nameOffset = peek().offset;
          operand = call(dot.offset, '_?._', operand, literal(nameOffset, escapedName()));
        } else if (peekType() === 'IDENTIFIER' && peekType(1) === '(') {
          const name = take().text;
          const open = take();
          operand = callOrMacro(open.offset, name, operand, argumentsUpTo(')'));
        } else {
          const field = escapedName();
          operand = { kind: 'select', id: nextId++, offset: dot.offset, operand, field, testOnly: false };
        }
        height = 1 + Math.max(below, height);
      } else if (type === '[') {
        const open = take();
        const isOptional = peekType() === '?';
        if (isOptional) take();
        const position = part(expression, 1);
        expect(']');
        operand = call(open.offset, isOptional ? '_[?_]' : '_[_]', operand, position);
      } else return operand;
    }
  };

  const argumentsUpTo = (close: string): CelExpression[] => {
    const args: CelExpression[] = [];
    height = 0;
    if (peekType() === close) { take(); return args; }
    for (;;) {
      args.push(part(expression));
      if (peekType() === ',') { take(); continue; }
      expect(close);
      return args;
    }
  };

  const primary = (): CelExpression => {
    const token = peek();
    switch (token.type) {
      case '(': {
        take();
        const inner = expression();
        expect(')');
        return inner;
      }
      case '[': return listLiteral();
      case '{': return mapLiteral();
      case '.':
      case 'IDENTIFIER': return identifierOrMessage();
      default: return constant();
    }
  };

  const listLiteral = (): CelExpression => {
    const { offset } = take();
    const elements: CelExpression[] = [];
    height = 0;
    const optionalIndices = new Set<number>();
    while (peekType() !== ']') {
      if (peekType() === ',' && elements.length === 0 && peekType(1) === ']') { take(); break; }
      if (peekType() === '?') { take(); optionalIndices.add(elements.length); }
      elements.push(part(expression));
      if (peekType() === ',') take(); else break;
    }
    expect(']');
    return { kind: 'list', id: nextId++, offset, elements, optionalIndices };
  };

  const mapLiteral = (): CelExpression => {
    const { offset } = take();
    const entries: CelMapEntry[] = [];
    height = 0;
    while (peekType() !== '}') {
      if (peekType() === ',' && entries.length === 0 && peekType(1) === '}') { take(); break; }
      const optional = peekType() === '?';
      if (optional) take();
      const key = part(expression);
      expect(':');
      entries.push({ key, value: part(expression), optional });
      if (peekType() === ',') take(); else break;
    }
    expect('}');
    return { kind: 'map', id: nextId++, offset, entries };
  };

  const identifierOrMessage = (): CelExpression => {
    const start = peek().offset;
    const leadingDot = peekType() === '.';
    if (leadingDot) take();
    const first = expect('IDENTIFIER');
    const prefix = leadingDot ? '.' : '';
    let ahead = 0;
    while (peekType(ahead) === '.' && peekType(ahead + 1) === 'IDENTIFIER') ahead += 2;
    if (peekType(ahead) === '{') {
      let typeName = prefix + first.text;
      for (; ahead > 0; ahead -= 2) { take(); typeName += `.${take().text}`; }
      return messageLiteral(typeName);
    }
    const reserved = reservedIdentifiers.has(first.text) ? report(start, `reserved identifier: ${first.text}`) : undefined;
    if (peekType() === '(') {
      const open = take();
      if (reserved !== undefined) { argumentsUpTo(')'); return reserved; }
      return callOrMacro(open.offset, prefix + first.text, undefined, argumentsUpTo(')'));
    }
    height = 0;
    return reserved ?? { kind: 'ident', id: nextId++, offset: first.offset, name: prefix + first.text };
  };

  const messageLiteral = (typeName: string): CelExpression => {
    const { offset } = expect('{');
    const fields: CelStructField[] = [];
    height = 0;
    while (peekType() !== '}') {
      if (peekType() === ',' && fields.length === 0 && peekType(1) === '}') { take(); break; }
      const optional = peekType() === '?';
      if (optional) take();
      const name = escapedName();
      const colon = expect(':');
      fields.push({ id: nextId++, offset: colon.offset, name, value: part(expression), optional });
      if (peekType() === ',') take(); else break;
    }
    expect('}');
    return { kind: 'struct', id: nextId++, offset, typeName, fields };
  };

  const constant = (): CelExpression => {
    height = 0;
    const { offset } = peek();
    let sign = '';
    if (peekType() === '-') { take(); sign = '-'; }
    const { type, text } = take();
    switch (type) {
      case 'NUM_INT': {
        const value = BigInt(text) * (sign === '' ? 1n : -1n);
        return isInt64(value) ? literal(offset, value) : report(offset, 'invalid int literal');
      }
      case 'NUM_FLOAT': {
        const value = Number(sign + text);
        return Number.isFinite(value) ? literal(offset, value) : report(offset, 'invalid double literal');
      }
      default: if (sign !== '') throw syntaxFailure;
    }
    switch (type) {
      case 'NUM_UINT': {
        const value = BigInt(text.slice(0, -1));
        return isUint64(value) ? literal(offset, { tag: 'uint', value }) : report(offset, 'invalid uint literal');
      }
      case 'STRING': {
        const unquoted = unquote(text, false);
        return typeof unquoted === 'string' ? literal(offset, unquoted) : report(offset, unquoted.problem);
      }
      case 'BYTES': {
        const unquoted = unquote(text.slice(1), true);
        return typeof unquoted === 'string'
          ? literal(offset, { tag: 'bytes', value: Uint8Array.from(unquoted, (character) => character.charCodeAt(0)) })
          : report(offset, unquoted.problem);
      }
      case 'true': return literal(offset, true);
      case 'false': return literal(offset, false);
      case 'null': return literal(offset, null);
      default: throw syntaxFailure;
    }
  };

  const parse = (): CelExpression => {
    const result = expression();
    expect('<EOF>');
    if (height > MAX_DEPTH) throw heightFailure;
    return result;
  };
  return { parse, issues };
}

const simpleEscapes: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', "'": "'", '"': '"', '`': '`', '?': '?' };

/** The text inside a string literal; for bytes each character of the result is one byte. */
function unquote(literalText: string, isBytes: boolean): string | { problem: string } {
  let text = literalText;
  const isRaw = text[0] === 'r' || text[0] === 'R';
  if (isRaw) text = text.slice(1);
  const quoteLength = text.length >= 6 && (text.startsWith('"""') || text.startsWith("'''")) ? 3 : 1;
  const body = text.slice(quoteLength, -quoteLength).replace(/\r\n?/g, '\n');
  const encode = (piece: string): string => (isBytes ? Array.from(utf8Bytes(piece), (byte) => String.fromCharCode(byte)).join('') : piece);
  if (isRaw || !body.includes('\\')) return encode(body);
  let problem: string | undefined;
  const unescaped = body.replace(/\\([abfnrtv\\'"`?]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})|[^\\]+/g, (whole, escape: string | undefined) => {
    if (escape === undefined) return encode(whole);
    const known = simpleEscapes[escape];
    if (known !== undefined && escape.length === 1) return known;
    const isByte = escape[0] === 'x' || escape[0] === 'X' || (escape[0]! >= '0' && escape[0]! <= '3');
    const code = escape[0]! >= '0' && escape[0]! <= '3' ? Number.parseInt(escape, 8) : Number.parseInt(escape.slice(1), 16);
    if (isByte) return String.fromCharCode(code);
    if (isBytes) { problem = 'unable to unescape string'; return ''; }
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) { problem = 'invalid unicode code point'; return ''; }
    return String.fromCodePoint(code);
  });
  return problem === undefined ? unescaped : { problem };
}
