// Cron schedules: what the parser says, and when they come due.
import { describe, expect, it } from 'vitest';
import { parseCronSchedule } from '../../src/api/cronSchedule.js';
import { formatTime, parseTime } from '../../src/util/time.js';

const REFUSED: readonly (readonly [text: string, message: string])[] = [
  ['', 'empty spec string'], ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'], ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'], ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'], ['1/2/3 * * * *', 'too many slashes: 1/2/3'], ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['a * * * *', 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'], ['-1 * * * *', 'failed to parse int from : strconv.Atoi: parsing "": invalid syntax'],
  ['*/-1 * * * *', 'negative number (-1) not allowed: -1'], ['@foo', 'unrecognized descriptor: @foo'], ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
  ['TZ=Foo/Bar * * * * *', 'provided bad location Foo/Bar: unknown time zone Foo/Bar'],
];

const DUE: readonly (readonly [schedule: string, after: string, next: string, zone?: string])[] = [
  ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z'],
  ['*/15 9-17 * * mon-fri', '2026-01-02T17:45:00Z', '2026-01-05T09:00:00Z'],
  ['0 0 1 * *', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'],
  ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00Z'],
  ['0 0 13 * 5', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
  ['? ? ? JAN sun', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00Z'],
  ['@weekly', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00Z'],
  ['@every 90s', '2026-01-01T00:00:00Z', '2026-01-01T00:01:30Z'],
  ['0 9 * * *', '2026-01-01T00:00:00Z', '2026-01-01T08:00:00Z', 'Europe/Berlin'],
  ['0 9 * * *', '2026-07-01T12:00:00Z', '2026-07-02T07:00:00Z', 'Europe/Berlin'],
  ['30 2 * * *', '2026-03-28T12:00:00Z', '2026-03-30T00:30:00Z', 'Europe/Berlin'],
  ['TZ=Asia/Tokyo 0 0 * * *', '2026-01-01T00:00:00Z', '2026-01-01T15:00:00Z'],
];

describe('cron schedule', () => {
  it('is refused in the words of the parser', () => {
    expect(REFUSED.map(([text]) => [text, parseCronSchedule(text)])).toEqual(REFUSED);
  });

  it('comes due', () => {
    const due = DUE.map(([schedule, after, , ...zone]) => {
      const parsed = parseCronSchedule(schedule);
      const dueMs = typeof parsed === 'string' ? undefined : parsed.next(parseTime(after) as number, zone[0]);
      return [schedule, after, dueMs === undefined ? parsed : formatTime(dueMs), ...zone];
    });
    expect(due).toEqual(DUE);
  });

  it('never comes due on a day that no month has', () => {
    const parsed = parseCronSchedule('0 0 31 2 *');
    expect(typeof parsed === 'string' ? parsed : parsed.next(0)).toBeUndefined();
  });
});
