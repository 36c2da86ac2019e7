// Scores computed by hand: the vectors that any exact scheduler must reproduce.
import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/scheduler/explain.js';
import { affinityNormalized } from '../../src/scheduler/plugins/interPodAffinity.js';
import { feasibleNodesToFind } from '../../src/scheduler/schedulePod.js';
import { isBefore, isLaterBefore, selectHost } from '../../src/scheduler/selectHost.js';
import { createRandom } from '../../src/util/random.js';
import { node, pod } from './builders.js';
import { createHarness } from './harness.js';

const ref = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name });

/** Explains one pod in a cluster of these objects. */
function explain(objects: object[], given: object): Explanation {
  const harness = createHarness();
  for (const object of objects) harness.put(object);
  harness.put(given);
  return harness.scheduler.explain(ref((given as { metadata: { name: string } }).metadata.name)) as Explanation;
}

const scoreOf = (explanation: Explanation, plugin: string): Record<string, number | undefined> =>
  Object.fromEntries(Object.entries(explanation.nodes).map(([name, { scores }]) => [name, scores?.[plugin]]));

describe('resources', () => {
  it.each([
    ['an empty node', '4', '16Gi', {}, { cpu: '500m', memory: '1Gi' }, 90, 73],
    ['a busy node', '4', '16Gi', { cpu: '2', memory: '4Gi' }, { cpu: '500m', memory: '1Gi' }, 52, 73],
    ['a small node', '2', '8Gi', { cpu: '1', memory: '2Gi' }, { cpu: '500m', memory: '1Gi' }, 43, 72],
    ['a pod without requests', '4', '16Gi', {}, undefined, 97, undefined],
  ] as const)('%s', (_name, cpu, memory, used, requests, least, balanced) => {
    const objects: object[] = [node('n', { cpu, memory })];
    if (Object.keys(used).length > 0) objects.push(pod('there', { requests: used as Record<string, string>, spec: { nodeName: 'n' } }));
    const got = explain(objects, pod('p', requests === undefined ? {} : { requests }));
    expect(got.nodes['n']?.scores?.['NodeResourcesFit']).toBe(least);
    expect(got.nodes['n']?.scores?.['NodeResourcesBalancedAllocation']).toBe(balanced);
  });

  it('total of idle alike nodes', () => {
    const got = explain([node('a'), node('b')], pod('p', { requests: { cpu: '500m', memory: '1Gi' } }));
    expect([got.nodes['a']?.total, got.nodes['b']?.total, got.tied]).toEqual([463, 463, ['a', 'b']]);
  });
});

describe('ImageLocality', () => {
  const MEBIBYTE = 1024 * 1024;
  const images = (...sizes: [string, number][]): object[] => sizes.map(([name, mebibytes]) => ({ names: [`${name}:latest`], sizeBytes: mebibytes * MEBIBYTE }));
  it('300 MiB on one of four nodes', () => {
    const got = explain([node('a', { images: images(['app', 300]) }), node('b'), node('c'), node('d')], pod('p'));
    expect(scoreOf(got, 'ImageLocality')).toEqual({ a: 5, b: 0, c: 0, d: 0 });
  });
  it('300 MiB on all of four nodes', () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => node(name, { images: images(['app', 300]) }));
    expect(scoreOf(explain(all, pod('p')), 'ImageLocality')).toEqual({ a: 28, b: 28, c: 28, d: 28 });
  });
  it('two containers, each image on two of three', () => {
    const both = images(['app', 250], ['side', 600]);
    const got = explain([node('a', { images: both }), node('b', { images: both }), node('c')], pod('p', { spec: { containers: [{ name: 'c', image: 'app' }, { name: 'd', image: 'side' }] } }));
    expect(scoreOf(got, 'ImageLocality')).toEqual({ a: 27, b: 27, c: 0 });
  });
});

describe('PodTopologySpread', () => {
  it('spreads pods of one Service by default, a node without a zone being a zone of its own', () => {
    const zoned = (name: string, zone?: string): object => node(name, { labels: zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone } });
    const there = (name: string, on: string): object => pod(name, { labels: { app: 'web' }, spec: { nodeName: on } });
    const got = explain(
      [zoned('n1', 'a'), zoned('n2', 'a'), zoned('n3', 'b'), zoned('n4'), { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' } } }, there('x', 'n1'), there('y', 'n4'), there('z', 'n4')],
      pod('p', { labels: { app: 'web' } }),
    );
    expect(scoreOf(got, 'PodTopologySpread')).toEqual({ n1: 2 * 66, n2: 2 * 77, n3: 2 * 100, n4: 2 * 100 });
  });
});

describe('InterPodAffinity', () => {
  it.each([[29, 0, 50, 57], [57, 0, 100, 56], [58, 0, 100, 57], [29, 0, 100, 28], [5, 5, 5, 0], [-10, -10, 10, 0]])('raw %i of %i…%i is %i', (score, min, max, expected) => {
    expect(affinityNormalized(score, min, max)).toBe(expected);
  });
});

describe('sampling and ties', () => {
  it.each([[99, 99], [100, 100], [207, 101], [250, 120], [1000, 420], [4000, 720], [5000, 500], [10_000, 500]])('%i nodes: %i are enough', (count, enough) => {
    expect(feasibleNodesToFind(count, 0)).toBe(enough);
  });
  it('a percentage of the configuration', () => {
    expect([feasibleNodesToFind(1000, 100), feasibleNodesToFind(1000, 20), feasibleNodesToFind(1000, 1)]).toEqual([1000, 200, 100]);
  });
  it.each([[[1, 2, 5, 5], 3], [[3, 5, 5], 1], [[5, 5, 5], 0], [[1], 0]])('%j → %i', (totals, winner) => {
    expect(selectHost(totals)).toBe(winner);
  });
  it('the winner is the root of a heap that is built bottom-up', () => {
    const random = createRandom(7);
    for (let round = 0; round < 2000; round++) {
      const totals = Array.from({ length: 1 + random.nextInt(40) }, () => random.nextInt(4));
      const heap = totals.map((total, index) => ({ total, index }));
      for (let top = (heap.length >> 1) - 1; top >= 0; top--) sink(heap, top);
      expect(selectHost(totals)).toBe(heap[0]?.index);
    }
  });
  it('the short comparison agrees with the long one', () => {
    for (let later = 1; later < 300; later++) for (let earlier = 0; earlier < later; earlier++) expect(isLaterBefore(later, earlier)).toBe(isBefore(later, earlier));
  });
});

/** Moves an item down a heap whose largest total is on top. */
function sink(heap: { total: number; index: number }[], from: number): void {
  for (let at = from; ; ) {
    let child = 2 * at + 1;
    if (child >= heap.length) return;
    if (child + 1 < heap.length && heap[child + 1]!.total > heap[child]!.total) child++;
    if (heap[child]!.total <= heap[at]!.total) return;
    [heap[at], heap[child]] = [heap[child]!, heap[at]!];
    at = child;
  }
}
