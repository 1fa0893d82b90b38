const decimal = /^[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?[\d_]*\d)?$/;
const named = /^([+-]?)(?:inf|infinity)$/i;

/**
 * The number that Kyverno's `to_number` reads in a text: decimal, with an optional exponent and `_` between digits,
 * `inf` and `nan` in any case. Undefined for everything else, hexadecimal and blanks included.
 */
export function parseGoFloat(text: string): number | undefined {
  if (decimal.test(text)) {
    const value = Number(text.replaceAll("_", ""));
    return Number.isFinite(value) ? value : undefined;
  }
  const infinity = named.exec(text);
  if (infinity !== null) return infinity[1] === "-" ? -Infinity : Infinity;
  return /^[+-]?nan$/i.test(text) ? Number.NaN : undefined;
}
