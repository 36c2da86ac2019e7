// RFC 3339 times and durations as Go's time package reads and writes them. Source: Go time/format.go (Parse, parseStrictRFC3339, ParseDuration)
import { dateOfDay, daysInMonth, daysSinceEpoch } from './calendar.js';
import { utf8Bytes } from './utf8.js';

/** The layout whose parts errors name. */
export const RFC3339 = '2006-01-02T15:04:05Z07:00';
/** The layout of times with microseconds. */
export const RFC3339_MICRO = '2006-01-02T15:04:05.000000Z07:00';

const STRICT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;

/** A moment: whole seconds since the epoch and the microseconds beyond them. */
export interface GoTime {
  seconds: number;
  micros: number;
}

/** The moment, or Go's error text. */
export function parseGoTime(text: string, layout: string): GoTime | string {
  const match = STRICT.exec(text);
  if (match === null) return `parsing time ${quote(text)} as ${quote(layout)}: ${whereItFails(text, layout)}`;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const range = month < 1 || month > 12 ? 'month' : hour > 23 ? 'hour' : minute > 59 ? 'minute' : second > 59 ? 'second' : day < 1 || day > daysInMonth(year, month) ? 'day' : undefined;
  if (range !== undefined) return `parsing time ${quote(text)}: ${range} out of range`;
  const zone = match[8] as string;
  let offset = 0;
  if (zone !== 'Z') {
    const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
    if (hours > 24) return `parsing time ${quote(text)}: time zone offset hour out of range`;
    if (minutes > 60) return `parsing time ${quote(text)}: time zone offset minute out of range`;
    offset = (hours * 60 + minutes) * 60 * (zone[0] === '-' ? -1 : 1);
  }
  const seconds = daysSinceEpoch({ year, month, day }) * 86400 + hour * 3600 + minute * 60 + second - offset;
  return { seconds, micros: Number((match[7] ?? '').slice(0, 6).padEnd(6, '0')) };
}

/** The part of the layout that does not match, and the rest of the text at that place. */
function whereItFails(text: string, layout: string): string {
  const parts: [RegExp, string][] = [
    [/^\d{4}/, '2006'], [/^-/, '-'], [/^\d\d/, '01'], [/^-/, '-'], [/^\d\d/, '02'], [/^T/, 'T'], [/^\d\d/, '15'], [/^:/, ':'], [/^\d\d/, '04'],
    [/^:/, ':'], [/^\d\d/, '05'], ...(layout === RFC3339_MICRO ? ([[/^\.\d{6}/, '.000000']] as [RegExp, string][]) : []), [/^(Z|[+-]\d\d:\d\d)/, 'Z07:00'],
  ];
  let rest = text;
  for (const [pattern, name] of parts) {
    const match = pattern.exec(rest);
    if (match === null) return `cannot parse ${quote(rest)} as ${quote(name)}`;
    rest = rest.slice(match[0].length);
    if (name === '05' && layout === RFC3339) rest = rest.replace(/^[.,]\d+/, '');
  }
  return rest === '' ? '' : `extra text: ${quote(rest)}`;
}

/** A moment as RFC 3339 in UTC; `withMicros` writes six digits behind the seconds. */
export function formatGoTime({ seconds, micros }: GoTime, withMicros: boolean): string {
  const days = Math.floor(seconds / 86400);
  const rest = seconds - days * 86400;
  const { year, month, day } = dateOfDay(days);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${time}${withMicros ? `.${String(micros).padStart(6, '0')}` : ''}Z`;
}

const NANOSECONDS: Readonly<Record<string, bigint>> = { ns: 1n, us: 1000n, 'µs': 1000n, 'μs': 1000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n };

/** A duration ('1h30m', '-1.5s') in nanoseconds, or Go's error text. Source: time.ParseDuration */
export function parseGoDuration(text: string): bigint | string {
  const invalid = `time: invalid duration ${quote(text)}`;
  let rest = text.replace(/^[+-]/, '');
  if (rest === '0') return 0n;
  if (rest === '') return invalid;
  let nanoseconds = 0n;
  while (rest !== '') {
    const number = /^(?=[.\d])(\d*)\.?(\d*)/.exec(rest);
    const [whole = '', fraction = ''] = number?.slice(1) ?? [];
    if (number === null || whole + fraction === '') return invalid;
    rest = rest.slice(number[0].length);
    const unit = /^[^.\d]+/.exec(rest)?.[0];
    if (unit === undefined) return `time: missing unit in duration ${quote(text)}`;
    const scale = NANOSECONDS[unit];
    if (scale === undefined) return `time: unknown unit ${quote(unit)} in duration ${quote(text)}`;
    rest = rest.slice(unit.length);
    nanoseconds += BigInt(whole) * scale + (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  if (text.startsWith('-')) nanoseconds = -nanoseconds;
  return BigInt.asIntN(64, nanoseconds) === nanoseconds ? nanoseconds : invalid;
}

/** Go's quoting inside time errors: quotes and backslashes escaped, other bytes outside printable ASCII as \x. */
function quote(text: string): string {
  let out = '"';
  for (const c of text) {
    const code = c.codePointAt(0) as number;
    if (c === '"' || c === '\\') out += `\\${c}`;
    else if (code >= 0x20 && code < 0x7f) out += c;
    else out += utf8Bytes(c).map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  }
  return `${out}"`;
}
