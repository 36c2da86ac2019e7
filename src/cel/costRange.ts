// Ranges of costs and of sizes, and how they add up: beyond the greatest number there is no more.
// Source: google/cel-go checker/cost.go (SizeEstimate, CostEstimate)

/** The least and the most; both whole numbers of at most `UNBOUNDED`. */
export interface CostRange { readonly min: number; readonly max: number }

/** Stands for the greatest number of 64 bits, and for "nobody knows". */
export const UNBOUNDED = 2 ** 64;

/** What is known of a size that nothing is known of. */
export const unknownRange: CostRange = { min: 0, max: UNBOUNDED };

/** A range of one number. */
export const fixed = (value: number): CostRange => ({ min: value, max: value });

const bounded = (value: number): number => (value >= UNBOUNDED ? UNBOUNDED : value);

/** Both one after the other. */
export const addRanges = (a: CostRange, b: CostRange): CostRange => ({ min: bounded(a.min + b.min), max: bounded(a.max + b.max) });

/** One for each of the other. */
export const scaleRange = (a: CostRange, b: CostRange): CostRange => ({ min: bounded(a.min * b.min), max: bounded(a.max * b.max) });

/** The range times a factor, rounded up. */
export const scaleRangeBy = (range: CostRange, factor: number): CostRange => ({ min: bounded(Math.ceil(range.min * factor)), max: bounded(Math.ceil(range.max * factor)) });

/** The range that holds all of them; of none, nothing. */
export function unionOf(ranges: readonly CostRange[]): CostRange {
  const [first = fixed(0), ...others] = ranges;
  return others.reduce((union, { min, max }) => ({ min: Math.min(union.min, min), max: Math.max(union.max, max) }), first);
}
