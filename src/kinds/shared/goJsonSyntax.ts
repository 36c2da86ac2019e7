// What Go says about JSON text that does not parse into an object. Source: encoding/json/scanner.go, decode.go
/** The error of json.Unmarshal into a map[string]interface{}, or undefined when there is none. The text is bytes. */
export function jsonObjectError(bytes: readonly number[]): string | undefined {
  const problem = jsonSyntaxError(bytes);
  if (problem !== undefined) return problem;
  const first = bytes.find((byte) => !isSpace(byte));
  switch (String.fromCharCode(first as number)) {
    case '{':
    case 'n':
      return undefined;
    case '[':
      return 'json: cannot unmarshal array into Go value of type map[string]interface {}';
    case '"':
      return 'json: cannot unmarshal string into Go value of type map[string]interface {}';
    case 't':
    case 'f':
      return 'json: cannot unmarshal bool into Go value of type map[string]interface {}';
    default:
      return 'json: cannot unmarshal number into Go value of type map[string]interface {}';
  }
}

/** What is wrong with the text as such, or undefined. */
export function jsonSyntaxError(bytes: readonly number[]): string | undefined {
  const scanner = { bytes, at: 0 };
  return scanValue(scanner) ?? scanEnd(scanner);
}

interface Scanner {
  readonly bytes: readonly number[];
  at: number;
}

const END = 'unexpected end of JSON input';
/** Not a message: the value is read to its end. */
const DONE = '';
const MAX_DEPTH = 10000;
const code = (character: string): number => character.charCodeAt(0);
const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
const closing = (byte: number): number => code(byte === code('{') ? '}' : ']');
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

function skipSpace(scanner: Scanner): number | undefined {
  while (isSpace(scanner.bytes[scanner.at])) scanner.at++;
  return scanner.bytes[scanner.at];
}

/** A byte as Go quotes it in these messages. Source: quoteChar */
function quoted(byte: number): string {
  if (byte === 0x27) return "'\\''";
  if (byte === 0x22) return "'\"'";
  const escapes: Record<number, string> = { 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 0x5c: '\\\\' };
  const escape = escapes[byte];
  if (escape !== undefined) return `'${escape}'`;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, '0')}'`;
  if ((byte >= 0x80 && byte <= 0xa0) || byte === 0xad) return `'\\u${byte.toString(16).padStart(4, '0')}'`;
  return `'${String.fromCharCode(byte)}'`;
}

function unexpected(byte: number | undefined, where: string): string {
  return byte === undefined ? END : `invalid character ${quoted(byte)} ${where}`;
}

function scanEnd(scanner: Scanner): string | undefined {
  const byte = skipSpace(scanner);
  return byte === undefined ? undefined : unexpected(byte, 'after top-level value');
}

/** Reads one value; what is open is kept in a list of its own, since text may nest deeper than calls can. */
function scanValue(scanner: Scanner): string | undefined {
  const open: number[] = [];
  for (;;) {
    const problem = scanStart(scanner, open) ?? scanContinuation(scanner, open);
    if (problem === DONE) return undefined;
    if (problem !== undefined) return problem;
  }
}

/** Reads a scalar or an empty object or array as a whole; of any other, everything before its first value. */
function scanStart(scanner: Scanner, open: number[]): string | undefined {
  for (;;) {
    const byte = skipSpace(scanner);
    if (byte !== code('{') && byte !== code('[')) return scanScalar(scanner, byte);
    if (open.length === MAX_DEPTH) return unexpected(byte, 'exceeded max depth');
    scanner.at++;
    if (skipSpace(scanner) === closing(byte)) {
      scanner.at++;
      return undefined;
    }
    open.push(byte);
    const problem = byte === code('{') ? scanKey(scanner) : undefined;
    if (problem !== undefined) return problem;
  }
}

/** Reads on behind a value: what closes, and the comma (and key) before the next; DONE when nothing is open any more. */
function scanContinuation(scanner: Scanner, open: number[]): string | undefined {
  for (;;) {
    const inside = open.at(-1);
    if (inside === undefined) return DONE;
    const byte = skipSpace(scanner);
    if (byte === closing(inside)) {
      scanner.at++;
      open.pop();
      continue;
    }
    if (byte !== code(',')) return unexpected(byte, inside === code('{') ? 'after object key:value pair' : 'after array element');
    scanner.at++;
    return inside === code('{') ? scanKey(scanner) : undefined;
  }
}

function scanKey(scanner: Scanner): string | undefined {
  const start = skipSpace(scanner);
  if (start !== code('"')) return unexpected(start, 'looking for beginning of object key string');
  const problem = scanString(scanner);
  if (problem !== undefined) return problem;
  const colon = skipSpace(scanner);
  if (colon !== code(':')) return unexpected(colon, 'after object key');
  scanner.at++;
  return undefined;
}

function scanScalar(scanner: Scanner, byte: number | undefined): string | undefined {
  if (byte === undefined) return END;
  if (byte === code('"')) return scanString(scanner);
  if (byte === code('-') || isDigit(byte)) return scanNumber(scanner);
  if (byte === code('t')) return scanLiteral(scanner, 'true');
  if (byte === code('f')) return scanLiteral(scanner, 'false');
  if (byte === code('n')) return scanLiteral(scanner, 'null');
  return unexpected(byte, 'looking for beginning of value');
}

function scanString(scanner: Scanner): string | undefined {
  for (scanner.at++; ; scanner.at++) {
    const byte = scanner.bytes[scanner.at];
    if (byte === undefined) return END;
    if (byte === code('"')) {
      scanner.at++;
      return undefined;
    }
    if (byte < 0x20) return unexpected(byte, 'in string literal');
    if (byte !== code('\\')) continue;
    const escaped = scanner.bytes[++scanner.at];
    if (escaped === undefined) return END;
    if (escaped === code('u')) {
      for (let count = 0; count < 4; count++) {
        const digit = scanner.bytes[++scanner.at];
        if (digit === undefined) return END;
        if (!/[0-9a-fA-F]/.test(String.fromCharCode(digit))) return unexpected(digit, 'in \\u hexadecimal character escape');
      }
    } else if (!'bfnrt\\/"'.includes(String.fromCharCode(escaped))) return unexpected(escaped, 'in string escape code');
  }
}

function scanNumber(scanner: Scanner): string | undefined {
  const { bytes } = scanner;
  if (bytes[scanner.at] === code('-') && !isDigit(bytes[++scanner.at])) return unexpected(bytes[scanner.at], 'in numeric literal');
  if (bytes[scanner.at] === code('0')) scanner.at++;
  else while (isDigit(bytes[scanner.at])) scanner.at++;
  if (bytes[scanner.at] === code('.')) {
    if (!isDigit(bytes[++scanner.at])) return unexpected(bytes[scanner.at], 'after decimal point in numeric literal');
    while (isDigit(bytes[scanner.at])) scanner.at++;
  }
  if (bytes[scanner.at] === code('e') || bytes[scanner.at] === code('E')) {
    scanner.at++;
    if (bytes[scanner.at] === code('+') || bytes[scanner.at] === code('-')) scanner.at++;
    if (!isDigit(bytes[scanner.at])) return unexpected(bytes[scanner.at], 'in exponent of numeric literal');
    while (isDigit(bytes[scanner.at])) scanner.at++;
  }
  return undefined;
}

function scanLiteral(scanner: Scanner, word: string): string | undefined {
  scanner.at++;
  for (let index = 1; index < word.length; index++, scanner.at++) {
    const byte = scanner.bytes[scanner.at];
    if (byte !== code(word[index] as string)) return unexpected(byte, `in literal ${word} (expecting '${word[index]}')`);
  }
  return undefined;
}
