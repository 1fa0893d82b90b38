import { RE2JS, RE2JSException } from "re2js";

const maxPatterns = 512;
const maxPatternLength = 64 * 1024;

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

function compileAnew(source: string): Compiled {
  if (source.length > maxPatternLength) {
    return { kind: "failed", message: `error parsing regexp: longer than ${maxPatternLength} characters` };
  }
  try {
    return { kind: "pattern", pattern: RE2JS.compile(source) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { kind: "failed", message: error.message };
  }
}
