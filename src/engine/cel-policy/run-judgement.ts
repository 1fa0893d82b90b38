import { BudgetExceeded } from "../budget.ts";
import { CelError } from "../cel/values/cel-error.ts";
import { Suspension } from "../context/context-source.ts";
import type { ContextRequest } from "../context/context-source.ts";
import type { Evaluation } from "../evaluation.ts";
import type { RuleResponse } from "../response.ts";
import type { Respond } from "./ruleless-response.ts";

/** One part of a judgement: a response, none, or a throw. */
export type JudgementPart = () => RuleResponse | undefined;

/**
 * Runs the parts of a judgement. Where one has to wait for data the others go on, so that all requests come together. Never
 * throws: `explain` may turn an error into a response, and anything unexpected is an `error` of its own.
 */
export function runJudgement(
  parts: readonly JudgementPart[],
  explain: (error: unknown) => RuleResponse | undefined,
  respond: Respond,
): Evaluation {
  const responses: RuleResponse[] = [];
  const requests: ContextRequest[] = [];
  for (const part of parts) {
    try {
      const response = part();
      if (response !== undefined) responses.push(response);
    } catch (error) {
      if (error instanceof Suspension) requests.push(...error.requests);
      else responses.push(explain(error) ?? respond("evaluation", "error", messageOf(error)));
    }
  }
  return requests.length > 0 ? { kind: "pending", requests } : { kind: "completed", responses };
}

function messageOf(error: unknown): string {
  if (error instanceof BudgetExceeded || error instanceof CelError) return error.message;
  return `internal error: ${error instanceof Error ? error.message : String(error)}`;
}
