/** The operators that a string pattern may begin with or, for ranges, contain. */
export type PatternOperator =
  | { readonly kind: Comparison; readonly operand: string }
  | { readonly kind: "inRange" | "outOfRange"; readonly low: string; readonly high: string };

export type Comparison = "equal" | "notEqual" | "greater" | "greaterOrEqual" | "less" | "lessOrEqual";

const prefixes: readonly (readonly [prefix: string, kind: Comparison])[] = [
  [">=", "greaterOrEqual"],
  ["<=", "lessOrEqual"],
  [">", "greater"],
  ["<", "less"],
  ["!", "notEqual"],
];

const outOfRange = /^([-|+]?[0-9]+(?:\.[0-9]+)?[A-Za-z]*)!-([-|+]?[0-9]+(?:\.[0-9]+)?[A-Za-z]*)$/;
const inRange = /^([-|+]?[0-9]+(?:\.[0-9]+)?[A-Za-z]*)-([-|+]?[0-9]+(?:\.[0-9]+)?[A-Za-z]*)$/;

/** The operator of one string pattern without `|` and `&`. What is shorter than two characters has none. */
export function parseOperator(pattern: string): PatternOperator {
  if (pattern.length < 2) return { kind: "equal", operand: pattern.trim() };
  for (const [prefix, kind] of prefixes) {
    if (pattern.startsWith(prefix)) return { kind, operand: pattern.slice(prefix.length).trim() };
  }
  const outside = outOfRange.exec(pattern);
  if (outside !== null) return { kind: "outOfRange", low: outside[1] ?? "", high: outside[2] ?? "" };
  const inside = inRange.exec(pattern);
  if (inside !== null) return { kind: "inRange", low: inside[1] ?? "", high: inside[2] ?? "" };
  return { kind: "equal", operand: pattern.trim() };
}
