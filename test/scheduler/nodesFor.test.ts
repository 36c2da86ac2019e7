// Asking where a pod would fit that does not exist: it changes nothing, and a node that does not exist may be asked about too.
import { expect, test } from 'vitest';
import type { Node, Pod } from '../../src/api/types.js';
import { node, pod } from './builders.js';
import { createHarness } from './harness.js';

function threeNodes() {
  const harness = createHarness();
  for (const name of ['a', 'b', 'c']) harness.put(node(name, { cpu: '2', memory: '4Gi' }));
  harness.put(pod('first', { requests: { cpu: '1500m' } }));
  harness.run();
  return harness;
}

test('the nodes that would take the pod, and one that is not there', () => {
  const { scheduler } = threeNodes();
  const wanted = pod('wanted', { requests: { cpu: '1' } }) as Pod;
  const extra = node('d', { cpu: '2', memory: '4Gi' }) as Node;
  const agent = pod('agent', { requests: { cpu: '1500m' } }) as Pod;
  const before = scheduler.nodesFor(wanted);
  expect(before).toHaveLength(2);
  expect(scheduler.nodesFor(wanted, { node: extra, pods: [] })).toEqual([...before, 'd']);
  expect(scheduler.nodesFor(wanted, { node: extra, pods: [agent] })).toEqual(before);
  expect(scheduler.nodesFor(wanted)).toEqual(before);
});

test('how many pods would find a node, one after the other and without some that stand', () => {
  const { scheduler } = threeNodes();
  const wanted = ['x', 'y', 'z', 'u'].map((name) => pod(name, { requests: { cpu: '1500m' } }) as Pod);
  expect(scheduler.placeable(wanted, [])).toBe(2);
  expect(scheduler.placeable(wanted, [pod('first') as Pod])).toBe(3);
  expect(scheduler.nodesFor(wanted[0] as Pod)).toHaveLength(2);
  expect(scheduler.tiedChoices()).toBe(1);
});

test('an equal choice is counted', () => {
  const harness = threeNodes();
  expect(harness.scheduler.tiedChoices()).toBe(1);
  harness.put(node('big', { cpu: '64', memory: '256Gi' }));
  harness.put(pod('second', { requests: { cpu: '1500m' } }));
  harness.run();
  expect(harness.scheduler.tiedChoices()).toBe(1);
});
