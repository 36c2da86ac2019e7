// Timestamps and durations of CEL: nanoseconds, and the texts that stand for them.
// Source: google/cel-go common/types/timestamp.go, duration.go
import { dateOfDay, daysInMonth, daysSinceEpoch, weekdayOfDay } from '../util/calendar.js';
import { parseGoDuration } from '../util/goTime.js';

/** Nanoseconds since 1970-01-01T00:00:00Z. */
export interface CelTimestamp {
  readonly tag: 'timestamp';
  readonly nanos: bigint;
}

/** A length of time in nanoseconds. */
export interface CelDuration {
  readonly tag: 'duration';
  readonly nanos: bigint;
}

/** Reads RFC 3339; undefined if the text is something else. */
export function parseTimestamp(text: string): CelTimestamp | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return undefined;
  let seconds = daysSinceEpoch({ year, month, day }) * 86400 + hour * 3600 + minute * 60 + second;
  if (match[8] !== undefined) seconds -= (match[8] === '-' ? -1 : 1) * (Number(match[9]) * 3600 + Number(match[10]) * 60);
  const nanos = BigInt((match[7] ?? '').padEnd(9, '0').slice(0, 9));
  return { tag: 'timestamp', nanos: BigInt(seconds) * 1_000_000_000n + nanos };
}

/** Reads Go's duration syntax (`1h30m`, `-1.5s`); undefined if the text is something else or too large. */
export function parseDuration(text: string): CelDuration | undefined {
  const nanos = parseGoDuration(text);
  return typeof nanos === 'string' ? undefined : { tag: 'duration', nanos };
}

/** The calendar parts of a moment in UTC. */
export function calendarParts(nanos: bigint): { year: number; month: number; day: number; hour: number; minute: number; second: number; nanosecond: number; dayOfWeek: number; dayOfYear: number } {
  const floorDivide = (a: bigint, b: bigint): bigint => (a >= 0n ? a / b : -((-a + b - 1n) / b));
  const totalSeconds = floorDivide(nanos, 1_000_000_000n);
  const nanosecond = Number(nanos - totalSeconds * 1_000_000_000n);
  const days = Number(floorDivide(totalSeconds, 86400n));
  const secondOfDay = Number(totalSeconds - BigInt(days) * 86400n);
  const { year, month, day } = dateOfDay(days);
  return {
    year, month, day, nanosecond,
    hour: Math.floor(secondOfDay / 3600), minute: Math.floor((secondOfDay % 3600) / 60), second: secondOfDay % 60,
    dayOfWeek: weekdayOfDay(days), dayOfYear: days - daysSinceEpoch({ year, month: 1, day: 1 }),
  };
}

/** RFC 3339 with as many fraction digits as needed. */
export function formatTimestamp(nanos: bigint): string {
  const { year, month, day, hour, minute, second, nanosecond } = calendarParts(nanos);
  const two = (number: number): string => String(number).padStart(2, '0');
  const fraction = nanosecond === 0 ? '' : `.${String(nanosecond).padStart(9, '0').replace(/0+$/, '')}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${fraction}Z`;
}

/** `<seconds>s`, the form `string(duration)` gives. */
export function formatDuration(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = size % 1_000_000_000n;
  return `${sign}${size / 1_000_000_000n}${fraction === 0n ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`}s`;
}
