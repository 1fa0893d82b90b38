import { extendEnvironment } from "../compile/environment.ts";
import type { CelEnvironment } from "../compile/environment.ts";
import { compileCel } from "../program.ts";
import type { CelIssue, CelProgram } from "../program.ts";
import { namedType } from "../types/cel-type.ts";
import type { CelType } from "../types/cel-type.ts";
import { structType } from "./admission-types.ts";

const typeName = "kubernetes.variables";

/** The environment in which `variables` has these fields and no others. */
export function withVariables(
  environment: CelEnvironment,
  fields: Readonly<Record<string, CelType>> = {},
): CelEnvironment {
  return extendEnvironment(environment, { variables: namedType(typeName) }, [structType(typeName, fields)]);
}

export type CompiledVariables =
  | {
      readonly kind: "variables";
      /** In the order of their declaration. */
      readonly programs: ReadonlyMap<string, CelProgram>;
      /** For the expressions that see all of them, by their types. */
      readonly environment: CelEnvironment;
    }
  | { readonly kind: "failed"; readonly index: number; readonly name: string; readonly issue: CelIssue };

/**
 * Compiles a policy's variables. Each sees those before it, with the types of their values; one that mentions itself or a
 * later one mentions an undefined field, so that none ever depends on itself.
 */
export function compileVariables(
  declared: readonly { readonly name: string; readonly expression: string }[],
  environment: CelEnvironment,
): CompiledVariables {
  const programs = new Map<string, CelProgram>();
  const types: [string, CelType][] = [];
  let current = withVariables(environment);
  for (const [index, { name, expression }] of declared.entries()) {
    const compiled = compileCel(expression, current);
    if (compiled.kind === "failed") return { kind: "failed", index, name, issue: compiled.issue };
    programs.set(name, compiled.program);
    types.push([name, compiled.program.type]);
    current = withVariables(environment, Object.fromEntries(types));
  }
  return { kind: "variables", programs, environment: current };
}
