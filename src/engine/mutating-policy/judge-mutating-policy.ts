import type { Evaluation } from "../evaluation.ts";
import type { EvaluationInput } from "../input.ts";
import { BudgetExceeded } from "../budget.ts";
import type { RuleResponse } from "../response.ts";
import { deepEqual } from "../values/deep-equal.ts";
import type { CompiledMutatingPolicy } from "./compile-mutating-policy.ts";
import { mutateByPolicy } from "./mutate-by-policy.ts";
import { failed, respond } from "./run-variant.ts";

/**
 * What reports of a scan say of an object: whether the policy would still change it. Conditions that are not met are a
 * `skip` that reports keep.
 */
export function judgeMutatingPolicy(policy: CompiledMutatingPolicy, input: EvaluationInput): Evaluation {
  const mutation = mutateByPolicy(policy, input);
  if (mutation.kind === "pending") return mutation;
  const changed = isChangedObject(mutation.object, input);
  return {
    kind: "completed",
    responses: mutation.responses.map((response) =>
      response.status === "pass" && response.rule === "" ? reported(response, changed) : response,
    ),
  };
}

function reported(response: RuleResponse, changed: boolean | string): RuleResponse {
  if (typeof changed === "string") return failed(changed);
  return changed ? respond("", "fail", "mutation is not applied") : response;
}

/** Whether an object differs from the one that was judged, or why that cannot be told. */
export function isChangedObject(
  object: EvaluationInput["resource"],
  input: EvaluationInput,
): boolean | string {
  if (object === input.resource) return false;
  try {
    return !deepEqual(object, input.resource, input.numbers, input.budget);
  } catch (error) {
    if (error instanceof BudgetExceeded) return error.message;
    throw error;
  }
}
