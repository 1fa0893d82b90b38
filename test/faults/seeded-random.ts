/** Draws that are the same for the same seed (mulberry32). */
export interface SeededRandom {
  /** A number in [0, 1). */
  next(): number;
  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number;
  pick<T>(values: readonly T[]): T;
  chance(share: number): boolean;
}

export const createSeededRandom = (seed: number): SeededRandom => {
  let state = (seed * 2_654_435_761) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: <T>(values: readonly T[]): T => {
      if (values.length === 0) throw new Error("nothing to pick from");
      return values[Math.floor(next() * values.length)] as T;
    },
    chance: (share) => next() < share,
  };
};
