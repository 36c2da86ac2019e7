// Pods wait in the order of their creation, however they come.
import { expect, it } from 'vitest';
import { createPodQueue } from '../../src/kubelet/podQueue.js';

it.each<{ pushed: number[]; popped: number[] }>([
  { pushed: [], popped: [] },
  { pushed: [1, 2, 3], popped: [1, 2, 3] },
  { pushed: [2, 5, 1, 5, 4, 7, 3], popped: [1, 2, 3, 4, 5, 5, 7] },
])('$pushed', ({ pushed, popped }) => {
  const queue = createPodQueue();
  for (const order of pushed) queue.push({ key: `default/pod-${order}`, order });
  const orders: number[] = [];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) orders.push(next.order);
  expect(orders).toEqual(popped);
});

it('pods that come between two that leave take their place', () => {
  const queue = createPodQueue();
  const push = (...orders: number[]): void => orders.forEach((order) => queue.push({ key: '', order }));
  push(3, 4);
  expect(queue.pop()?.order).toBe(3);
  push(1, 6);
  expect([queue.pop(), queue.pop(), queue.pop(), queue.pop()].map((pod) => pod?.order)).toEqual([1, 4, 6, undefined]);
  push(2);
  expect(queue.pop()?.order).toBe(2);
});
