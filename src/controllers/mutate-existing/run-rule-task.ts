import type { TriggerEvent } from "#controllers/triggers/trigger-event.ts";
import type { RuleResponse } from "#engine/response.ts";
import { triggerInput } from "./evaluation-inputs.ts";
import type { RunMoment } from "./evaluation-inputs.ts";
import { judgeByRule, meantTargets } from "./judge-by-rule.ts";
import type { InputOf, MeantTargets } from "./judge-by-rule.ts";
import type { RuleTask } from "./mutate-task.ts";
import { planReads } from "./plan-reads.ts";
import { noteFailure } from "./run-tally.ts";
import { runReads } from "./run-targets.ts";
import type { Run } from "./run-targets.ts";
import { gaveUp, maxRounds } from "./target-verdict.ts";

/**
 * Carries out a rule for one trigger: the entries of its list of targets in order, each on what those before it left.
 * Resolves to whether the rule is for the trigger.
 */
export async function runRuleTask(
  run: Run & { readonly task: RuleTask },
  moment: RunMoment,
  event: TriggerEvent,
): Promise<boolean> {
  const { task, tally, world } = run;
  const inputOf: InputOf = () => triggerInput(moment, event, run.task);
  const meant = await untilKnown(run, inputOf);
  if (meant.kind === "none") return meant.applies;
  if (meant.kind === "error") {
    noteFailure(tally, { response: meant.response, evaluated: true });
    return true;
  }
  if (meant.response !== undefined) noteFailure(tally, { response: meant.response, evaluated: true });
  for (const [entry, selector] of [...meant.selectors].sort(([a], [b]) => a - b)) {
    const planned = planReads(selector, world.types());
    if (planned.kind === "reads") {
      await runReads(run, planned.reads, judgeByRule(task, inputOf, entry));
      continue;
    }
    if (planned.kind === "unserved") tally.unserved = selector.kindText;
    noteFailure(tally, {
      response: errorOf(task, planned.message),
      final: planned.kind === "impossible",
    });
  }
  return true;
}

async function untilKnown(
  { task, context }: Run & { readonly task: RuleTask },
  inputOf: InputOf,
): Promise<Exclude<MeantTargets, { kind: "pending" }>> {
  for (let round = 0; round < maxRounds; round += 1) {
    const meant = meantTargets(task, inputOf);
    if (meant.kind !== "pending") return meant;
    await context.settle(meant.requests, task.scope);
  }
  const given = gaveUp(task.rule);
  return given.kind === "error" ? given : { kind: "none", applies: false };
}

function errorOf({ rule }: RuleTask, message: string): RuleResponse {
  return { rule, type: "mutate", status: "error", message, properties: {} };
}
