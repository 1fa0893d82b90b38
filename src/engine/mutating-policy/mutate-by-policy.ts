import { celSubjectOf } from "../cel-policy/cel-subject.ts";
import { MatchError } from "../cel-policy/match-constraints.ts";
import { runJudgement } from "../cel-policy/run-judgement.ts";
import type { ContextRequest } from "../context/context-source.ts";
import type { EvaluationInput } from "../input.ts";
import type { RuleResponse } from "../response.ts";
import type { JsonObject } from "../values/json.ts";
import type { CompiledMutatingPolicy } from "./compile-mutating-policy.ts";
import type { MutatingVariant } from "./compile-mutating-variant.ts";
import { respond, runVariant } from "./run-variant.ts";
import type { VariantOutcome } from "./run-variant.ts";

/** What a policy makes of an object, or what must be loaded before it can say so. */
export type ObjectMutation =
  | {
      readonly kind: "completed";
      /** One for each variant whose constraints take the object. */
      readonly responses: readonly RuleResponse[];
      /** The given object itself where nothing changes it. */
      readonly object: JsonObject;
    }
  | { readonly kind: "pending"; readonly requests: readonly ContextRequest[] };

/**
 * Carries out a MutatingPolicy on an object. Never throws; a variant that cannot be carried out answers with an `error` and
 * leaves the object as it is. Where it has to wait for data the caller loads it and asks again, from the start.
 */
export function mutateByPolicy(
  { identity, variants }: CompiledMutatingPolicy,
  input: EvaluationInput,
): ObjectMutation {
  const isForeign = identity.namespace !== undefined && identity.namespace !== input.namespace;
  if (isForeign || input.mode !== undefined) {
    return { kind: "completed", responses: [], object: input.resource };
  }
  const subject = celSubjectOf(input);
  return mutateInTurn(variants, input, (variant, current) =>
    variant.matches(subject)
      ? runVariant(variant, ({ conditions }) => conditions, identity, current)
      : undefined,
  );
}

/** Runs variants one after the other, each on what those before it made of the object. */
export function mutateInTurn(
  variants: readonly MutatingVariant[],
  input: EvaluationInput,
  run: (variant: MutatingVariant, current: EvaluationInput) => VariantOutcome | undefined,
): ObjectMutation {
  let object = input.resource;
  const evaluation = runJudgement(
    variants.map((variant) => () => {
      const outcome = run(variant, object === input.resource ? input : { ...input, resource: object });
      if (outcome === undefined) return undefined;
      ({ object } = outcome);
      return outcome.response;
    }),
    (error) =>
      error instanceof MatchError
        ? respond("match", "error", `failed to execute matching: ${error.message}`)
        : undefined,
    respond,
  );
  return evaluation.kind === "pending" ? evaluation : { ...evaluation, object };
}
