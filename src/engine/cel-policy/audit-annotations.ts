import type { AuditAnnotation } from "#api/schema/cel-blocks.ts";

import type { CelEnvironment } from "../cel/compile/environment.ts";
import type { CelProgram } from "../cel/program.ts";
import { typeNameOf } from "../cel/values/cel-value.ts";
import type { CelSession } from "./cel-session.ts";
import { compileExpression } from "./compile-expression.ts";

export type CompiledAnnotations = readonly (readonly [key: string, program: CelProgram])[];

/** Compiles audit annotations. Throws a `CelCompileError`. */
export function compileAnnotations(
  annotations: readonly AuditAnnotation[] | undefined,
  environment: CelEnvironment,
): CompiledAnnotations {
  return (annotations ?? []).map(
    ({ key, valueExpression }, index) =>
      [
        key,
        compileExpression(
          valueExpression,
          environment,
          `auditAnnotations[${index}].valueExpression`,
          "text or null",
        ),
      ] as const,
  );
}

export type AnnotationsResult =
  | { readonly kind: "properties"; readonly properties: Readonly<Record<string, string>> }
  | { readonly kind: "error"; readonly message: string };

/** The texts of audit annotations, which become properties of the result. Empty ones are left out; null is an error. */
export function evaluateAnnotations(
  annotations: CompiledAnnotations,
  session: CelSession,
): AnnotationsResult {
  const properties: [string, string][] = [];
  for (const [key, program] of annotations) {
    const result = session.evaluate(program);
    if (result.kind === "error") {
      return { kind: "error", message: `failed to evaluate auditAnnotation '${key}': ${result.message}` };
    }
    if (typeof result.value !== "string") {
      const reason = `type conversion error from '${typeNameOf(result.value)}' to 'string'`;
      return {
        kind: "error",
        message: `failed to convert auditAnnotation '${key}' expression: ${reason}`,
      };
    }
    if (result.value !== "") properties.push([key, result.value]);
  }
  return { kind: "properties", properties: Object.fromEntries(properties) };
}
