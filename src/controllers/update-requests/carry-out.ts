import type { TriggerAnswer } from "#controllers/triggers/trigger-event.ts";
import { ruleKeyOf } from "./plan-request.ts";
import type { PlannedRequest, RequestedWork } from "./plan-request.ts";
import type { RequestOutcome } from "./plan-transition.ts";
import type { RequestWorker } from "./ports.ts";

/**
 * Has the work of a request done, rule by rule; one that fails does not keep the others from being tried. A request for a
 * policy that does not exist (any more) is completed: there is nothing to do, and there will not be.
 */
export async function carryOut(
  { policyKey, work, shared }: PlannedRequest,
  worker: RequestWorker,
): Promise<RequestOutcome> {
  const rules = worker.rulesOf(policyKey);
  if (rules === undefined) return { kind: "completed" };
  const failures: string[] = [];
  for (const one of work) {
    for (const rule of one.rule === undefined ? rules : [one.rule]) {
      const failure = failureOf(await answerFor(one, rule, { policyKey, work, shared }, worker));
      if (failure !== undefined) failures.push(rule === "" ? failure : `${rule}: ${failure}`);
    }
  }
  return failures.length === 0 ? { kind: "completed" } : { kind: "failed", message: failures.join("; ") };
}

async function answerFor(
  { trigger, wantsRemoval }: RequestedWork,
  rule: string,
  { policyKey, shared }: Omit<PlannedRequest, "kind">,
  worker: RequestWorker,
): Promise<TriggerAnswer> {
  if (trigger !== undefined) {
    return worker.submit({ ...shared, ruleKey: ruleKeyOf(policyKey, rule), trigger, wantsRemoval });
  }
  const answer = rule === "" ? worker.submitWithoutTrigger?.(policyKey) : undefined;
  return answer ?? { kind: "no-trigger", message: "the request names no trigger" };
}

/** What of an answer is a failure. That a trigger is gone is none where what was made for it is to go. */
function failureOf(answer: TriggerAnswer): string | undefined {
  switch (answer.kind) {
    case "done":
    case "unknown-rule":
      return undefined;
    case "retry":
    case "waits":
    case "no-trigger":
      return answer.message;
    default:
      return answer satisfies never;
  }
}
