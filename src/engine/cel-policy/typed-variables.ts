import type { CelVariable } from "#api/schema/cel-blocks.ts";

import type { CelEnvironment } from "../cel/compile/environment.ts";
import { compileVariables } from "../cel/environments/policy-variables.ts";
import type { CelProgram } from "../cel/program.ts";
import { CelCompileError } from "./compile-expression.ts";

/** A policy's variables, and what expressions see that know them. */
export interface TypedVariables {
  readonly programs: ReadonlyMap<string, CelProgram>;
  readonly environment: CelEnvironment;
}

/** Compiles variables, each of which sees those before it. Throws a `CelCompileError`. */
export function compileTypedVariables(
  variables: readonly CelVariable[] | undefined,
  environment: CelEnvironment,
): TypedVariables {
  const compiled = compileVariables(variables ?? [], environment);
  if (compiled.kind === "variables") return compiled;
  throw new CelCompileError(`variables[${compiled.index}].expression`, compiled.issue.message);
}
