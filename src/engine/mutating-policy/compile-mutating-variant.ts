import type { MatchConstraints } from "#api/policies/match-constraints.ts";
import type { MutatingPolicySpec, PolicyMutation } from "#api/policies/mutating-policy.ts";

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

/** One change. */
export interface CompiledMutationExpression {
  readonly patchType: "ApplyConfiguration" | "JSONPatch";
  readonly program: CelProgram;
}

/** What a variant evaluates. */
export interface MutatingBody {
  readonly conditions: readonly CompiledCondition[];
  readonly variables: ReadonlyMap<string, CelProgram>;
  readonly mutations: readonly CompiledMutationExpression[];
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
    mutations: (spec.mutations ?? []).map((mutation, index) => compileMutation(mutation, index, environment)),
    annotations: compileAnnotations(spec.auditAnnotations, environment),
    targetConditions: compileConditions(spec.targetMatchConditions, environment, "targetMatchConditions"),
    targets:
      targets === ""
        ? undefined
        : compileExpression(targets, environment, "targetMatchConstraints.expression"),
    replacesAtomic: spec.evaluation?.useServerSideApply === true,
  };
}

function compileMutation(
  mutation: PolicyMutation,
  index: number,
  environment: CelEnvironment,
): CompiledMutationExpression {
  const { patchType } = mutation;
  const field = `mutations[${index}]`;
  switch (patchType) {
    case "ApplyConfiguration": {
      const expression = mutation.applyConfiguration?.expression ?? "";
      const place = `${field}.applyConfiguration.expression`;
      return { patchType, program: compileExpression(expression, environment, place) };
    }
    case "JSONPatch": {
      const expression = mutation.jsonPatch?.expression ?? "";
      const place = `${field}.jsonPatch.expression`;
      return { patchType, program: compileExpression(expression, environment, place) };
    }
    default:
      throw new CelCompileError(
        `${field}.patchType`,
        `${JSON.stringify(patchType)} is neither ApplyConfiguration nor JSONPatch`,
      );
  }
}
