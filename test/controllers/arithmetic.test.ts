// The numbers of a rollout.
import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../src/api/types.js';
import { maxSurge, maxUnavailable, newReplicaSetSize, proportionOf } from '../../src/controllers/deployment/arithmetic.js';

const deployment = (replicas: number, surge: number | string, unavailable: number | string): Deployment => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' },
  spec: { replicas, selector: {}, template: {}, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } } },
});
const replicaSet = (replicas: number, maxBefore?: number): ReplicaSet => ({
  apiVersion: 'apps/v1', kind: 'ReplicaSet',
  metadata: { name: 'web-1', ...(maxBefore === undefined ? {} : { annotations: { 'deployment.kubernetes.io/max-replicas': String(maxBefore) } }) },
  spec: { replicas, selector: {} },
});

describe('surge rounds up, unavailable rounds down, and not both are nothing', () => {
  const cases: [replicas: number, surge: number | string, unavailable: number | string, wantSurge: number, wantUnavailable: number][] = [
    [4, '25%', '25%', 1, 1],
    [10, '25%', '25%', 3, 2],
    [3, '25%', '25%', 1, 0],
    [3, '34%', '10%', 2, 0],
    [4, 0, '50%', 0, 2],
    [4, 0, '10%', 0, 1],
    [1, '0%', '0%', 0, 1],
    [0, '25%', '25%', 0, 0],
    [2, 0, 5, 0, 2],
  ];
  it.each(cases)('%i replicas, surge %s, unavailable %s', (replicas, surge, unavailable, wantSurge, wantUnavailable) => {
    const subject = deployment(replicas, surge, unavailable);
    expect([maxSurge(subject), maxUnavailable(subject)]).toEqual([wantSurge, wantUnavailable]);
  });

  it('are both 0 for Recreate', () => {
    const subject: Deployment = { ...deployment(4, 1, 1), spec: { replicas: 4, selector: {}, template: {}, strategy: { type: 'Recreate' } } };
    expect([maxSurge(subject), maxUnavailable(subject)]).toEqual([0, 0]);
  });
});

describe('the new ReplicaSet grows to what surge allows', () => {
  const cases: [old: number[], current: number, want: number][] = [
    [[4], 0, 1],
    [[3], 1, 2],
    [[5], 0, 0],
    [[0], 0, 4],
    [[2, 1], 1, 2],
    [[], 4, 4],
  ];
  it.each(cases)('old %j, new %i', (old, current, want) => {
    const subject = deployment(4, 1, 1);
    expect(newReplicaSetSize(subject, [...old, current].map((size) => replicaSet(size)), current)).toBe(want);
  });
});

describe('a change of size is spread in proportion', () => {
  const cases: [replicas: number, set: ReplicaSet, toAdd: number, added: number, want: number][] = [
    [10, replicaSet(5, 10), 5, 0, 1],
    [10, replicaSet(3, 10), 5, 2, 1],
    [10, replicaSet(10, 13), 5, 0, -1],
    [20, replicaSet(10, 12), 11, 0, 8],
    [5, replicaSet(8, 12), -5, 0, -3],
    [5, replicaSet(4, 12), -5, -4, -1],
    [0, replicaSet(4, 12), -4, 0, -4],
    [10, replicaSet(0, 12), 5, 0, 0],
    [10, replicaSet(4), 5, 0, 0],
    [10, replicaSet(4, 10), 0, 0, 0],
  ];
  it.each(cases)('to %i replicas (%#)', (replicas, set, toAdd, added, want) => {
    expect(proportionOf(set, deployment(replicas, 2, 0), { toAdd, added })).toBe(want);
  });
});
