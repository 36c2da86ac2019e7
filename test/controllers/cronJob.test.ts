// Which of the missed times of a CronJob counts.
import { expect, it } from 'vitest';
import { parseCronSchedule, type CronSchedule } from '../../src/api/cronSchedule.js';
import { mostRecentDue } from '../../src/controllers/cronJob.js';

const schedule = (text: string): CronSchedule => {
  const parsed = parseCronSchedule(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
};
const at = (text: string): number => Date.parse(`2026-01-0${text}Z`);

it.each([
  ['*/10 * * * *', '1T00:00:00', '1T00:09:59', undefined, false],
  ['*/10 * * * *', '1T00:00:00', '1T00:10:00', '1T00:10:00', false],
  ['*/10 * * * *', '1T00:00:00', '1T00:45:00', '1T00:40:00', false],
  ['* * * * *', '1T00:00:00', '1T03:00:30', '1T03:00:00', true],
  ['0 6-16/4 * * 1-5', '1T05:00:00', '5T08:00:00', '5T06:00:00', false],
  ['@every 90s', '1T00:00:00', '1T00:04:00', '1T00:03:00', false],
] as const)('%s between %s and %s', (text, earliest, now, due, isManyMissed) => {
  const found = mostRecentDue(schedule(text), { earliestMs: at(earliest), nowMs: at(now), timeZone: undefined });
  expect(found).toEqual({ ...(due === undefined ? {} : { dueMs: at(due) }), isManyMissed });
});
