import type { CelCheck } from "#api/schema/cel-blocks.ts";

import type { CelEnvironment } from "../cel/compile/environment.ts";
import type { CelProgram } from "../cel/program.ts";
import type { CelSession } from "./cel-session.ts";
import { compileExpression } from "./compile-expression.ts";

/** One expression that must hold. */
export interface CompiledCheck {
  readonly program: CelProgram;
  /** Empty where there is none. */
  readonly message: string;
  readonly messageProgram: CelProgram | undefined;
}

/** Compiles `validations`. Throws a `CelCompileError`. */
export function compileChecks(
  checks: readonly CelCheck[] | undefined,
  environment: CelEnvironment,
): readonly CompiledCheck[] {
  return (checks ?? []).map(({ expression, message = "", messageExpression = "" }, index) => {
    const field = `validations[${index}]`;
    return {
      program: compileExpression(expression, environment, `${field}.expression`, "bool"),
      message,
      messageProgram:
        messageExpression === ""
          ? undefined
          : compileExpression(messageExpression, environment, `${field}.messageExpression`, "string"),
    };
  });
}

/** The first check that does not hold, and what is said of it. */
export type ChecksResult =
  | { readonly kind: "held" }
  | { readonly kind: "failed"; readonly index: number; readonly message: string }
  | { readonly kind: "error"; readonly index: number; readonly message: string };

/** Evaluates checks in order, up to the first that is false or has no value. */
export function evaluateChecks(checks: readonly CompiledCheck[], session: CelSession): ChecksResult {
  for (const [index, check] of checks.entries()) {
    const result = session.evaluate(check.program);
    if (result.kind === "error") return { kind: "error", index, message: result.message };
    if (typeof result.value !== "boolean") return { kind: "error", index, message: "expected bool result" };
    if (!result.value) return { kind: "failed", index, message: messageOf(check, index, session) };
  }
  return { kind: "held" };
}

/** The computed message, taken as it is, else the fixed one. */
function messageOf({ message, messageProgram }: CompiledCheck, index: number, session: CelSession): string {
  if (messageProgram !== undefined) {
    const result = session.evaluate(messageProgram);
    if (result.kind === "error") return `failed to evaluate message expression: ${result.message}`;
    if (typeof result.value !== "string") {
      return "failed to convert message expression to string: type conversion error";
    }
    if (result.value !== "") return result.value;
  }
  return message === "" ? `CEL expression validation failed at index ${index}` : message;
}
