// A map that forgets what was used least recently, against a list kept in the order of use.
import { describe, expect, it } from 'vitest';
import { createLruMap } from '../../src/util/lruMap.js';

describe('createLruMap', () => {
  it('a key that was asked for in vain can be set, also after another one', () => {
    const map = createLruMap<string, number>(2);
    expect(map.get('a')).toBeUndefined();
    map.set('a', 1);
    expect(map.get('b')).toBeUndefined();
    map.set('a', 2);
    map.set('b', 3);
    map.set('b', 4);
    expect([map.get('a'), map.get('b')]).toEqual([2, 4]);
  });

  it('holds what a list in the order of use holds', () => {
    const limit = 3;
    const map = createLruMap<number, number>(limit);
    let used: { key: number; value: number }[] = [];
    let state = 1;
    for (let step = 0; step < 2000; step++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      const key = (state >>> 8) % 6;
      const before = used.find((each) => each.key === key);
      if ((state >>> 16) % 2 === 0) {
        expect(map.get(key)).toBe(before?.value);
        if (before !== undefined) used = [...used.filter((each) => each !== before), before];
      } else {
        map.set(key, step);
        used = [...used.filter((each) => each !== before), { key, value: step }].slice(-limit);
      }
    }
  });
});
