import PQueue from "p-queue";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { kindSubject } from "#controllers/triggers/trigger-event.ts";
import type { TriggerEvent, TriggerOutcome } from "#controllers/triggers/trigger-event.ts";
import type { AppliedTarget } from "./apply-target.ts";
import { buildTargetResults } from "./build-target-results.ts";
import type { OwnedResults, ReportedMutations } from "./build-target-results.ts";
import { countContext } from "./counted-context.ts";
import type { RunMoment } from "./evaluation-inputs.ts";
import type { MutateTask, PolicyTask } from "./mutate-task.ts";
import type { MutateWorld } from "./ports.ts";
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
  /** Hands in results; it rejects only where the run must end. */
  readonly report: (owned: OwnedResults, signal: AbortSignal) => Promise<void>;
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

  /** Hands in what is to be reported so far. What cannot be reported in a few tries is told in the log. */
  const report = async (
    task: MutateTask,
    trigger: KubeObject | undefined,
    notes: readonly TargetNote[],
    signal: AbortSignal,
  ): Promise<void> => {
    const owned = buildTargetResults(task, trigger, notes, {
      nowMs: world.now(),
      reported: deps.reported(),
    });
    const queue = new PQueue({ concurrency: world.concurrency });
    await queue.addAll(owned.map((one) => () => deps.report(one, signal)));
  };

  const start = (task: MutateTask, trigger: KubeObject | undefined, signal: AbortSignal) => {
    const context = countContext(world.openContext());
    const tally = newTally();
    const moment: RunMoment = { world, context, nowMs: world.now(), seed: world.seed() };
    const onApplied = (target: ReadTarget, applied: AppliedTarget): void => {
      deps.onApplied(task, applied.kind);
      if (applied.kind === "changed") teller.changed(task, target.object);
    };
    const tellFailures = (notes: readonly TargetNote[]): void => {
      const failures = notes.filter(({ response }) => response.status !== "pass");
      for (const { response, object } of failures.slice(0, maxEvents))
        teller.failed(task, object ?? trigger, response.message);
    };
    // What is reported target by target goes out page by page; a report of a trigger is written once.
    const afterPage = async (): Promise<void> => {
      if (task.kind !== "policy") return;
      const notes = tally.notes.splice(0);
      tellFailures(notes);
      await report(task, trigger, notes, signal);
    };
    const finish = async (): Promise<void> => {
      const { isNews, wasFailing } = standings.note(task, trigger?.metadata.uid ?? "", tally);
      deps.onRun(task, tally);
      // What is said of the rule itself is news only in other words; what is said of targets is none otherwise.
      const notes = tally.notes.filter(
        ({ object, response }) => object !== undefined || response.status === "pass" || isNews,
      );
      tellFailures(notes);
      const more = wasFailing && tally.failed === 0 ? [recovered(task)] : [];
      await report(task, trigger, [...notes, ...more], signal);
      // The same question to the same objects has the same answer.
      if (!context.hasAsked()) tally.retriable -= tally.evaluationFailures;
    };
    const run: Run = { task, world, context, undo, tally, standings, onApplied, afterPage, signal };
    return { run, tally, moment, finish };
  };

  return {
    async run(task, event, signal) {
      if (isLeftToRequests(task, event)) return notConcerned;
      if (task.needsUser && event.user === undefined) return notConcerned;
      if (world.isReady?.() === false) return notReady;
      // That a trigger goes is told to all rules, for some have something to clear away.
      if (event.operation === "DELETE" && !task.operations.has("DELETE")) return notConcerned;
      // Of an object that nobody saw go there is nothing to evaluate.
      if (event.isKnownByNameOnly || event.wantsRemoval) return notConcerned;
      const { run, tally, moment, finish } = start(task, event.object, signal);
      const applied = await carryOut(run, task, moment, event);
      await finish();
      return outcomeOf(tally, applied);
    },
    async runStanding(task, signal) {
      if (world.isReady?.() === false) return notReady;
      const { run, tally, moment, finish } = start(task, undefined, signal);
      await runStanding({ ...run, task }, moment);
      await finish();
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

/** A policy that is not for requests takes the triggers that exist, and no change of one. */
function isLeftToRequests(task: MutateTask, { cause }: TriggerEvent): boolean {
  return task.kind === "policy" && !task.compiled.admission && (cause === "watch" || cause === "recovered");
}

/** Events for the failures of one page or run. */
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
