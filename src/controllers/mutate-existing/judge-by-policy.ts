import { BudgetExceeded } from "#engine/budget.ts";
import { celSubjectOf } from "#engine/cel-policy/cel-subject.ts";
import { MatchError } from "#engine/cel-policy/match-constraints.ts";
import type { EvaluationInput } from "#engine/input.ts";
import { mutateTarget } from "#engine/mutating-policy/mutate-existing.ts";
import type { RuleResponse } from "#engine/response.ts";
import { deepEqual } from "#engine/values/deep-equal.ts";
import type { PolicyTask } from "./mutate-task.ts";
import type { ReadTarget } from "./read-targets.ts";
import type { JudgeTarget, StartedVerdict } from "./target-verdict.ts";

/** Makes the input for a target. */
export type InputOfTarget = (target: ReadTarget) => EvaluationInput;

/** Judges targets by a MutatingPolicy. `trigger` is what its request is about, where there is one. */
export function judgeByPolicy(
  { compiled, existing }: PolicyTask,
  inputOf: InputOfTarget,
  trigger: EvaluationInput | undefined,
): JudgeTarget {
  return (target) => {
    const input = inputOf(target);
    if (existing.kind === "listed") {
      try {
        if (!existing.takes(celSubjectOf(input, "none"))) return { kind: "same" };
      } catch (error) {
        if (!(error instanceof MatchError)) throw error;
        return { kind: "error", response: failure(`failed to execute matching: ${error.message}`) };
      }
    }
    const result = mutateTarget(compiled, input, trigger);
    if (result.kind === "pending") return { kind: "pending", requests: result.requests };
    return verdictOf(input, result.object, result.responses);
  };
}

/**
 * The policy's own response counts. Those of its variants for pod controllers are about objects of other kinds as a rule,
 * and what they could not do says nothing of this one.
 */
function verdictOf(
  input: EvaluationInput,
  object: EvaluationInput["resource"],
  [own, ...others]: readonly RuleResponse[],
): StartedVerdict {
  if (own === undefined) return { kind: "same" };
  if (own.status === "error" || own.status === "fail") return { kind: "error", response: own };
  if (object === input.resource || isEqual(object, input)) return { kind: "same" };
  const response = [own, ...others].find(({ status }) => status === "pass") ?? own;
  return { kind: "change", object, response };
}

/** Equal, as far as the budget allows to tell. */
function isEqual(
  object: EvaluationInput["resource"],
  { resource, numbers, budget }: EvaluationInput,
): boolean {
  try {
    return deepEqual(object, resource, numbers, budget);
  } catch (error) {
    if (error instanceof BudgetExceeded) return false;
    throw error;
  }
}

function failure(message: string): RuleResponse {
  return { rule: "", type: "mutate", status: "error", message, properties: {} };
}
