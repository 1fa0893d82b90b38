import type { MatchConstraints } from "#api/policies/match-constraints.ts";
import type { ValidatingPolicySpec } from "#api/policies/validating-policy.ts";

import { compileAnnotations } from "../cel-policy/audit-annotations.ts";
import type { CompiledAnnotations } from "../cel-policy/audit-annotations.ts";
import { compileChecks } from "../cel-policy/checks.ts";
import type { CompiledCheck } from "../cel-policy/checks.ts";
import { CelCompileError } from "../cel-policy/compile-expression.ts";
import { compileMatchConstraints } from "../cel-policy/match-constraints.ts";
import type { ConstraintsTest } from "../cel-policy/match-constraints.ts";
import { compileConditions } from "../cel-policy/match-conditions.ts";
import type { CompiledCondition } from "../cel-policy/match-conditions.ts";
import { compileTypedVariables } from "../cel-policy/typed-variables.ts";
import type { CelEnvironment } from "../cel/compile/environment.ts";
import type { CelProgram } from "../cel/program.ts";

/** What a variant evaluates once its constraints take an object. */
export interface VariantBody {
  /** What conditions see, those of exceptions included. */
  readonly environment: CelEnvironment;
  readonly conditions: readonly CompiledCondition[];
  /** What a condition is that cannot be evaluated (`failurePolicy`). */
  readonly onConditionError: "error" | "notMet";
  readonly variables: ReadonlyMap<string, CelProgram>;
  readonly validations: readonly CompiledCheck[];
  readonly annotations: CompiledAnnotations;
}

/** A ValidatingPolicy as it is for one set of kinds. */
export interface ValidatingVariant {
  readonly matchConstraints: MatchConstraints | undefined;
  readonly matches: ConstraintsTest;
  readonly body: VariantBody | undefined;
  /** Why there is no body. */
  readonly problem: string | undefined;
}

/** Compiles a spec for the kinds of some constraints. An expression that is none becomes the variant's problem. */
export function compileVariant(
  spec: ValidatingPolicySpec,
  matchConstraints: MatchConstraints | undefined,
  environment: CelEnvironment,
): ValidatingVariant {
  const matches = compileMatchConstraints(matchConstraints);
  try {
    return { matchConstraints, matches, body: compileBody(spec, environment), problem: undefined };
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return { matchConstraints, matches, body: undefined, problem: error.message };
  }
}

function compileBody(spec: ValidatingPolicySpec, base: CelEnvironment): VariantBody {
  const { programs, environment } = compileTypedVariables(spec.variables, base);
  return {
    // Conditions are asked before there are variables.
    environment: base,
    conditions: compileConditions(spec.matchConditions, base, "matchConditions"),
    onConditionError: spec.failurePolicy === "Ignore" ? "notMet" : "error",
    variables: programs,
    validations: compileChecks(spec.validations, environment),
    annotations: compileAnnotations(spec.auditAnnotations, environment),
  };
}
