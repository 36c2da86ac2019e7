import { expect, test } from 'vitest';
import { parseGoDuration } from '../../src/util/goTime.js';

test.each<[string, bigint | string]>([
  ['0', 0n], ['-0', 0n], ['1h30m', 5_400_000_000_000n], ['-1.5s', -1_500_000_000n], ['+.5ms', 500_000n], ['1.s', 1_000_000_000n], ['1µs2ns', 1002n],
  ['2562047h47m16.854775807s', 9_223_372_036_854_775_807n],
  ['', 'time: invalid duration ""'], ['.s', 'time: invalid duration ".s"'], ['-', 'time: invalid duration "-"'], ['x', 'time: invalid duration "x"'],
  ['1', 'time: missing unit in duration "1"'], ['1d', 'time: unknown unit "d" in duration "1d"'], ['1ü', 'time: unknown unit "\\xc3\\xbc" in duration "1\\xc3\\xbc"'],
  ['2562048h', 'time: invalid duration "2562048h"'],
])('the duration %j', (text, expected) => expect(parseGoDuration(text)).toBe(expected));
