// Quantities ('100m', '1.5Gi'): exact values, canonical text, arithmetic.
// Source: apimachinery/pkg/api/resource/{quantity,suffix}.go (ParseQuantity, CanonicalizeBytes)

/** The family of suffixes a quantity is written in. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** A parsed quantity. */
export interface ParsedQuantity {
  /** The exact value in units of 10^-9. */
  readonly nano: bigint;
  /** In thousandths, rounded up. Invariant: a safe integer; larger values are capped. */
  readonly milli: number;
  /** In whole units, rounded up. Invariant: a safe integer; larger values are capped. */
  readonly value: number;
  /** True when it is a whole number of thousandths. */
  readonly isWholeMilli: boolean;
  readonly format: QuantityFormat;
  /** The canonical text, as the API server returns it. */
  readonly text: string;
}

const NANO = 1_000_000_000n;
const NANO_PER_MILLI = 1_000_000n;
const MAX_NANO = (2n ** 63n - 1n) * NANO;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const FORMAT_ERROR = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX_ERROR = "unable to parse quantity's suffix";
const NUMBER_ERROR = 'unable to parse numeric part of quantity';
const DECIMAL_EXPONENTS: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY_EXPONENTS: Record<string, number> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

const MAX_CACHED = 100_000;
const parsed = new Map<string, ParsedQuantity | string>();

/** The quantity, or the server's error text when it is none. Results are remembered. */
export function parseQuantity(text: string): ParsedQuantity | string {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const result = parse(text);
  if (parsed.size >= MAX_CACHED) parsed.clear();
  parsed.set(text, result);
  return result;
}

function parse(original: string): ParsedQuantity | string {
  const text = original.trim();
  if (text === '') return FORMAT_ERROR;
  const match = /^([+-]?)([0-9]*)(?:(\.)([0-9]*))?([eEinumkKMGTP]*)([-+]?[0-9]*)$/.exec(text);
  if (match === null) return FORMAT_ERROR;
  const sign = match[1] as string;
  const whole = (match[2] as string).replace(/^0+/, '');
  const fraction = match[4] ?? '';
  const suffix = (match[5] as string) + (match[6] as string);
  let format: QuantityFormat;
  let scale10 = 0;
  let scale2 = 0;
  if (suffix in BINARY_EXPONENTS) {
    format = 'BinarySI';
    scale2 = BINARY_EXPONENTS[suffix] as number;
  } else if (suffix in DECIMAL_EXPONENTS) {
    format = 'DecimalSI';
    scale10 = DECIMAL_EXPONENTS[suffix] as number;
  } else if (/^[eE][-+]?[0-9]+$/.test(suffix)) {
    format = 'DecimalExponent';
    scale10 = Number(suffix.slice(1));
    if (!Number.isSafeInteger(scale10) || Math.abs(scale10) > 0x7fffffff) return SUFFIX_ERROR;
  } else return SUFFIX_ERROR;
  const digits = whole + fraction;
  if (digits === '' && match[2] === '' && match[3] === '.') return NUMBER_ERROR;
  const nano = exactNano(BigInt(digits === '' ? '0' : digits), scale10 - fraction.length, scale2);
  const signed = sign === '-' ? -nano : nano;
  const keepsText = isCanonicalAsWritten({ format, digits, fraction, scale10: scale10 - fraction.length });
  const milli = divideUp(signed, NANO_PER_MILLI);
  return {
    nano: signed, milli: toSafe(milli), value: toSafe(divideUp(signed, NANO)), isWholeMilli: milli * NANO_PER_MILLI === signed,
    format, text: keepsText ? text : render(signed, format),
  };
}

/** digits · 10^scale10 · 2^scale2 in nano units, rounded away from zero, capped at the largest int64. */
function exactNano(digits: bigint, scale10: number, scale2: number): bigint {
  if (digits === 0n) return 0n;
  const exponent = scale10 + 9;
  if (exponent > 60) return MAX_NANO;
  if (exponent < -400) return 1n;
  const numerator = (digits << BigInt(scale2)) * (exponent >= 0 ? 10n ** BigInt(exponent) : 1n);
  const nano = exponent >= 0 ? numerator : divideUp(numerator, 10n ** BigInt(-exponent));
  return nano > MAX_NANO ? MAX_NANO : nano;
}

function divideUp(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return quotient * b === a ? quotient : a < 0n ? quotient - 1n : quotient + 1n;
}

/** ParseQuantity keeps the written text when its fast path takes the number and nothing could be shortened. */
function isCanonicalAsWritten({ format, digits, fraction, scale10 }: { format: QuantityFormat; digits: string; fraction: string; scale10: number }): boolean {
  const precision = digits.length;
  if (precision === 0 || precision > 18) return false;
  if (format === 'BinarySI') return fraction === '' && (BigInt(digits) & 7n) !== 0n;
  if (scale10 < -9 || scale10 > 18 || precision + Math.max(scale10, 0) > 18) return false;
  return scale10 % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

function render(nano: bigint, format: QuantityFormat): string {
  if (nano === 0n) return '0';
  if (format === 'BinarySI') {
    const size = nano < 0n ? -nano : nano;
    if (size >= 1024n * NANO && size % NANO === 0n) {
      const { value, step } = shorten(nano / NANO, 1024, 6);
      return `${value}${BINARY_SUFFIXES[step]}`;
    }
  }
  const { value, step } = shorten(nano, 1000, format === 'DecimalExponent' ? Infinity : 9);
  if (format !== 'DecimalExponent') return `${value}${DECIMAL_SUFFIXES[step]}`;
  const exponent = 3 * step - 9;
  return exponent === 0 ? `${value}` : `${value}e${exponent}`;
}

/** Divides by the base while nothing is lost, so many times at most. The value must not be 0. */
function shorten(exact: bigint, base: number, most: number): { value: bigint | number; step: number } {
  let step = 0;
  let value = exact;
  while (value > MAX_SAFE || value < -MAX_SAFE) {
    if (step === most || value % BigInt(base) !== 0n) return { value, step };
    value /= BigInt(base);
    step++;
  }
  let small = Number(value);
  while (step < most && small % base === 0) {
    small /= base;
    step++;
  }
  return { value: small, step };
}

/** The quantity of these units in its canonical text. */
export function formatNano(nano: bigint, format: QuantityFormat = 'DecimalSI'): string {
  return render(nano, format);
}

/** Canonical text of a number of thousandths: 1500 → '1500m', 2000 → '2'. */
export function formatMilli(milli: number | bigint, format: QuantityFormat = 'DecimalSI'): string {
  return render(BigInt(milli) * NANO_PER_MILLI, format);
}

/** Canonical text of a whole number, in bytes as a rule: 1073741824 → '1Gi' when `format` is BinarySI. */
export function formatValue(value: number | bigint, format: QuantityFormat = 'DecimalSI'): string {
  return render(BigInt(value) * NANO, format);
}

/** The exact value in nano units; 0 for absent or malformed text, which validation has refused before. */
export function quantityNano(text: string | undefined): bigint {
  if (text === undefined) return 0n;
  const result = parseQuantity(text);
  return typeof result === 'string' ? 0n : result.nano;
}

/** `value` of the quantity; 0 for absent or malformed text. */
export function quantityValue(text: string | undefined): number {
  if (text === undefined) return 0;
  const result = parseQuantity(text);
  return typeof result === 'string' ? 0 : result.value;
}

/** `milli` of the quantity; 0 for absent or malformed text. */
export function quantityMilli(text: string | undefined): number {
  if (text === undefined) return 0;
  const result = parseQuantity(text);
  return typeof result === 'string' ? 0 : result.milli;
}

function toSafe(value: bigint): number {
  const number = Number(value);
  return Math.min(Math.max(number, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** Numeric order of two quantities, whatever their families. */
export function compareQuantities(a: string, b: string): number {
  const first = quantityNano(a);
  const second = quantityNano(b);
  return first < second ? -1 : first > second ? 1 : 0;
}

/** The sum in canonical text; the family is the first one's unless the first is zero. Source: resource.Quantity.Add */
export function addQuantities(a: string, b: string): string {
  return combine(a, b, 1n);
}

/** The difference in canonical text. */
export function subtractQuantities(a: string, b: string): string {
  return combine(a, b, -1n);
}

function combine(a: string, b: string, sign: bigint): string {
  const left = parseQuantity(a);
  const right = parseQuantity(b);
  if (typeof left === 'string' || typeof right === 'string') return typeof left === 'string' ? b : a;
  return render(left.nano + sign * right.nano, left.nano === 0n ? right.format : left.format);
}

/** Rounds up to thousandths, as the defaults of resource lists do. Source: pkg/apis/core/v1/defaults.go (SetDefaults_ResourceList) */
export function roundUpToMilli(text: string): string {
  const quantity = parseQuantity(text);
  if (typeof quantity === 'string' || quantity.isWholeMilli) return text;
  return render(divideUp(quantity.nano, NANO_PER_MILLI) * NANO_PER_MILLI, quantity.format);
}

/** True when the quantity is zero. */
export function isZeroQuantity(text: string): boolean {
  return quantityNano(text) === 0n;
}
