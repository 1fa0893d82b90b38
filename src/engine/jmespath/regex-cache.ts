import { RE2JS, RE2JSException } from "re2js";

import type { Budget } from "../budget.ts";

const maxPatterns = 512;
const maxPatternLength = 64 * 1024;
/** About how many instructions a program may have: characters times the largest counted repetition. */
const maxExpandedLength = 300_000;
const repetition = /\{(\d{1,9})(?:,(\d{0,9}))?\}/g;

export type Compiled =
  | { readonly kind: "pattern"; readonly pattern: RE2JS }
  | { readonly kind: "failed"; readonly message: string };

/**
 * Compiled patterns, newest last; the oldest leave when there are too many. It is shared by all evaluations, which
 * cannot tell: a pattern has no state.
 */
const cache = new Map<string, Compiled>();

/** A regular expression in RE2's syntax, or Go's message about what is wrong with it. */
export function compileRegex(source: string): Compiled {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const compiled = compileAnew(source);
  if (source.length <= maxPatternLength) {
    if (cache.size >= maxPatterns) cache.delete(cache.keys().next().value ?? "");
    cache.set(source, compiled);
  }
  return compiled;
}

/** Patterns that an evaluation has asked for; what other evaluations left in the cache must not change its count. */
const asked = new WeakMap<Budget, Set<string>>();
/** Steps for each instruction of a program: patterns with counted repetitions have thousands. */
const stepsPerInstruction = 8;

/** The same for an evaluation, which pays for each pattern once. Throws `BudgetExceeded`. */
export function compileRegexOf(source: string, budget: Budget): Compiled {
  let patterns = asked.get(budget);
  if (patterns === undefined) asked.set(budget, (patterns = new Set()));
  if (patterns.has(source)) return compileRegex(source);
  budget.step(1 + source.length);
  const compiled = compileRegex(source);
  if (compiled.kind === "pattern") budget.step(compiled.pattern.programSize() * stepsPerInstruction);
  patterns.add(source);
  return compiled;
}

function compileAnew(source: string): Compiled {
  if (source.length > maxPatternLength) {
    return { kind: "failed", message: `error parsing regexp: longer than ${maxPatternLength} characters` };
  }
  if (isTooLarge(source)) return { kind: "failed", message: "error parsing regexp: expression too large" };
  try {
    return { kind: "pattern", pattern: RE2JS.compile(source) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { kind: "failed", message: error.message };
  }
}

/** Repetitions multiply the program before anything can count it. Nested ones multiply to 1,000 at most. */
function isTooLarge(source: string): boolean {
  if (!source.includes("{")) return false;
  let largest = 1;
  let nested = 1;
  for (const [, least = "", most = ""] of source.matchAll(repetition)) {
    const count = Math.max(Number(least), Number(most), 1);
    largest = Math.max(largest, count);
    nested = Math.min(nested * count, 1_000);
  }
  return source.length * Math.max(largest, nested) > maxExpandedLength;
}
