// Cron schedules: the five fields and descriptors, and the next time after a moment.
// Source: github.com/robfig/cron/v3 parser.go (ParseStandard), spec.go (SpecSchedule.Next), constantdelay.go
import { dateOfDay, daysSinceEpoch, weekdayOfDay, type CalendarDate } from '../util/calendar.js';
import { goQuote } from '../util/goText.js';
import { parseGoDuration } from '../util/goTime.js';
import { isKnownTimeZone, zoneOffsetMs } from '../util/timeZone.js';

/** A parsed schedule. */
export interface CronSchedule {
  /** The first time after the moment in whole seconds; undefined when none comes within five years. `timeZone` is an IANA name, UTC by default. */
  next(afterMs: number, timeZone?: string): number | undefined;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

/** One field: the allowed values and whether it was written with a star. */
interface Field {
  readonly values: ReadonlySet<number>;
  readonly isStar: boolean;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const BOUNDS: readonly Bounds[] = [
  { min: 0, max: 59, names: [] }, { min: 0, max: 23, names: [] }, { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: ['', ...MONTHS] }, { min: 0, max: 6, names: DAYS },
];
const DESCRIPTORS: Record<string, string> = {
  '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *',
};
const SEARCH_YEARS = 5;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The schedule, or the parser's complaint. */
export function parseCronSchedule(text: string): CronSchedule | string {
  if (text === '') return 'empty spec string';
  let spec = text;
  let ownZone: string | undefined;
  if (spec.startsWith('TZ=') || spec.startsWith('CRON_TZ=')) {
    const space = spec.indexOf(' ');
    if (space < 0) return 'invalid schedule format: runtime error: slice bounds out of range [:-1]';
    ownZone = spec.slice(spec.indexOf('=') + 1, space);
    if (ownZone !== '' && !isKnownTimeZone(ownZone)) return `provided bad location ${ownZone}: unknown time zone ${ownZone}`;
    spec = spec.slice(space).trim();
  }
  if (spec.startsWith('@')) return parseDescriptor(spec, ownZone);
  const parts = spec.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== 5) return `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`;
  const fields: Field[] = [];
  for (let index = 0; index < 5; index++) {
    const field = parseField(parts[index] as string, BOUNDS[index] as Bounds);
    if (typeof field === 'string') return field;
    fields.push(field);
  }
  return scheduleOf(fields, ownZone);
}

function parseDescriptor(text: string, zone: string | undefined): CronSchedule | string {
  const spec = DESCRIPTORS[text];
  if (spec !== undefined) return scheduleOf(spec.split(' ').map((part, index) => parseField(part, BOUNDS[index] as Bounds) as Field), zone);
  if (!text.startsWith('@every ')) return `unrecognized descriptor: ${text}`;
  const duration = text.slice('@every '.length);
  const nanoseconds = parseGoDuration(duration);
  if (typeof nanoseconds === 'string') return `failed to parse duration ${text}: ${nanoseconds}`;
  const delayMs = Math.max(1, Number(nanoseconds / 1_000_000_000n)) * 1000;
  return { next: (afterMs) => Math.trunc(afterMs / 1000) * 1000 + delayMs };
}

function parseField(text: string, bounds: Bounds): Field | string {
  const values = new Set<number>();
  let isStar = false;
  for (const expression of text.split(',').filter((part) => part !== '')) {
    const range = parseRange(expression, bounds);
    if (typeof range === 'string') return range;
    isStar ||= range.isStar;
    for (let value = range.start; value <= range.end; value += range.step) values.add(value);
  }
  return { values, isStar };
}

function parseRange(expression: string, bounds: Bounds): { start: number; end: number; step: number; isStar: boolean } | string {
  const rangeAndStep = expression.split('/');
  const lowAndHigh = (rangeAndStep[0] as string).split('-');
  const isSingle = lowAndHigh.length === 1;
  let { min: start, max: end } = bounds;
  let isStar = false;
  if (lowAndHigh[0] === '*' || lowAndHigh[0] === '?') isStar = true;
  else {
    const low = parseValue(lowAndHigh[0] as string, bounds);
    if (typeof low === 'string') return low;
    start = low;
    if (isSingle) end = low;
    else if (lowAndHigh.length === 2) {
      const high = parseValue(lowAndHigh[1] as string, bounds);
      if (typeof high === 'string') return high;
      end = high;
    } else return `too many hyphens: ${expression}`;
  }
  let step = 1;
  if (rangeAndStep.length === 2) {
    const parsed = parseInteger(rangeAndStep[1] as string);
    if (typeof parsed === 'string') return parsed;
    step = parsed;
    if (isSingle && !isStar) end = bounds.max;
    if (step > 1) isStar = false;
  } else if (rangeAndStep.length > 2) return `too many slashes: ${expression}`;
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${expression}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${expression}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`;
  if (step === 0) return `step of range should be a positive number: ${expression}`;
  return { start, end, step, isStar };
}

function parseValue(text: string, bounds: Bounds): number | string {
  const named = text === '' ? -1 : bounds.names.indexOf(text.toLowerCase());
  return named >= 0 ? named : parseInteger(text);
}

function parseInteger(text: string): number | string {
  if (!/^[+-]?\d+$/.test(text)) return `failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) return `failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: value out of range`;
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}

function scheduleOf(fields: readonly Field[], ownZone: string | undefined): CronSchedule {
  const [minutes, hours, days, months, weekdays] = fields as [Field, Field, Field, Field, Field];
  const dayMatches = (date: CalendarDate): boolean => {
    const isDay = days.values.has(date.day);
    const isWeekday = weekdays.values.has(weekdayOfDay(daysSinceEpoch(date)));
    return days.isStar || weekdays.isStar ? isDay && isWeekday : isDay || isWeekday;
  };
  const sortedHours = [...hours.values].sort((a, b) => a - b);
  const sortedMinutes = [...minutes.values].sort((a, b) => a - b);
  return {
    next(afterMs, timeZone) {
      const zone = ownZone ?? timeZone ?? 'UTC';
      const localOf = (timeMs: number): number => timeMs + zoneOffsetMs(timeMs, zone);
      const firstLocal = localOf(afterMs);
      let date = dateOfDay(Math.floor(firstLocal / DAY_MS));
      const lastYear = date.year + SEARCH_YEARS;
      while (date.year <= lastYear) {
        if (!months.values.has(date.month)) {
          date = date.month === 12 ? { year: date.year + 1, month: 1, day: 1 } : { year: date.year, month: date.month + 1, day: 1 };
          continue;
        }
        if (dayMatches(date)) {
          const found = firstTimeOfDay(daysSinceEpoch(date) * DAY_MS, afterMs, { zone, sortedHours, sortedMinutes });
          if (found !== undefined) return found;
        }
        date = dateOfDay(daysSinceEpoch(date) + 1);
      }
      return undefined;
    },
  };
}

interface DaySearch {
  readonly zone: string;
  readonly sortedHours: readonly number[];
  readonly sortedMinutes: readonly number[];
}

/** The first time on the local day, after the moment. A local time that the zone skips does not occur; one that it repeats occurs once. */
function firstTimeOfDay(localDayMs: number, afterMs: number, { zone, sortedHours, sortedMinutes }: DaySearch): number | undefined {
  for (const hour of sortedHours) {
    for (const minute of sortedMinutes) {
      const localMs = localDayMs + hour * HOUR_MS + minute * MINUTE_MS;
      const timeMs = instantOf(localMs, zone);
      if (timeMs !== undefined && timeMs > afterMs) return timeMs;
    }
  }
  return undefined;
}

/** The first moment at which clocks in the zone show the local time. */
function instantOf(localMs: number, zone: string): number | undefined {
  const candidates = [localMs - zoneOffsetMs(localMs - DAY_MS, zone), localMs - zoneOffsetMs(localMs + DAY_MS, zone)].sort((a, b) => a - b);
  return candidates.find((timeMs) => timeMs + zoneOffsetMs(timeMs, zone) === localMs);
}
