import type { ResourceType } from "#api/meta/resource-type.ts";
import { missingTexts } from "#controllers/permissions/access-need.ts";
import type { RightsCheck } from "#controllers/permissions/create-rights-check.ts";
import { createBackoff } from "#controllers/runtime/backoff.ts";
import type { Clock, Timer } from "#controllers/runtime/clock.ts";
import { classifyFailure } from "#controllers/runtime/failure.ts";
import type { Failure } from "#controllers/runtime/failure.ts";
import { done, runReconcileLoop } from "#controllers/runtime/reconcile-loop.ts";
import type { Outcome } from "#controllers/runtime/reconcile-loop.ts";
import { createWorkQueue, resyncPriority } from "#controllers/runtime/work-queue.ts";
import type { TriggerAnswer, TriggerOutcome, TriggerRequest } from "#controllers/triggers/trigger-event.ts";
import type { TriggerFeed } from "#controllers/triggers/trigger-feed.ts";
import type { EventRecorder } from "#kube/events/event-recorder.ts";
import type { Selection, Source, SourceHandlers } from "#kube/list-watch/source.ts";
import type { Logger } from "#telemetry/logger.ts";
import type { AppliedTarget } from "./apply-target.ts";
import type { ReportedMutations } from "./build-target-results.ts";
import { createRunner } from "./create-runner.ts";
import { isStanding } from "./mutate-task.ts";
import type { MutateTask, PolicyTask } from "./mutate-task.ts";
import { planMutateCondition } from "./plan-conditions.ts";
import type { PlannedCondition } from "./plan-conditions.ts";
import { planNeeds } from "./plan-needs.ts";
import { createMutatePolicies } from "./policy-watch.ts";
import type { MutateWorld, ResultSink } from "./ports.ts";
import { policyRows } from "./prepare-tasks.ts";
import type { PolicyRow } from "./prepare-tasks.ts";
import { createResultReporter } from "./report-results.ts";
import { createStandings } from "./standings.ts";
import { createTargetTeller } from "./tell-targets.ts";
import { createUndoWatch } from "./undo-watch.ts";

export interface MutateExistingDeps {
  readonly feed: Pick<TriggerFeed, "attach">;
  readonly world: MutateWorld;
  readonly openSource: (selection: Selection, handlers: SourceHandlers) => Source;
  readonly recorder: Pick<EventRecorder, "record">;
  readonly results: ResultSink;
  readonly reported: () => ReportedMutations;
  readonly rights: RightsCheck;
  /** What is true of a policy now; undefined: it changes no existing objects any more. */
  readonly onCondition: (policyKey: string, condition: PlannedCondition | undefined) => void;
  readonly onApplied: (task: MutateTask, applied: AppliedTarget["kind"]) => void;
  /** Policies that hold without triggers look at all their targets once in this time. */
  readonly intervalMs: () => number;
  /** Triggers that are handled at once. */
  readonly workers: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export interface MutateExistingController {
  /** Discovery changed: policies, or kinds that they name, may have come or gone. */
  typesChanged(): void;
  /** Roles or bindings changed. */
  rightsChanged(): void;
  /** Work that others ask for: see `TriggerConsumer.submit`. */
  submit(request: TriggerRequest): Promise<TriggerAnswer>;
  /** A policy is to be carried out without a trigger, once and now. */
  submitWithoutTrigger(policyKey: string): Promise<TriggerAnswer>;
  /** Names of the rules of a policy that change existing objects; undefined where there is no such policy. */
  rulesOf(policyKey: string): readonly string[] | undefined;
  /** True once all policies are known. */
  isReady(): boolean;
  readings(): {
    readonly policies: number;
    readonly tasks: number;
    readonly quarrels: number;
    readonly failing: number;
    readonly pending: number;
  };
  stop(): Promise<void>;
}

/** What happens together is told together. */
const settleMs = 500;

/** Carries out the policies that change existing objects. Only the holder of the Lease may start it. */
export function createMutateExisting(deps: MutateExistingDeps): MutateExistingController {
  const { world, clock, log, rights } = deps;
  const ending = new AbortController();
  const signal = AbortSignal.any([deps.signal, ending.signal]);
  const undo = createUndoWatch(() => clock.monotonicMs());
  const standings = createStandings();
  let tasks: ReadonlyMap<string, MutateTask> = new Map();
  let conditionTimer: Timer | undefined;
  let rulesTimer: Timer | undefined;
  /** Policies of which a condition was told. */
  const told = new Set<string>();
  const dirty = new Set<string>();
  let telling: Promise<void> = Promise.resolve();
  /** By task: kinds of triggers that cannot be watched. */
  const blocked = new Map<string, readonly string[]>();

  const runner = createRunner({
    world,
    undo,
    standings,
    teller: createTargetTeller(deps.recorder),
    report: createResultReporter({ results: deps.results, clock, log }),
    reported: deps.reported,
    onApplied: deps.onApplied,
    onRun: (task, { changed, failed }) => {
      if (changed > 0 || failed > 0)
        log.debug("existing objects were changed", { task: task.key, changed, failed });
      tellSoon(task.owner.key);
    },
  });

  const consumer = deps.feed.attach<MutateTask>({
    name: "mutate-existing",
    workers: deps.workers,
    handle: (task, event, handling) => runner.run(task, event, handling),
    observer: {
      handled: () => {},
      failed: (task, _trigger, error, failuresInRow) => {
        if (failuresInRow > 1) log.warn("existing objects cannot be changed now", { task: task.key, error });
      },
      blocked: (task, kinds) => {
        blocked.set(
          task.key,
          kinds.map(({ type, reason }) => `${type.kind} cannot be watched: ${reason}`),
        );
        tellSoon(task.owner.key);
      },
      existingTaken: (task) => log.debug("existing triggers were taken", { task: task.key }),
    },
  });

  const standing = createWorkQueue<string>({
    clock,
    backoff: createBackoff({ baseMs: 500, random: deps.random }),
  });
  const carryOutStanding = async (key: string, handling: AbortSignal): Promise<Outcome> => {
    const task = tasks.get(key);
    if (task === undefined || !isStanding(task)) return done;
    const outcome = await runner.runStanding(task, handling);
    if (outcome.kind !== "done") throw new RunFailed(outcome);
    return { kind: "requeueAfter", delayMs: deps.intervalMs() };
  };
  const loop = runReconcileLoop({
    queue: standing,
    reconcile: (key, context) => carryOutStanding(key, context.signal),
    workers: 2,
    clock,
    log,
    signal,
    classify: classifyRun,
  });

  const tellSoon = (policyKey: string): void => {
    dirty.add(policyKey);
    conditionTimer ??= clock.setTimer(
      settleMs,
      () => {
        conditionTimer = undefined;
        telling = telling.then(tellConditions).catch((error: unknown) => {
          if (!signal.aborted) log.warn("conditions of policies cannot be told", { error });
        });
      },
      { background: true },
    );
  };

  const tellConditions = async (): Promise<void> => {
    const keys = [...dirty];
    dirty.clear();
    for (const key of keys) await tellCondition(key);
  };

  const tellCondition = async (key: string): Promise<void> => {
    const policy = policies.policies.get(key);
    if (policy === undefined) {
      if (told.delete(key)) deps.onCondition(key, undefined);
      return;
    }
    const needs = policy.tasks.flatMap((task) => planNeeds(task, world.types()));
    const missing = await rights.missing(needs, signal);
    const known = policy.tasks.map((task) => standings.of(task.key));
    told.add(key);
    deps.onCondition(
      key,
      planMutateCondition({
        problems: [...policy.problems, ...policy.tasks.flatMap((task) => blocked.get(task.key) ?? [])],
        missingRights: missingTexts(missing),
        quarrels: sum(policy.tasks.map((task) => undo.quarrels(task.key))),
        standing: {
          changed: sum(known.map(({ changed }) => changed)),
          failing: sum(known.map(({ failing }) => failing)),
          lastError: known.find(({ lastError }) => lastError !== undefined)?.lastError,
        },
      }),
    );
  };

  const isReady = (): boolean =>
    policyRows.every((row) => policies.isSynced(row) || servedType(world.types(), row) === undefined);

  const applyRules = (): void => {
    rulesTimer = undefined;
    if (!isReady()) return;
    const before = tasks;
    tasks = new Map(
      [...policies.policies.values()].flatMap((policy) => policy.tasks).map((task) => [task.key, task]),
    );
    for (const [key, task] of before) {
      if (tasks.get(key)?.content === task.content) continue;
      undo.forget(key);
      standings.forget(key);
      blocked.delete(key);
      standing.remove(key);
      tellSoon(task.owner.key);
    }
    for (const [key, task] of tasks) {
      if (before.get(key)?.content === task.content) continue;
      if (isStanding(task)) standing.add(key, { priority: resyncPriority });
    }
    for (const key of policies.policies.keys()) tellSoon(key);
    for (const key of told) if (!policies.policies.has(key)) tellSoon(key);
    consumer.setRules([...tasks.values()]);
  };

  const rulesChanged = (): void => {
    rulesTimer ??= clock.setTimer(settleMs / 5, applyRules, { background: true });
  };

  const policies = createMutatePolicies({
    onChange: rulesChanged,
    onUnreadable: ({ key, problems }) => log.warn("policy cannot be read", { policy: key, problems }),
  });
  const sources = new Map<PolicyRow, Source>();
  const openSources = (): void => {
    for (const row of policyRows) {
      const type = servedType(world.types(), row);
      // A kind that is not served any more is relisted as gone by its source; one that comes is opened.
      if (type === undefined || sources.has(row)) continue;
      sources.set(row, deps.openSource({ type }, policies.handlersOf(row)));
    }
    rulesChanged();
  };
  openSources();

  return {
    typesChanged: openSources,
    rightsChanged() {
      rights.rightsChanged();
      world.guard.retryForbidden();
      for (const key of policies.policies.keys()) tellSoon(key);
    },
    submit: (request) => consumer.submit(request),
    async submitWithoutTrigger(policyKey) {
      const found = [...tasks.values()].filter((task) => task.owner.key === policyKey);
      if (found.length === 0) return { kind: "unknown-rule" };
      const runs = found.filter((task): task is PolicyTask => isStanding(task));
      const message = "invalid update request passed, the fields needed to extract resource data are nil";
      if (runs.length === 0) return { kind: "no-trigger", message };
      let last: TriggerOutcome = { kind: "done", applied: true };
      for (const task of runs) last = await runner.runStanding(task, signal);
      return last;
    },
    rulesOf(policyKey) {
      const found = policies.policies.get(policyKey);
      return found === undefined ? undefined : found.tasks.map(({ rule }) => rule);
    },
    isReady,
    readings: () => {
      const known = [...tasks.keys()];
      const { ready, delayed, inWork } = consumer.readings();
      return {
        policies: policies.policies.size,
        tasks: known.length,
        quarrels: sum(known.map((key) => undo.quarrels(key))),
        failing: sum(known.map((key) => standings.of(key).failing)),
        pending: ready + delayed + inWork,
      };
    },
    async stop() {
      ending.abort();
      conditionTimer?.cancel();
      rulesTimer?.cancel();
      standing.shutDown();
      await Promise.all([...sources.values()].map((source) => source.stop()));
      await Promise.all([loop, telling]);
    },
  };
}

/** A run without a trigger that did not do all it should: it comes again. */
class RunFailed extends Error {
  override readonly name = "RunFailed";
  readonly atLeastMs: number | undefined;

  constructor(outcome: Exclude<TriggerOutcome, { kind: "done" }>) {
    super(outcome.message);
    this.atLeastMs = outcome.kind === "retry" ? outcome.atLeastMs : undefined;
  }
}

function classifyRun(error: unknown): Failure {
  if (!(error instanceof RunFailed)) return classifyFailure(error);
  return error.atLeastMs === undefined
    ? { class: "transient" }
    : { class: "transient", atLeastMs: error.atLeastMs };
}

function servedType(types: readonly ResourceType[], row: PolicyRow): ResourceType | undefined {
  return types.find(({ group, kind, preferred }) => preferred && group === row.group && kind === row.kind);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
