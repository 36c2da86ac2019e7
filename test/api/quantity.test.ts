// Quantities: canonical text of every kind of input, and the way back.
import { describe, expect, it } from 'vitest';
import { addQuantities, compareQuantities, formatNano, parseQuantity, quantityMilli, quantityValue, roundUpToMilli } from '../../src/api/quantity.js';
import { createRandom } from '../../src/util/random.js';

const FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX = "unable to parse quantity's suffix";

const CANONICAL: readonly (readonly [written: string, canonical: string])[] = [
  ['0', '0'], ['1500m', '1500m'], ['1e3', '1e3'], ['+1', '+1'], ['1.250', '1.250'], ['0.5', '500m'], ['1.5', '1500m'], ['1000m', '1'], ['1000', '1k'],
  ['0.1', '100m'], ['100Mi', '100Mi'], ['1024Mi', '1Gi'], ['1.5Gi', '1536Mi'], ['0.1Gi', '107374182400m'], ['8Mi', '8Mi'], ['Mi', '0'], [' 1 ', '1'],
  ['1E', '1E'], ['-1', '-1'], ['1n', '1n'], ['0.1n', '1n'], ['1000k', '1M'], ['16Ei', '9223372036854775807'],
];
const REFUSED: readonly (readonly [written: string, message: string])[] = [
  ['', FORMAT], ['abc', FORMAT], ['1.2.3', FORMAT], ['1 Gi', FORMAT], ['1MB', FORMAT], ['1GB', FORMAT], ['five', FORMAT], ['1_0', FORMAT],
  ['1K', SUFFIX], ['1mi', SUFFIX], ['1e', SUFFIX], ['.', 'unable to parse numeric part of quantity'],
];

const textOf = (written: string): string => {
  const parsed = parseQuantity(written);
  return typeof parsed === 'string' ? `refused: ${parsed}` : parsed.text;
};

describe('quantity', () => {
  it('has one canonical text', () => {
    expect(CANONICAL.map(([written]) => [written, textOf(written)])).toEqual(CANONICAL);
  });

  it('is refused in the words of the server', () => {
    expect(REFUSED.map(([written]) => [written, textOf(written)])).toEqual(REFUSED.map(([written, message]) => [written, `refused: ${message}`]));
  });

  it('compares, adds and rounds across families', () => {
    expect(compareQuantities('1Gi', '1G')).toBe(1);
    expect(compareQuantities('1000m', '1')).toBe(0);
    expect(addQuantities('100m', '1')).toBe('1100m');
    expect(addQuantities('0', '1Gi')).toBe('1Gi');
    expect(roundUpToMilli('100u')).toBe('1m');
    expect([quantityMilli('1.5'), quantityValue('1.5'), quantityValue('1Ki')]).toEqual([1500, 2, 1024]);
  });

  it('prints and parses back to the same value', () => {
    const seed = Number(process.env['STOWAGE_SEED'] ?? 20260101);
    const random = createRandom(seed);
    for (let run = 0; run < 2000; run++) {
      const nano = BigInt(random.nextInt(1_000_000_000)) * 10n ** BigInt(random.nextInt(12));
      for (const format of ['DecimalSI', 'BinarySI', 'DecimalExponent'] as const) {
        const text = formatNano(nano, format);
        const parsed = parseQuantity(text);
        expect(typeof parsed === 'string' ? parsed : parsed.nano, `seed ${seed}: ${text}`).toBe(nano);
        // A binary quantity that no binary suffix fits reads back as a decimal one.
        if (format !== 'BinarySI') expect(typeof parsed === 'string' ? parsed : parsed.text, `seed ${seed}: ${text}`).toBe(text);
      }
    }
  });
});
