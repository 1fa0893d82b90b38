import { BudgetExceeded } from "../budget.ts";

/**
 * Kyverno's wildcards: `*` stands for zero or more code points, `?` for exactly one, everything else for itself. A
 * pattern matches whole texts, with case. There are no escapes and no classes.
 *
 * Matching takes time linear in the text. The one shape for which that is not known, a long run with `?` in it between
 * two `*`, is limited to `maxFloatingLength` characters.
 */

const maxFloatingLength = 512;

/** True where `text` contains `*` or `?`. */
export function hasWildcard(text: string): boolean {
  return text.includes("*") || text.includes("?");
}

/** A test for whole texts against `pattern`. Throws `BudgetExceeded` for a pattern that cannot be matched in linear time. */
export function compileWildcard(pattern: string): (text: string) => boolean {
  if (!hasWildcard(pattern)) return (text) => text === pattern;
  const parts = pattern.split("*");
  const first = partOf(parts[0] ?? "");
  if (parts.length === 1) return (text) => endOfMatch(first, text, 0) === text.length;
  const last = partOf(parts.at(-1) ?? "");
  const floating = parts
    .slice(1, -1)
    .filter((part) => part !== "")
    .map(floatingPartOf);
  return (text) => {
    let position = endOfMatch(first, text, 0);
    for (const part of floating) {
      if (position < 0) return false;
      position = part(text, position);
    }
    return position >= 0 && startOfMatch(last, text, text.length) >= position;
  };
}

/** True where the whole of `text` matches `pattern`; `compileWildcard` for a pattern that is used once. */
export function matchesWildcard(pattern: string, text: string): boolean {
  if (pattern === "*" || pattern === text) return true;
  return hasWildcard(pattern) && compileWildcard(pattern)(text);
}

/** A piece of a pattern without `*`. */
interface Part {
  readonly text: string;
  readonly hasAny: boolean;
}

function partOf(text: string): Part {
  return { text, hasAny: text.includes("?") };
}

/** Where the match of `part` that begins at `start` ends, or -1. */
function endOfMatch(part: Part, text: string, start: number): number {
  if (!part.hasAny) return text.startsWith(part.text, start) ? start + part.text.length : -1;
  let position = start;
  for (let index = 0; index < part.text.length; index++) {
    if (position >= text.length) return -1;
    const unit = part.text.charCodeAt(index);
    if (unit === anyUnit) {
      position += isPair(text, position) ? 2 : 1;
    } else if (text.charCodeAt(position) === unit) {
      position++;
    } else {
      return -1;
    }
  }
  return position;
}

/** Where the match of `part` that ends at `end` begins, or -1. */
function startOfMatch(part: Part, text: string, end: number): number {
  if (!part.hasAny) return text.endsWith(part.text) ? end - part.text.length : -1;
  let position = end;
  for (let index = part.text.length - 1; index >= 0; index--) {
    if (position <= 0) return -1;
    const unit = part.text.charCodeAt(index);
    if (unit === anyUnit) {
      position -= isPair(text, position - 2) ? 2 : 1;
    } else if (text.charCodeAt(position - 1) === unit) {
      position--;
    } else {
      return -1;
    }
  }
  return position;
}

/** A search for the first match at or behind a position; it gives the end of that match, or -1. */
function floatingPartOf(text: string): (text: string, position: number) => number {
  const part = partOf(text);
  if (!part.hasAny) return literalSearch(part.text);
  if (part.text.length > maxFloatingLength) {
    throw new BudgetExceeded(
      `a wildcard may not have more than ${maxFloatingLength} characters with "?" between two "*"`,
    );
  }
  return (text, position) => {
    for (let start = position; start < text.length; start++) {
      if (start > 0 && isPair(text, start - 1)) continue;
      const end = endOfMatch(part, text, start);
      if (end >= 0) return end;
    }
    return -1;
  };
}

/** Short literals are left to `indexOf`; long ones, which could make it quadratic, take Knuth-Morris-Pratt. */
function literalSearch(literal: string): (text: string, position: number) => number {
  if (literal.length <= 32) {
    return (text, position) => {
      const found = text.indexOf(literal, position);
      return found < 0 ? -1 : found + literal.length;
    };
  }
  const borders = bordersOf(literal);
  return (text, position) => {
    let matched = 0;
    for (let index = position; index < text.length; index++) {
      while (matched > 0 && text.charCodeAt(index) !== literal.charCodeAt(matched)) {
        matched = borders[matched - 1] ?? 0;
      }
      if (text.charCodeAt(index) === literal.charCodeAt(matched)) matched++;
      if (matched === literal.length) return index + 1;
    }
    return -1;
  };
}

/** For each prefix of `literal`, the length of its longest proper prefix that is a suffix of it too. */
function bordersOf(literal: string): Int32Array {
  const borders = new Int32Array(literal.length);
  let border = 0;
  for (let index = 1; index < literal.length; index++) {
    while (border > 0 && literal.charCodeAt(index) !== literal.charCodeAt(border)) {
      border = borders[border - 1] ?? 0;
    }
    if (literal.charCodeAt(index) === literal.charCodeAt(border)) border++;
    borders[index] = border;
  }
  return borders;
}

const anyUnit = 0x3f;

/** True where the two units at `index` are one code point. */
function isPair(text: string, index: number): boolean {
  const high = text.charCodeAt(index);
  if ((high & 0xfc00) !== 0xd800) return false;
  return (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00;
}
