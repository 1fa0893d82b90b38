import type { MatchConstraints } from "#api/policies/match-constraints.ts";
import type { MutatingPolicySpec } from "#api/policies/mutating-policy.ts";

import { compileAnnotations } from "../cel-policy/audit-annotations.ts";
import type { CompiledAnnotations } from "../cel-policy/audit-annotations.ts";
import { CelCompileError, compileExpression } from "../cel-policy/compile-expression.ts";
import { compileMatchConstraints } from "../cel-policy/match-constraints.ts";
import type { ConstraintsTest } from "../cel-policy/match-constraints.ts";
import { compileConditions } from "../cel-policy/match-conditions.ts";
import type { CompiledCondition } from "../cel-policy/match-conditions.ts";
import { compileTypedVariables } from "../cel-policy/typed-variables.ts";
import type { CelEnvironment } from "../cel/compile/environment.ts";
import type { CelProgram } from "../cel/program.ts";
import { compileSteps } from "./mutation-steps.ts";
import type { MutationStep } from "./mutation-steps.ts";

/** What a variant evaluates. */
export interface MutatingBody {
  readonly conditions: readonly CompiledCondition[];
  readonly variables: ReadonlyMap<string, CelProgram>;
  readonly mutations: readonly MutationStep[];
  readonly annotations: CompiledAnnotations;
  readonly targetConditions: readonly CompiledCondition[];
  /** Gives the targets of a trigger; undefined where constraints select them. */
  readonly targets: CelProgram | undefined;
  readonly replacesAtomic: boolean;
}

/** A MutatingPolicy as it is for one set of kinds. */
export interface MutatingVariant {
  readonly matchConstraints: MatchConstraints | undefined;
  readonly matches: ConstraintsTest;
  readonly body: MutatingBody | undefined;
  /** Why there is no body. */
  readonly problem: string | undefined;
}

/** Compiles a spec for the kinds of some constraints. An expression that is none becomes the variant's problem. */
export function compileMutatingVariant(
  spec: MutatingPolicySpec,
  matchConstraints: MatchConstraints | undefined,
  environment: CelEnvironment,
): MutatingVariant {
  const matches = compileMatchConstraints(matchConstraints);
  try {
    return { matchConstraints, matches, body: compileBody(spec, environment), problem: undefined };
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return { matchConstraints, matches, body: undefined, problem: error.message };
  }
}

function compileBody(spec: MutatingPolicySpec, base: CelEnvironment): MutatingBody {
  const { programs, environment } = compileTypedVariables(spec.variables, base);
  const targets = spec.targetMatchConstraints?.expression ?? "";
  return {
    conditions: compileConditions(spec.matchConditions, environment, "matchConditions"),
    variables: programs,
    mutations: compileSteps(spec.mutations, environment),
    annotations: compileAnnotations(spec.auditAnnotations, environment),
    targetConditions: compileConditions(spec.targetMatchConditions, environment, "targetMatchConditions"),
    targets:
      targets === ""
        ? undefined
        : compileExpression(targets, environment, "targetMatchConstraints.expression"),
    replacesAtomic: spec.evaluation?.useServerSideApply === true,
  };
}
