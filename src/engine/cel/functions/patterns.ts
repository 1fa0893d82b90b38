import type { RE2JS } from "re2js";
import { compileRegex } from "../../jmespath/regex-cache.ts";
import { CelError } from "../values/cel-error.ts";
import type { CallContext } from "./function-spec.ts";
import { expandedSize } from "./pattern-size.ts";

/** States of an expression after its counted repetitions are written out; a real one has tens. */
const maxStates = 20_000;

/**
 * A regular expression in RE2's syntax, which matches in time linear in text and expression. Throws a `CelError` for what is
 * none, and for one whose repetitions within repetitions make it enormous.
 */
export function compiledPattern(pattern: string): RE2JS {
  if (expandedSize(pattern) > maxStates) {
    throw new CelError(`error parsing regexp: expression too large: more than ${maxStates} states`);
  }
  const compiled = compileRegex(pattern);
  if (compiled.kind === "failed") throw new CelError(compiled.message);
  return compiled.pattern;
}

/** Counts a search in a text of `length` characters: each may have to be looked at in each state. */
export function countSearch(pattern: RE2JS, length: number, context: CallContext): void {
  context.work(((length + 1) * pattern.programSize()) / 2);
}
