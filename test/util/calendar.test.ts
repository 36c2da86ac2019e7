import { expect, test } from 'vitest';
import { dateOfDay, daysInMonth, daysSinceEpoch, weekdayOfDay } from '../../src/util/calendar.js';

const DAY_MS = 86_400_000;

test('dates and days agree with the calendar of the language, four centuries both ways', () => {
  const differences: string[] = [];
  for (let day = -146_100; day <= 146_100; day += 13) {
    const date = new Date(day * DAY_MS);
    const wanted = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
    const found = dateOfDay(day);
    if (JSON.stringify(found) !== JSON.stringify(wanted) || daysSinceEpoch(found) !== day || weekdayOfDay(day) !== date.getUTCDay()) differences.push(date.toISOString());
  }
  expect(differences).toEqual([]);
});

test('the lengths of months', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((month) => daysInMonth(2025, month))).toEqual([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
  expect([1900, 2000, 2024, 2100].map((year) => daysInMonth(year, 2))).toEqual([28, 29, 29, 28]);
});
