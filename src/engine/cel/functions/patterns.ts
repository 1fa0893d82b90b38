import type { RE2JS } from "re2js";
import { compileRegex } from "../../jmespath/regex-cache.ts";
import { CelError } from "../values/cel-error.ts";

/** A regular expression in RE2's syntax, which matches in linear time. Throws a `CelError` for what is none. */
export function compiledPattern(pattern: string): RE2JS {
  const compiled = compileRegex(pattern);
  if (compiled.kind === "failed") throw new CelError(compiled.message);
  return compiled.pattern;
}
