// The order that Go's sort leaves, consistent predicates and contradictory ones.
import { describe, expect, it } from 'vitest';
import { goSort } from '../../src/util/goSort.js';
import { createRandom } from '../../src/util/random.js';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const SEED = Number(process.env['STOWAGE_SEED'] ?? 12);

describe('goSort', () => {
  it(`sorts by a consistent predicate, whatever the length and the pattern (seed ${SEED})`, () => {
    const random = createRandom(SEED);
    for (let round = 0; round < 400; round++) {
      const length = random.nextInt(300);
      const values = 1 + random.nextInt(40);
      const list = Array.from({ length }, (_, index) => [() => random.nextInt(values), () => index, () => -index, () => index % values][round % 4]?.() as number);
      expect(goSort([...list], (a, b) => a < b)).toEqual([...list].sort((a, b) => a - b));
    }
  });
  it('turns a short list round when everything is before everything', () => {
    for (const count of [0, 1, 2, 12]) expect(goSort(upTo(count), () => true)).toEqual(upTo(count).reverse());
  });
  it('leaves a list of equals as it is', () => {
    for (const count of [5, 13, 200]) expect(goSort(upTo(count), () => false)).toEqual(upTo(count));
  });
  // The pivot of thirteen is the median of positions 3, 6 and 9; all others are before it, and are then inserted one by one.
  it('parts a longer list first', () => {
    expect(goSort(upTo(13), () => true)).toEqual([11, 10, 9, 8, 7, 0, 5, 4, 3, 2, 1, 12, 6]);
  });
  it('loses nothing when the predicate contradicts itself', () => {
    for (const count of [20, 64, 500]) expect(goSort(upTo(count), () => true).sort((a, b) => a - b)).toEqual(upTo(count));
  });
});
