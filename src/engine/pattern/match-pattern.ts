import type { Budget } from "../budget.ts";
import { isList, isObject } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { compileObject } from "./compile-object.ts";
import type { PatternCompiler } from "./compiler.ts";
import { compileList } from "./list-node.ts";
import { MatchRun } from "./mismatch.ts";
import type { PatternNode, PatternTrace } from "./mismatch.ts";
import { checkPatternDepth, nestedAnchors } from "./nested-anchors.ts";
import { compileScalar } from "./scalar-node.ts";

/** A pattern of `validate.pattern` or `anyPattern`, ready to be matched. */
export interface CompiledPattern {
  readonly root: PatternNode;
  /** True where the pattern has anchors, so that a failure may turn into an error. */
  readonly hasAnchors: boolean;
}

/**
 * What a resource is to a pattern. `skip`: the pattern does not apply. `error`: it does not match, and where is not
 * known, because a list is too short or an anchor's key exists nowhere. Messages are the raw texts without the rule.
 */
export type PatternResult =
  | { readonly kind: "pass" }
  | { readonly kind: "fail"; readonly path: string; readonly message: string }
  | { readonly kind: "skip"; readonly message: string }
  | { readonly kind: "error"; readonly message: string };

const pass: PatternResult = { kind: "pass" };

/**
 * Compiles a pattern with Kyverno's semantics: anchors, their order and operators. `numbers` is how the pattern's own
 * numbers are read. Throws `BudgetExceeded` for one that is nested too deeply or has an unreasonable wildcard.
 */
export function compilePattern(pattern: Json, options: { readonly numbers: NumberMode }): CompiledPattern {
  const hasAnchors = nestedAnchors();
  const compiler: PatternCompiler = {
    numbers: options.numbers,
    hasAnchors,
    node: (nested, depth) => {
      checkPatternDepth(depth);
      if (isObject(nested)) return compileObject(nested, compiler, depth, false);
      return isList(nested) ? compileList(nested, compiler, depth) : compileScalar(nested, compiler);
    },
    metadata: (nested, depth) => {
      checkPatternDepth(depth);
      return compileObject(nested, compiler, depth, true);
    },
  };
  return { root: compiler.node(pattern, 0), hasAnchors: hasAnchors(pattern, 0) };
}

/**
 * Matches `resource`, whose numbers are read by `numbers`. Paths begin with `path`, `/` by default. Throws
 * `BudgetExceeded` and nothing else.
 */
export function matchPattern(
  compiled: CompiledPattern,
  resource: Json,
  options: {
    readonly numbers: NumberMode;
    readonly budget: Budget;
    readonly path?: string;
    readonly trace?: PatternTrace;
  },
): PatternResult {
  const { numbers, budget, path = "/", trace } = options;
  const mismatch = compiled.root(resource, new MatchRun(numbers, budget, path, false, trace));
  if (mismatch === undefined) return pass;
  const { kind, message } = mismatch;
  if (kind === "skip") return { kind, message };
  if (kind === "negation") return { kind: "fail", path: mismatch.path, message };
  if (mismatch.path === "") return { kind: "error", message };
  if (compiled.hasAnchors && anchorsAreMissing(new MatchRun(numbers, budget, path, true))) {
    return { kind: "error", message };
  }
  return { kind: "fail", path: mismatch.path, message };

  /** A failed match is walked again for this: passing ones, the many, need not keep book of anchors. */
  function anchorsAreMissing(run: MatchRun): boolean {
    compiled.root(resource, run);
    return run.anchorsFound !== undefined && run.anchorsFound.values().some((found) => !found);
  }
}
