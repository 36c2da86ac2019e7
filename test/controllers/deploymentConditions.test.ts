// The times of a Deployment's conditions.
import { expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../src/api/types.js';
import { calculateRolloutStatus } from '../../src/controllers/deployment/conditions.js';

const template = { metadata: { labels: { app: 'web' } } };
const deployment = (status: Deployment['status'] = {}): Deployment => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', generation: 1 }, spec: { replicas: 1, selector: {}, template }, status });
const failing = (reason: string, lastTransitionTime: string): ReplicaSet => ({
  apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web-1' }, spec: { replicas: 1, selector: {}, template },
  status: { replicas: 0, conditions: [{ type: 'ReplicaFailure', status: 'True', reason, message: 'no', lastTransitionTime }] },
});

it('a failure is dated as in the ReplicaSet, its transition as before while it lasts', () => {
  const [early, late, now] = ['2026-01-01T00:00:10Z', '2026-01-01T00:00:20Z', Date.UTC(2026, 0, 1, 1)];
  const conditionOf = (status: Deployment['status']): object | undefined => status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
  const first = failing('FailedCreate', early);
  const status = calculateRolloutStatus(deployment(), [first], first, now);
  expect(conditionOf(status)).toEqual({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'no', lastUpdateTime: early, lastTransitionTime: early });
  const second = failing('FailedDelete', late);
  expect(conditionOf(calculateRolloutStatus(deployment(status), [second], second, now))).toMatchObject({ reason: 'FailedDelete', lastUpdateTime: late, lastTransitionTime: early });
});
