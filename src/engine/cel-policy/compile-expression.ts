import type { CelEnvironment } from "../cel/compile/environment.ts";
import { compileCel } from "../cel/program.ts";
import type { CelProgram } from "../cel/program.ts";
import { boolType, nullType, stringType } from "../cel/types/cel-type.ts";
import type { CelType } from "../cel/types/cel-type.ts";

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
export type ExpectedType = "bool" | "string" | "text or null" | "any";

const expectedTypes: Readonly<Record<ExpectedType, readonly CelType[]>> = {
  bool: [boolType],
  string: [stringType],
  "text or null": [stringType, nullType],
  any: [],
};

/** Compiles one expression of a policy. Throws a `CelCompileError`. */
export function compileExpression(
  text: string,
  environment: CelEnvironment,
  field: string,
  expected: ExpectedType = "any",
): CelProgram {
  const compiled = compileCel(text, environment, expectedTypes[expected]);
  if (compiled.kind === "program") return compiled.program;
  throw new CelCompileError(field, compiled.issue.message);
}
