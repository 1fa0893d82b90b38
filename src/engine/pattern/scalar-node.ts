import { formatValue } from "../values/go-format.ts";
import { isList } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import type { PatternCompiler } from "./compiler.ts";
import type { MatchRun, Mismatch, PatternNeed, PatternNode } from "./mismatch.ts";
import { compileValuePattern } from "./value-pattern.ts";
import { Budget } from "../budget.ts";

/** A node for a scalar or null: the value must satisfy it, or every element where the resource has a list. */
export function compileScalar(pattern: Json, compiler: PatternCompiler): PatternNode {
  const test = compileValuePattern(pattern, compiler.numbers);
  const text = formatValue(pattern, compiler.numbers, new Budget());
  const need: PatternNeed = { kind: "value", pattern };
  const mismatch = (resource: Json | undefined, run: MatchRun): Mismatch => {
    run.miss(need, resource);
    const value = formatValue(resource ?? null, run.numbers, run.budget);
    return run.mismatch(`resource value '${value}' does not match '${text}' at path ${run.path()}`);
  };
  return (resource, run) => {
    run.visit();
    if (!isList(resource)) return test(resource, run.numbers) ? undefined : mismatch(resource, run);
    for (const item of resource) {
      run.budget.step();
      if (!test(item, run.numbers)) return mismatch(resource, run);
    }
    return undefined;
  };
}
