import type { PolicyMutation } from "#api/policies/mutating-policy.ts";

import type { ObjectType } from "../apply-configuration/object-type.ts";
import { CelCompileError, compileExpression } from "../cel-policy/compile-expression.ts";
import type { CelSession } from "../cel-policy/cel-session.ts";
import type { CelEnvironment } from "../cel/compile/environment.ts";
import type { CelProgram } from "../cel/program.ts";
import type { EvaluationInput } from "../input.ts";
import { PatchError } from "../mutate/patch-error.ts";
import type { JsonObject } from "../values/json.ts";
import { applyConfigurationValue, applyPatchValue } from "./apply-mutation.ts";

/** One change. */
export interface MutationStep {
  readonly patchType: "ApplyConfiguration" | "JSONPatch";
  readonly program: CelProgram;
}

/** Compiles the mutations of a policy. Throws a `CelCompileError`. */
export function compileSteps(
  mutations: readonly PolicyMutation[] | undefined,
  environment: CelEnvironment,
): readonly MutationStep[] {
  return (mutations ?? []).map((mutation, index) =>
    compileStep(mutation, `mutations[${index}]`, environment),
  );
}

function compileStep(
  { patchType, applyConfiguration, jsonPatch }: PolicyMutation,
  field: string,
  environment: CelEnvironment,
): MutationStep {
  switch (patchType) {
    case "ApplyConfiguration": {
      const place = `${field}.applyConfiguration.expression`;
      return {
        patchType,
        program: compileExpression(applyConfiguration?.expression ?? "", environment, place),
      };
    }
    case "JSONPatch": {
      const place = `${field}.jsonPatch.expression`;
      return { patchType, program: compileExpression(jsonPatch?.expression ?? "", environment, place) };
    }
    default:
      throw new CelCompileError(
        `${field}.patchType`,
        `${JSON.stringify(patchType)} is neither ApplyConfiguration nor JSONPatch`,
      );
  }
}

/** What changes are carried out with. */
export interface StepsRun {
  readonly session: CelSession;
  /** Says what `object` is from there on. */
  readonly show: (object: JsonObject) => void;
  readonly input: Pick<EvaluationInput, "budget" | "numbers">;
  /** How the object merges; undefined for a kind of which nothing is known. */
  readonly typeOf: (object: JsonObject) => ObjectType | undefined;
  /** Lets apply configurations replace what is one value each. */
  readonly replacesAtomic: boolean;
}

export type StepsOutcome =
  | { readonly kind: "done"; readonly object: JsonObject }
  | { readonly kind: "failed"; readonly message: string };

/** Carries out changes in order, each on what those before it made. Throws a `Suspension`, `BudgetExceeded`. */
export function runSteps(steps: readonly MutationStep[], given: JsonObject, run: StepsRun): StepsOutcome {
  const { session, show, input, typeOf, replacesAtomic } = run;
  let object = given;
  for (const { patchType, program } of steps) {
    const result = session.evaluate(program);
    if (result.kind === "error") return { kind: "failed", message: result.message };
    const apply = patchType === "JSONPatch" ? applyPatchValue : applyConfigurationValue;
    const { budget, numbers } = input;
    try {
      object = apply(object, result.value, { budget, numbers, type: typeOf(object), replacesAtomic });
    } catch (error) {
      if (!(error instanceof PatchError)) throw error;
      return { kind: "failed", message: error.message };
    }
    show(object);
  }
  return { kind: "done", object };
}
