// The order in which pods are deleted, one criterion a row.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/util/random.js';
import type { Pod } from '../../src/api/types.js';
import { deletionCost, podsToDelete, rankActivePods } from '../../src/controllers/shared/podRanking.js';

const NOW_MS = Date.UTC(2026, 0, 1, 12);
const at = (secondsAgo: number): string => `${new Date(NOW_MS - secondsAgo * 1000).toISOString().slice(0, 19)}Z`;

interface Traits {
  node?: string;
  phase?: string;
  readyAgo?: number;
  createdAgo?: number;
  cost?: string;
  restarts?: number;
  uid?: string;
}
const pod = (name: string, { node = 'n', phase = 'Running', readyAgo, createdAgo = 100, cost, restarts, uid = name }: Traits = {}): Pod => ({
  apiVersion: 'v1', kind: 'Pod',
  metadata: { name, uid, creationTimestamp: at(createdAgo), ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }) },
  spec: { containers: [], ...(node === '' ? {} : { nodeName: node }) },
  status: {
    phase,
    ...(readyAgo === undefined ? {} : { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at(readyAgo) }] }),
    ...(restarts === undefined ? {} : { containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: restarts }] }),
  },
});

describe('the pod that a ReplicaSet deletes first', () => {
  const cases: [why: string, first: Pod, second: Pod, ranks?: Record<string, number>][] = [
    ['has no node', pod('b', { node: '', readyAgo: 1 }), pod('a')],
    ['is pending', pod('b', { phase: 'Pending' }), pod('a')],
    ['is not ready', pod('b'), pod('a', { readyAgo: 5 })],
    ['is cheaper', pod('b', { readyAgo: 500, cost: '-1' }), pod('a', { readyAgo: 5 })],
    ['shares its node with more', pod('b', { node: 'full', readyAgo: 500 }), pod('a', { node: 'empty', readyAgo: 5 }), { full: 3, empty: 1 }],
    ['became ready much later', pod('b', { readyAgo: 5 }), pod('a', { readyAgo: 500 })],
    ['became ready about as late: the smaller uid', pod('b', { readyAgo: 600, uid: '1' }), pod('a', { readyAgo: 590, uid: '2' })],
    ['restarted more often', pod('b', { readyAgo: 5, restarts: 2 }), pod('a', { readyAgo: 5, restarts: 1 })],
    ['is younger', pod('b', { createdAgo: 5 }), pod('a', { createdAgo: 500 })],
    ['comes first by name when all else is equal', pod('a', { readyAgo: 5 }), pod('b', { readyAgo: 5 })],
  ];
  it.each(cases)('%s', (_why, first, second, ranks = {}) => {
    const ranked = podsToDelete([second, first], { count: 2, rankOf: (each) => ranks[each.spec?.nodeName ?? ''] ?? 0, nowMs: NOW_MS });
    expect(ranked.map(({ metadata }) => metadata.name)).toEqual([first, second].map(({ metadata }) => metadata.name));
  });
});

it.each([['5', 5], ['-2147483648', -2147483648], ['-05', -5], ['-', 0], ['+5', 0], ['05', 0], ['x', 0], ['2147483648', 0]])('a deletion cost of %j is %i', (cost, want) => {
  expect(deletionCost(pod('a', { cost }))).toBe(want);
});

it('a Job deletes by exact times and knows no cost', () => {
  const pods = [pod('old', { readyAgo: 600, cost: '-5' }), pod('new', { readyAgo: 590 })];
  expect(rankActivePods(pods).map(({ metadata }) => metadata.name)).toEqual(['new', 'old']);
});

it('a few of many are the same as the first of all in order', () => {
  const random = createRandom(7);
  const pods = Array.from({ length: 100 }, (_, index) => pod(`p${index}`, { readyAgo: random.nextInt(1000), createdAgo: 1000 + random.nextInt(1000), cost: String(random.nextInt(3)), node: random.nextInt(5) === 0 ? '' : 'n' }));
  const options = { rankOf: () => 0, nowMs: NOW_MS };
  expect(podsToDelete(pods, { ...options, count: 5 })).toEqual(podsToDelete(pods, { ...options, count: 100 }).slice(0, 5));
});
