import type { KubeObject } from "#api/meta/object-meta.ts";
import { kindSubject } from "#controllers/triggers/trigger-event.ts";
import type { TriggerEvent, TriggerOutcome } from "#controllers/triggers/trigger-event.ts";
import type { AppliedTarget } from "./apply-target.ts";
import { buildTargetResults } from "./build-target-results.ts";
import type { ReportedMutations } from "./build-target-results.ts";
import { countContext } from "./counted-context.ts";
import type { CountedContext } from "./counted-context.ts";
import type { RunMoment } from "./evaluation-inputs.ts";
import type { MutateTask, PolicyTask } from "./mutate-task.ts";
import type { MutateWorld, ResultSink } from "./ports.ts";
import { runPolicyTask, runStanding } from "./run-policy-task.ts";
import { runRuleTask } from "./run-rule-task.ts";
import type { Run } from "./run-targets.ts";
import { newTally } from "./run-tally.ts";
import type { RunTally, TargetNote } from "./run-tally.ts";
import type { ReadTarget } from "./read-targets.ts";
import type { Standings } from "./standings.ts";
import type { TargetTeller } from "./tell-targets.ts";
import type { UndoWatch } from "./undo-watch.ts";

export interface RunnerDeps {
  readonly world: MutateWorld;
  readonly undo: UndoWatch;
  readonly standings: Standings;
  readonly teller: TargetTeller;
  readonly results: ResultSink;
  readonly reported: () => ReportedMutations;
  /** Told of each target that was written or could not be, and of each run. */
  readonly onApplied: (task: MutateTask, applied: AppliedTarget["kind"]) => void;
  readonly onRun: (task: MutateTask, tally: RunTally) => void;
}

/** Runs tasks, for a trigger or for none, and tells what came of it. */
export interface Runner {
  run(task: MutateTask, event: TriggerEvent, signal: AbortSignal): Promise<TriggerOutcome>;
  /** A policy that holds without triggers, on all that it lists. */
  runStanding(task: PolicyTask, signal: AbortSignal): Promise<TriggerOutcome>;
}

export function createRunner(deps: RunnerDeps): Runner {
  const { world, undo, standings, teller } = deps;

  const start = (task: MutateTask, signal: AbortSignal) => {
    const context = countContext(world.openContext());
    const tally = newTally();
    const moment: RunMoment = { world, context, nowMs: world.now(), seed: world.seed() };
    const onApplied = (target: ReadTarget, applied: AppliedTarget): void => {
      deps.onApplied(task, applied.kind);
      if (applied.kind === "changed") teller.changed(task, target.object);
    };
    const run = { task, world, context, undo, tally, standings, onApplied, signal };
    return { run, context, tally, moment };
  };

  /** Tells Events, reports and conditions. What cannot be reported now makes the run come again. */
  const finish = async (
    task: MutateTask,
    trigger: KubeObject | undefined,
    tally: RunTally,
    context: CountedContext,
  ): Promise<void> => {
    const { isNews, wasFailing } = standings.note(task, trigger?.metadata.uid ?? "", tally);
    deps.onRun(task, tally);
    const failures = tally.notes.filter(({ response }) => response.status !== "pass");
    if (isNews) {
      for (const { response, object } of failures.slice(0, maxEvents))
        teller.failed(task, object ?? trigger, response.message);
    }
    // What was said of a failure and is the same again needs no second write.
    const news = isNews ? tally.notes : tally.notes.filter(({ response }) => response.status === "pass");
    const notes = wasFailing && tally.failed === 0 ? [...news, recovered(task)] : news;
    for (const { owner, results } of buildTargetResults(task, trigger, notes, {
      nowMs: world.now(),
      reported: deps.reported(),
    })) {
      await deps.results.merge(owner, results);
    }
    // The same question to the same objects has the same answer.
    if (!context.hasAsked()) tally.retriable -= tally.evaluationFailures;
  };

  return {
    async run(task, event, signal) {
      if (task.needsUser && event.user === undefined) return notConcerned;
      if (world.isReady?.() === false) return notReady;
      // That a trigger goes is told to all rules, for some have something to clear away.
      if (event.operation === "DELETE" && !task.operations.has("DELETE")) return notConcerned;
      // Of an object that nobody saw go there is nothing to evaluate.
      if (event.isKnownByNameOnly || event.wantsRemoval) return notConcerned;
      const { run, context, tally, moment } = start(task, signal);
      const applied = await carryOut(run, task, moment, event);
      await finish(task, event.object, tally, context);
      return outcomeOf(tally, applied);
    },
    async runStanding(task, signal) {
      if (world.isReady?.() === false) return notReady;
      const { run, context, tally, moment } = start(task, signal);
      await runStanding({ ...run, task }, moment);
      await finish(task, undefined, tally, context);
      return outcomeOf(tally, true);
    },
  };
}

const notConcerned: TriggerOutcome = { kind: "done", applied: false };

const notReady: TriggerOutcome = {
  kind: "retry",
  message: "PolicyExceptions are not known yet",
  atLeastMs: 500,
};

/** Events for the failures of one run. */
const maxEvents = 5;

function carryOut(run: Run, task: MutateTask, moment: RunMoment, event: TriggerEvent): Promise<boolean> {
  return task.kind === "rule"
    ? runRuleTask({ ...run, task }, moment, event)
    : runPolicyTask({ ...run, task }, moment, event);
}

/** Takes back what a report says of a rule that could not be carried out and now was. */
function recovered({ rule }: MutateTask): TargetNote {
  const message = "the rule could be carried out";
  return { response: { rule, type: "mutate", status: "pass", message, properties: {} } };
}

function outcomeOf(tally: RunTally, applied: boolean): TriggerOutcome {
  const message = tally.messages.join("; ");
  const { unserved, quarrelMs } = tally;
  if (tally.retriable === 0) return { kind: "done", applied };
  if (unserved !== undefined && tally.retriable === 1) {
    const [apiVersion, kind] = splitKindText(unserved);
    return { kind: "waits", subject: kindSubject(apiVersion, kind), message };
  }
  return { kind: "retry", message, ...(quarrelMs === undefined ? {} : { atLeastMs: quarrelMs }) };
}

/** `apps/v1/Deployment` and `apps/v1/Deployment/status` alike. */
function splitKindText(text: string): readonly [apiVersion: string, kind: string] {
  const parts = text.split("/");
  const at = parts.findIndex((part) => /^[A-Z]/.test(part));
  return at < 0 ? [text, ""] : [parts.slice(0, at).join("/"), parts[at] ?? ""];
}
