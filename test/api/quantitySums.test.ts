// Sums of resource lists: the same as adding quantity by quantity.
import { expect, it } from 'vitest';
import { addQuantities } from '../../src/api/quantity.js';
import { createQuantitySums } from '../../src/api/quantitySums.js';
import type { ResourceList } from '../../src/api/podRequests.js';

it.each<{ lists: ResourceList[]; sum: ResourceList }>([
  { lists: [], sum: {} },
  { lists: [{ cpu: '1500m', memory: '1536Mi' }], sum: { cpu: '1500m', memory: '1536Mi' } },
  { lists: [{ cpu: '500m' }, { memory: '1Gi' }, { cpu: '1500m', memory: '512Mi' }], sum: { cpu: '2', memory: '1536Mi' } },
  { lists: [{ memory: '0' }, { memory: '1Gi' }], sum: { memory: '1Gi' } },
  { lists: [{ memory: '1G' }, { memory: '1Gi' }], sum: { memory: '2073741824' } },
])('$lists add up to $sum', ({ lists, sum }) => {
  const sums = createQuantitySums();
  for (const list of lists) sums.add(list);
  expect(sums.list()).toEqual(sum);
});

it('is what addQuantities gives one by one', () => {
  // Without exponents: a text between two additions does not always show that there was one.
  const texts = ['0', '1', '100m', '1Gi', '1G', '250Mi', '3n', '1536', '-5'];
  for (const a of texts) {
    for (const b of texts) {
      for (const c of texts) {
        const sums = createQuantitySums();
        for (const x of [a, b, c]) sums.add({ x });
        expect(sums.list(), `${a} + ${b} + ${c}`).toEqual({ x: addQuantities(addQuantities(a, b), c) });
      }
    }
  }
});
