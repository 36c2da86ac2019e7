// Sums of resource lists: the same as adding quantity by quantity.
import { expect, it } from 'vitest';
import { formatNano, quantityNano } from '../../src/api/quantity.js';
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

it('keeps the family of the first quantity, as Quantity.Add does', () => {
  const sums = createQuantitySums();
  // The sum of the first two is no whole number of Ki; the sum of all is.
  for (const memory of ['1Gi', '1G', '24Gi', '1G', '22Gi']) sums.add({ memory });
  expect(sums.list()).toEqual({ memory: formatNano(quantityNano('47Gi') + quantityNano('2G'), 'BinarySI') });
});

it('is the exact sum', () => {
  const texts = ['0', '1', '100m', '1e3', '1Gi', '1G', '250Mi', '3n', '1536', '-5'];
  for (const a of texts) {
    for (const b of texts) {
      const sums = createQuantitySums();
      for (const x of [a, b]) sums.add({ x });
      expect(quantityNano(sums.list()['x']), `${a} + ${b}`).toBe(quantityNano(a) + quantityNano(b));
    }
  }
});
