// What a plain YAML scalar means to kubectl: neither YAML 1.1 nor 1.2 but the dialect of its Go decoder.
// Source: vendor/go.yaml.in/yaml/v2/resolve.go (resolve)

/** A value that a scalar can stand for. Integers beyond 2^53 become the nearest double. */
export type ScalarValue = string | number | boolean | null;

const words = new Map<string, ScalarValue>([
  ['', null],
  ['~', null],
  ['null', null],
  ['Null', null],
  ['NULL', null],
]);
for (const word of ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']) words.set(word, true);
for (const word of ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']) words.set(word, false);
for (const word of ['.nan', '.NaN', '.NAN']) words.set(word, Number.NaN);
for (const word of ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']) words.set(word, Number.POSITIVE_INFINITY);
for (const word of ['-.inf', '-.Inf', '-.INF']) words.set(word, Number.NEGATIVE_INFINITY);

const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const dottedFloat = /^\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?$/;
const integer = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
const maxUint64 = 18446744073709551615n;
const minInt64 = -9223372036854775808n;

/** The value of an unquoted scalar without a tag; may be NaN or infinite, which JSON then refuses. */
export function plainScalar(text: string): ScalarValue {
  const first = text.length === 0 ? 0 : text.charCodeAt(0);
  // Digits and signs begin numbers, a dot a float; only a few letters and ~ begin a word with a meaning.
  if ((first >= 48 && first <= 57) || first === 43 || first === 45) {
    const special = words.get(text);
    return special === undefined ? number(text) : special;
  }
  if (text.length > 5) return first === 46 ? dotted(text) : text;
  const special = words.get(text);
  if (special !== undefined) return special;
  return first === 46 ? dotted(text) : text;
}

/** True when an integer, not a float, is meant (their keys and tags differ). */
export function isIntegerText(text: string): boolean {
  return parseInteger(text.includes('_') ? text.replaceAll('_', '') : text) !== undefined;
}

function number(text: string): ScalarValue {
  // The common case: a short decimal integer.
  if (text.length < 16) {
    let value = 0;
    let at = 0;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code < 48 || code > 57) break;
      value = value * 10 + code - 48;
    }
    if (at === text.length && (text.charCodeAt(0) !== 48 || at === 1)) return value;
  }
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  const whole = parseInteger(plain);
  if (whole !== undefined) return whole;
  if (!float.test(plain)) return text;
  const value = Number(plain);
  return Number.isFinite(value) ? value + 0 : text;
}

function parseInteger(plain: string): number | undefined {
  const match = integer.exec(plain);
  if (match === null) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const digits = hex ?? binary ?? octal ?? decimal ?? '0';
  const base = hex !== undefined ? 16 : binary !== undefined ? 2 : octal !== undefined ? 8 : 10;
  const size = Number.parseInt(digits, base);
  if (size <= Number.MAX_SAFE_INTEGER) return sign === '-' ? 0 - size : size;
  const exact = BigInt(base === 16 ? `0x${digits}` : base === 2 ? `0b${digits}` : base === 8 ? `0o${digits}` : digits);
  // An unsigned number may not carry a sign; beyond both ranges only the decimal forms go on to be floats.
  if (sign === '-' ? -exact < minInt64 : exact > (sign === '+' ? -minInt64 - 1n : maxUint64)) return undefined;
  return sign === '-' ? -Number(exact) : Number(exact);
}

function dotted(text: string): ScalarValue {
  if (!dottedFloat.test(text)) return text;
  const value = Number(text.replaceAll('_', ''));
  return Number.isFinite(value) ? value : text;
}

/** A float as a map key: the shortest text that a 32-bit float needs, as strconv.FormatFloat(f, 'g', -1, 32) writes it. */
export function floatKey(value: number): string {
  const narrow = Math.fround(value);
  if (Number.isNaN(narrow)) return '.nan';
  if (!Number.isFinite(narrow)) return narrow > 0 ? '.inf' : '-.inf';
  if (narrow === 0) return '0';
  let digits = '';
  let exponent = 0;
  for (let precision = 0; precision < 10; precision++) {
    const [mantissa = '', power = '0'] = narrow.toExponential(precision).split('e');
    if (Math.fround(Number(`${mantissa}e${power}`)) !== narrow) continue;
    digits = mantissa.replace(/[-.]/g, '');
    exponent = Number(power);
    break;
  }
  digits = digits.replace(/0+$/, '') || '0';
  const sign = narrow < 0 ? '-' : '';
  if (exponent < -4 || exponent >= 6) {
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0');
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}
