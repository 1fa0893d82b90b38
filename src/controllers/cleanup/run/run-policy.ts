import type { ResourceType } from "#api/meta/resource-type.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import type { RunWorld } from "../ports.ts";
import { targetTypesOf } from "#engine/cleanup/task/target-types.ts";
import type { Candidate } from "./candidate.ts";
import { deleteTargets } from "./delete-targets.ts";
import type { DeleteObserver } from "./delete-targets.ts";
import { findCandidates } from "./find-candidates.ts";
import type { Run } from "./find-candidates.ts";
import { utcText } from "./grace-mark.ts";
import { markTargets } from "./mark-targets.ts";
import { planRun } from "#engine/cleanup/plan-run.ts";
import { readNamespaces } from "./read-namespaces.ts";
import { countSkipped, createTally, noteProblem } from "./run-tally.ts";
import type { RunOutcome, RunTally } from "./run-tally.ts";

/** What the surroundings are told while a run goes on. */
export interface RunObserver extends DeleteObserver {
  /** It was marked, and goes at `dueMs` if it is still selected then. */
  marked(target: Candidate, dueMs: number): void;
  /** In an audit: it would have gone. */
  wouldDelete(target: Candidate): void;
}

export interface RunRequest {
  readonly task: CleanupTask;
  readonly served: readonly ResourceType[];
  /** The time that the run was due, in milliseconds since 1970. */
  readonly scheduledMs: number;
  /** True where somebody allowed this run to exceed the limits. */
  readonly confirmed: boolean;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
  /** Names that come back whenever they are deleted wait longer and longer; true for one that waits now. */
  readonly waits: (target: Candidate) => boolean;
  /** False once the policy is another: it was edited, or is gone. Nothing is deleted any more then. */
  readonly isCurrent: () => boolean;
}

export interface FinishedRun {
  readonly outcome: RunOutcome;
  readonly tally: RunTally;
}

/**
 * Runs a policy once: find, plan, and only then mark or delete. Rejects where it must be run again as a whole; whatever
 * was deleted until then was rightly deleted.
 */
export async function runPolicy(world: RunWorld, request: RunRequest): Promise<FinishedRun> {
  const { task, signal, observer } = request;
  await world.ready?.();
  const tally = createTally();
  const { types, unreachable } = targetTypesOf(task, request.served);
  for (const problem of unreachable) noteProblem(tally, problem);
  const namespaces = await readNamespaces(world.client, task.namespace, { pageSize: world.pageSize, signal });
  const run: Run = { task, world, context: world.openContext(), namespaces, tally, signal };
  const found = await findCandidates(run, types);
  const plan = planRun(found.candidates, {
    options: task.options,
    scanned: tally.scanned,
    confirmed: request.confirmed,
  });
  tally.matched = plan.kind === "held" ? plan.matched : plan.targets.size;
  if (plan.kept > 0) countSkipped(tally, "kept", plan.kept);
  if (plan.kind === "held") return { outcome: { kind: "held", limits: plan.limits }, tally };
  if (task.options.audit) {
    for (const target of plan.targets.values()) observer.wouldDelete(target);
    return { outcome: { kind: "audited" }, tally };
  }
  const due = await markAndWait(run, plan.targets, found.unmark, observer);
  const targets = new Map([...due].filter(([, target]) => !holdsBack(run, request, target)));
  const { isCurrent } = request;
  await deleteTargets(run, targets, { run: utcText(request.scheduledMs), observer, isCurrent });
  return { outcome: { kind: "completed" }, tally };
}

function holdsBack({ tally }: Run, { waits }: RunRequest, target: Candidate): boolean {
  if (!waits(target)) return false;
  countSkipped(tally, "recreated");
  return true;
}

/** Marks what is selected for the first time; answers with what was marked long enough ago. */
async function markAndWait(
  run: Run,
  targets: ReadonlyMap<string, Candidate>,
  unmark: readonly Candidate[],
  observer: RunObserver,
): Promise<ReadonlyMap<string, Candidate>> {
  const { graceMs } = run.task.options;
  await markTargets(run, unmark, undefined, () => {});
  if (graceMs === 0) return targets;
  const nowMs = run.world.now();
  const dueMs = nowMs + graceMs;
  const all = [...targets.values()];
  await markTargets(
    run,
    all.filter(({ markDueMs }) => markDueMs === undefined),
    dueMs,
    (target) => {
      run.tally.marked += 1;
      observer.marked(target, dueMs);
    },
  );
  for (const { markDueMs } of all)
    if (markDueMs === undefined || markDueMs > nowMs) countSkipped(run.tally, "marked");
  return new Map([...targets].filter(([, { markDueMs }]) => markDueMs !== undefined && markDueMs <= nowMs));
}
