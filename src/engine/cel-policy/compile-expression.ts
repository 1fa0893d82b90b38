import type { CelEnvironment } from "../cel/compile/environment.ts";
import { compileCel } from "../cel/program.ts";
import type { CelProgram } from "../cel/program.ts";

/** An expression of a policy that is none; the message has its field and place. */
export class CelCompileError extends Error {
  override readonly name = "CelCompileError";
  /** The field of the policy, below `spec`. */
  readonly field: string;

  constructor(field: string, reason: string) {
    super(`${field}: ${reason}`);
    this.field = field;
  }
}

/** What an expression must give; `any` where its value is looked at when it is there. */
export type ExpectedType = "bool" | "string" | "any";

/** Compiles one expression of a policy. Throws a `CelCompileError`. */
export function compileExpression(
  text: string,
  environment: CelEnvironment,
  field: string,
  _expected: ExpectedType = "any",
): CelProgram {
  const compiled = compileCel(text, environment);
  if (compiled.kind === "program") return compiled.program;
  throw new CelCompileError(field, compiled.issue.message);
}

/** A policy's variables, each of which sees those before it. Throws a `CelCompileError`. */
export function compileVariables(
  variables: readonly { readonly name: string; readonly expression: string }[] | undefined,
  environment: CelEnvironment,
): ReadonlyMap<string, CelProgram> {
  const programs = new Map<string, CelProgram>();
  for (const [index, { name, expression }] of (variables ?? []).entries()) {
    programs.set(name, compileExpression(expression, environment, `variables[${index}].expression`));
  }
  return programs;
}
