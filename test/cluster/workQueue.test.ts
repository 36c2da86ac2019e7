// Keys, delays and back-off of a work queue.
import { expect, it } from 'vitest';
import { createWorkQueue } from '../../src/cluster/workQueue.js';

it('a key waits once, in the order of its first arrival', () => {
  const queue = createWorkQueue(() => 0);
  for (const key of ['a', 'b', 'a']) queue.add(key);
  expect([queue.take(), queue.take(), queue.take()]).toEqual(['a', 'b', undefined]);
});

it('of two delays the earlier wins', () => {
  let nowMs = 0;
  const queue = createWorkQueue(() => nowMs);
  queue.addAfter('a', 5);
  queue.addAfter('a', 2);
  queue.addAfter('a', 9);
  expect([queue.take(), queue.nextDueMs()]).toEqual([undefined, 2000]);
  nowMs = 2000;
  expect([queue.take(), queue.take(), queue.nextDueMs()]).toEqual(['a', undefined, undefined]);
});

it('failed keys come back after 5 ms, doubled each time, until they are forgotten', () => {
  let nowMs = 0;
  const queue = createWorkQueue(() => nowMs);
  const waits: number[] = [];
  for (let attempt = 0; attempt < 20; attempt++) {
    queue.addRateLimited('a');
    const dueMs = queue.nextDueMs() as number;
    waits.push(dueMs - nowMs);
    nowMs = dueMs;
    queue.take();
  }
  expect(waits.slice(0, 5)).toEqual([5, 10, 20, 40, 80]);
  expect(waits.at(-1)).toBe(1_000_000);
  queue.forget('a');
  queue.addRateLimited('a');
  expect(queue.nextDueMs()).toBe(nowMs + 5);
});

it('keys that fail too often in a row are given up, and begin anew when something queues them', () => {
  let nowMs = 0;
  const queue = createWorkQueue(() => nowMs, undefined, { times: 3 });
  const fail = (): boolean => {
    queue.addRateLimited('a');
    nowMs = queue.nextDueMs() ?? nowMs;
    return queue.take() === 'a';
  };
  expect([fail(), fail(), fail(), fail()]).toEqual([true, true, true, false]);
  expect(nowMs).toBe(5 + 10 + 20);
  expect(fail()).toBe(true);
  expect(nowMs).toBe(5 + 10 + 20 + 5);
});

it('the pauses between retries are those of the controller', () => {
  let nowMs = 0;
  const queue = createWorkQueue(() => nowMs, undefined, { firstSeconds: 5, longestSeconds: 12 });
  const pauses = [1, 2, 3, 4].map(() => {
    const before = nowMs;
    queue.addRateLimited('a');
    nowMs = queue.nextDueMs() ?? nowMs;
    queue.take();
    return nowMs - before;
  });
  expect(pauses).toEqual([5000, 10_000, 12_000, 12_000]);
});
