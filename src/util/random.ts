// Seeded pseudo-randomness: the same seed gives the same sequence everywhere.

/** A source of pseudo-random integers. */
export interface Random {
  /** An integer in [0, bound). */
  nextInt(bound: number): number;
}

/** A source that starts at the seed (an unsigned 32-bit integer); the algorithm is mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { nextInt: (bound) => Math.floor((next() / 0x1_0000_0000) * bound) };
}
