// Back-off, indexes and policies of Jobs.
import { describe, expect, it } from 'vitest';
import type { Job, Pod } from '../../src/api/types.js';
import { backoffMs, finishedMs, nextBackoff, remainingMs } from '../../src/controllers/job/backoff.js';
import { firstFreeIndexes } from '../../src/controllers/job/indexes.js';
import { createIndexSet, formatIndexes, parseIndexes, type IndexSet } from '../../src/controllers/job/indexSet.js';
import { createRandom } from '../../src/util/random.js';
import { judgeFailure, matchSuccessPolicy } from '../../src/controllers/job/policies.js';

const finished = (atMs: number, exitCode = 1): Pod => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name: 'load-1', namespace: 'default' },
  status: { phase: 'Failed', containerStatuses: [{ name: 'main', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode, finishedAt: new Date(atMs).toISOString() } } }] },
});

describe('back-off of Jobs', () => {
  it.each([[0, 0], [1, 10], [2, 20], [3, 40], [6, 320], [7, 600], [100, 600]])('after %i failures %i seconds', (failures, seconds) => {
    expect(backoffMs(failures)).toBe(seconds * 1000);
  });

  it('counts failures since the last success', () => {
    const none = { failures: 0, lastFailureMs: undefined };
    const after = nextBackoff(none, { succeeded: [], failed: [finished(1000), finished(3000)], nowMs: 5000 });
    expect(after).toEqual({ failures: 2, lastFailureMs: 3000 });
    expect(remainingMs(after, 5000)).toBe(18_000);
    expect(nextBackoff(after, { succeeded: [finished(4000)], failed: [finished(3500), finished(4500)], nowMs: 5000 })).toEqual({ failures: 1, lastFailureMs: 4500 });
    expect(nextBackoff(after, { succeeded: [finished(4000)], failed: [], nowMs: 5000 })).toEqual(none);
  });

  it('takes the end of a deleted pod from its deletion', () => {
    const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds: 30 } };
    expect(finishedMs(pod, 0)).toBe(Date.UTC(2026, 0, 1, 0, 0, 30));
  });
});

function setOf(indexes: readonly number[]): IndexSet {
  const set = createIndexSet();
  for (const index of indexes) set.add(index);
  return set;
}
const membersOf = (set: IndexSet): number[] => set.runs().flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, at) => first + at));

describe('completion indexes', () => {
  it.each([['', []], ['5', [5]], ['1,2', [1, 2]], ['0-3,7,9,10', [0, 1, 2, 3, 7, 9, 10]]] as [string, number[]][])('%j', (text, indexes) => {
    expect(formatIndexes(setOf(indexes))).toBe(text);
    expect(membersOf(parseIndexes(text, 100))).toEqual(indexes);
  });
  it('leaves out what lies beyond the completions', () => {
    expect(membersOf(parseIndexes('0-9', 3))).toEqual([0, 1, 2]);
  });
  it('fills the lowest that are free', () => {
    expect(firstFreeIndexes(2, 9, { sets: [setOf([0, 1, 4]), setOf([5])], isTaken: (index) => index === 2 })).toEqual([3, 6]);
    expect(firstFreeIndexes(5, 6, { sets: [setOf([0, 1, 4])], isTaken: () => false })).toEqual([2, 3, 5]);
  });
  it('is a set like any other', () => {
    const random = createRandom(7);
    for (let round = 0; round < 50; round++) {
      const [ours, plain] = [createIndexSet(), new Set<number>()];
      const other = new Set(Array.from({ length: 10 }, () => random.nextInt(40)));
      for (let step = 0; step < 40; step++) {
        const index = random.nextInt(40);
        ours.add(index);
        plain.add(index);
        expect(ours.size).toBe(plain.size);
      }
      const sorted = [...plain].sort((a, b) => a - b);
      expect(membersOf(ours)).toEqual(sorted);
      expect(membersOf(parseIndexes(formatIndexes(ours), 40))).toEqual(sorted);
      expect(ours.countIn(setOf([...other]))).toBe(sorted.filter((index) => other.has(index)).length);
      for (let index = 0; index < 41; index++) expect(ours.has(index)).toBe(plain.has(index));
    }
  });
});

describe('policies', () => {
  const job = (spec: Partial<NonNullable<Job['spec']>>): Job => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'load' }, spec: { template: {}, ...spec } });
  const policy = job({ podFailurePolicy: { rules: [
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
    { action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [42] } },
    { action: 'Count', onExitCodes: { operator: 'NotIn', values: [1] } },
  ] } });

  it('the first rule that matches decides', () => {
    expect(judgeFailure(policy, finished(0, 42))).toEqual({ action: 'FailJob', isCounted: true, message: 'Container main for pod default/load-1 failed with exit code 42 matching FailJob rule at index 1' });
    expect(judgeFailure(policy, finished(0, 7))).toEqual({ action: 'Count', isCounted: true });
    expect(judgeFailure(policy, finished(0, 1))).toEqual({ action: undefined, isCounted: true });
    const disrupted = { ...finished(0, 42), status: { ...finished(0, 42).status, conditions: [{ type: 'DisruptionTarget', status: 'True' }] } };
    expect(judgeFailure(policy, disrupted)).toEqual({ action: 'Ignore', isCounted: false });
  });

  it('names the first condition of the pod that a rule asks for', () => {
    const rules = job({ podFailurePolicy: { rules: [{ action: 'FailJob', onPodConditions: [{ type: 'Second' }, { type: 'First' }] }] } });
    const pod = { ...finished(0), status: { phase: 'Failed', conditions: [{ type: 'First', status: 'True' }, { type: 'Second', status: 'True' }] } };
    expect(judgeFailure(rules, pod).message).toBe('Pod default/load-1 has condition First matching FailJob rule at index 0');
  });

  it.each([
    [{ succeededCount: 0 }, [], undefined],
    [{ succeededCount: 0 }, [3], 'Matched rules at index 0'],
    [{ succeededIndexes: '0-2' }, [0, 1], undefined],
    [{ succeededIndexes: '0-2' }, [0, 1, 2], 'Matched rules at index 0'],
    [{ succeededIndexes: '0-2', succeededCount: 1 }, [2], 'Matched rules at index 0'],
    [{ succeededCount: 2 }, [4], undefined],
    [{ succeededCount: 2 }, [3, 4], 'Matched rules at index 0'],
  ])('success policy %j with %j', (rule, succeeded, want) => {
    expect(matchSuccessPolicy(job({ completions: 5, successPolicy: { rules: [rule] } }), setOf(succeeded))).toBe(want);
  });
});
