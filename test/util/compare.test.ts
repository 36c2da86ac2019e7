// Orders by code unit: the short way for a few texts and the built-in sort for many agree.
import { describe, expect, test } from 'vitest';
import { compareStrings, sortedKeys, sortStrings } from '../../src/util/compare.js';

const TEXTS = ['b', 'a', '', 'B', 'ä', '\u{1F600}', '\uFFFF', 'a.b', 'a-b', 'aa', 'a'];

describe('sortStrings', () => {
  for (const count of [0, 1, 2, 11, 16, 17, 60]) {
    test(`${count} texts`, () => {
      const texts = Array.from({ length: count }, (_, index) => `${TEXTS[(index * 7) % TEXTS.length]}${(index * 31) % 13}`);
      expect(sortStrings([...texts])).toEqual([...texts].sort(compareStrings));
    });
  }
});

test('keys come by code unit, not by locale', () => {
  expect(sortedKeys({ b: 1, ä: 1, B: 1, a: 1 })).toEqual(['B', 'a', 'b', 'ä']);
  expect(sortedKeys(undefined)).toEqual([]);
});
