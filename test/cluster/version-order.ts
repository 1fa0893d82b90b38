const numbersOf = (version: string): readonly number[] => (version.match(/\d+/g) ?? []).map(Number);

/** Compares dotted versions by their numbers: is `version` newer than `than`? A missing number counts as 0. */
export const isNewerVersion = (version: string, than: string): boolean => {
  const left = numbersOf(version);
  const right = numbersOf(than);
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
};
