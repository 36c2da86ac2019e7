// Which of the missed times of a CronJob counts; and finished Jobs that the history has no room for but a finalizer holds.
import { expect, it } from 'vitest';
import { parseCronSchedule, type CronSchedule } from '../../src/api/cronSchedule.js';
import { mostRecentDue } from '../../src/controllers/cronJob.js';
import type { Job } from '../../src/api/types.js';
import { Cluster } from '../../src/index.js';

const schedule = (text: string): CronSchedule => {
  const parsed = parseCronSchedule(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
};
const at = (text: string): number => Date.parse(`2026-01-0${text}Z`);

it.each([
  ['*/10 * * * *', '1T00:00:00', '1T00:09:59', undefined, 0],
  ['*/10 * * * *', '1T00:00:00', '1T00:10:00', '1T00:10:00', 0],
  ['*/10 * * * *', '1T00:00:00', '1T00:45:00', '1T00:40:00', 4],
  ['* * * * *', '1T00:00:00', '1T03:00:30', '1T03:00:00', 180],
  ['0 6-16/4 * * 1-5', '1T05:00:00', '5T08:00:00', '5T06:00:00', 25],
  ['@every 90s', '1T00:00:00', '1T00:04:00', '1T00:03:00', 2],
  // Nothing that an uneven schedule has missed is near enough to be found.
  ['*/5 9 * * *', '1T09:56:00', '2T08:57:00', undefined, 0],
  ['*/5 9 * * *', '1T08:00:00', '2T08:00:00', undefined, 277],
] as const)('%s between %s and %s', (text, earliest, now, due, missed) => {
  const found = mostRecentDue(schedule(text), { earliestMs: at(earliest), nowMs: at(now), timeZone: undefined });
  expect(found).toEqual({ ...(due === undefined ? {} : { dueMs: at(due) }), missed });
});

it.each(['0 0 30 2 *', '0 0 31 4,6,9,11 *'])('%s never comes due', (text) => {
  expect(mostRecentDue(schedule(text), { earliestMs: at('1T00:00:00'), nowMs: at('1T00:00:00'), timeZone: undefined })).toBeUndefined();
});

it('a finished Job that a finalizer holds takes the place of none that has room', () => {
  const cluster = new Cluster({ checksInvariants: true });
  cluster.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' }, status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] } });
  cluster.settle();
  const spec = { schedule: '* * * * *', successfulJobsHistoryLimit: 1, jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'app' }] } } } } };
  cluster.create({ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'tick' }, spec });
  const jobs = (): Job[] => cluster.list({ apiVersion: 'batch/v1', kind: 'Job' }) as Job[];
  cluster.settle({ seconds: 70 });
  const [first] = jobs() as [Job];
  cluster.update({ ...first, metadata: { ...first.metadata, finalizers: ['example.com/hold'] } });
  expect(cluster.settle({ seconds: 120 }).isStepLimitReached).toBe(false);
  expect(jobs().map(({ metadata }) => metadata.deletionTimestamp !== undefined)).toEqual([true, false]);
});
