// Which node is cleared: criterion by criterion, and the likeliest choice among equals.
import { describe, expect, it } from 'vitest';
import { createPodInfoFactory, type PodInfo } from '../../src/scheduler/framework/podInfo.js';
import { pickOneNode, type PreemptionCandidate } from '../../src/scheduler/pickOneNode.js';
import { pod } from './builders.js';
import type { Pod } from '../../src/api/types.js';

const factory = createPodInfoFactory();
let made = 0;
/** A victim by its priority and the minute of its start. */
const victim = (priority: number, minute?: number): PodInfo =>
  factory.of(pod(`v${made++}`, { spec: { priority }, ...(minute === undefined ? {} : { status: { startTime: `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z` } }) }) as Pod);
const candidate = (position: number, victims: PodInfo[], violations = 0): PreemptionCandidate => ({ position, victims, violations });
const pick = (candidates: PreemptionCandidate[], tried: number): number | undefined => pickOneNode(candidates, tried).choice?.position;

describe('the node that is cleared', () => {
  it.each<[string, PreemptionCandidate[], number, number | undefined]>([
    ['none', [], 0, undefined],
    ['the only one', [candidate(3, [victim(5)], 2)], 4, 3],
    ['fewest violated budgets', [candidate(0, [victim(0)], 1), candidate(1, [victim(9), victim(9)])], 2, 1],
    ['least important first victim', [candidate(0, [victim(5)]), candidate(1, [victim(4), victim(4)])], 2, 1],
    ['smallest sum of priorities, which counts pods of negative ones too', [candidate(0, [victim(-1), victim(-2)]), candidate(1, [victim(-1)])], 2, 1],
    ['latest start of the most important', [candidate(0, [victim(5, 1), victim(0, 9)]), candidate(1, [victim(5, 2), victim(0, 0)])], 2, 1],
    ['the earliest of several counts', [candidate(0, [victim(5, 3), victim(5, 1)]), candidate(1, [victim(5, 2), victim(5, 2)])], 2, 1],
    ['not started is later than any start', [candidate(0, [victim(5, 59)]), candidate(1, [victim(5)])], 2, 1],
  ])('%s', (_name, candidates, tried, position) => {
    expect(pick(candidates, tried)).toBe(position);
  });
});

it('tells how many were as good', () => {
  expect(pickOneNode([candidate(0, [victim(0)]), candidate(1, [victim(0)]), candidate(2, [victim(1)])], 3).tied).toBe(2);
});

describe('equals', () => {
  const waiting = (...positions: number[]): PreemptionCandidate[] => positions.map((position) => candidate(position, [victim(0)]));
  const running = (...positions: number[]): PreemptionCandidate[] => positions.map((position) => candidate(position, [victim(0, 1)]));
  it.each<[string, PreemptionCandidate[], number, number]>([
    ['two of two: the first', waiting(0, 1), 2, 0],
    ['not started: the one before the longest way to the next', waiting(0, 1, 2), 4, 2],
    ['not started, the way being within the list', waiting(0, 3), 4, 0],
    ['started: the one after the longest way', running(0, 1, 2), 4, 0],
    ['started, the way being within the list', running(0, 3), 4, 3],
    ['the first of many', running(2, 3, 4, 5, 6, 7, 8, 9, 10), 30, 2],
    ['worse candidates hold places too', [candidate(0, [victim(7)]), ...waiting(1, 2)], 4, 2],
  ])('%s', (_name, candidates, tried, position) => {
    expect(pick(candidates, tried)).toBe(position);
  });
});
