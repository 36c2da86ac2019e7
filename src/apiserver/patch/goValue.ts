// How Go's fmt prints a JSON value with %v: 'map[a:1 b:[x y]]'. Errors about patches show them so.
import { sortedKeys } from '../../util/compare.js';

/** The text of the value. */
export function goValueText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goValueText).join(' ')}]`;
  if (typeof value === 'number') return goNumberText(value);
  if (typeof value !== 'object') return String(value);
  const map = value as Record<string, unknown>;
  return `map[${sortedKeys(map).map((name) => `${name}:${goValueText(map[name])}`).join(' ')}]`;
}

/** Integers in full; other numbers with an exponent from 1e21 on and below 1e-4, which has two digits at least. */
function goNumberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString();
  const size = Math.abs(value);
  const text = size >= 1e21 || size < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}
