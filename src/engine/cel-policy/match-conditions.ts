import type { MatchCondition } from "#api/schema/cel-blocks.ts";

import type { CelEnvironment } from "../cel/compile/environment.ts";
import type { CelProgram } from "../cel/program.ts";
import type { CelSession } from "./cel-session.ts";
import { compileExpression } from "./compile-expression.ts";

/** A named condition, compiled. */
export interface CompiledCondition {
  readonly name: string;
  readonly program: CelProgram;
}

export type ConditionsResult =
  | { readonly kind: "met" }
  /** `condition` is the one that is false, or that failed where errors count as that. */
  | { readonly kind: "notMet"; readonly condition: string }
  | { readonly kind: "error"; readonly message: string };

/** Compiles conditions. Throws a `CelCompileError`. */
export function compileConditions(
  conditions: readonly MatchCondition[] | undefined,
  environment: CelEnvironment,
  field: string,
): readonly CompiledCondition[] {
  return (conditions ?? []).map(({ name, expression }, index) => ({
    name,
    program: compileExpression(expression, environment, `${field}[${index}].expression`, "bool"),
  }));
}

/**
 * All conditions in order. One that is false decides, also where an earlier one could not be evaluated; errors decide only
 * where nothing is false.
 */
export function evaluateConditions(
  conditions: readonly CompiledCondition[],
  session: CelSession,
  onError: "error" | "notMet" = "error",
): ConditionsResult {
  const errors: string[] = [];
  let failed = "";
  for (const { name, program } of conditions) {
    const result = session.evaluate(program);
    if (result.kind === "error") errors.push(result.message);
    else if (typeof result.value !== "boolean") errors.push("match condition is not of type bool");
    else if (!result.value) return { kind: "notMet", condition: name };
    if (errors.length > 0 && failed === "") failed = name;
  }
  if (errors.length === 0) return { kind: "met" };
  return onError === "notMet"
    ? { kind: "notMet", condition: failed }
    : { kind: "error", message: errors.join("; ") };
}
