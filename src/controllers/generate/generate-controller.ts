import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { pause } from "#controllers/runtime/clock.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { createPlanLoop } from "#controllers/runtime/plan-loop.ts";
import type { TriggerAnswer, TriggerRequest } from "#controllers/triggers/trigger-event.ts";
import { kindSubject } from "#controllers/triggers/trigger-event.ts";
import type { TriggerFeed } from "#controllers/triggers/trigger-feed.ts";
import type { EventRecorder } from "#kube/events/event-recorder.ts";
import type { Source } from "#kube/list-watch/source.ts";
import type { Logger } from "#telemetry/logger.ts";
import { createDownstreamWriter } from "./apply-downstream.ts";
import { createDeletionLimit } from "./deletion-limit.ts";
import { createDownstreamIndex } from "./downstream-index.ts";
import type { KnownDownstream } from "./downstream-index.ts";
import { createDownstreamWatch } from "./downstream-watch.ts";
import type { DownstreamChange } from "./downstream-watch.ts";
import { ruleIndexKey } from "./downstream.ts";
import { findType } from "./evaluate-trigger.ts";
import { createFightWatch } from "./fight-watch.ts";
import { createSourceFollower } from "./follow-sources.ts";
import { confirmAnnotation } from "./generate-options.ts";
import type { GenerateTask } from "./generate-task.ts";
import { confirmationSubject, handleTrigger } from "./handle-trigger.ts";
import type { TriggerRun } from "./handle-trigger.ts";
import { planGenerateCondition } from "./plan-condition.ts";
import type { GenerateCondition } from "./plan-condition.ts";
import { planPolicies, readNotes } from "./plan-policies.ts";
import type { NotedTask } from "./plan-policies.ts";
import { createGeneratePolicies } from "./policy-watch.ts";
import type { GenerateWorld, ResultSink } from "./ports.ts";
import { policyRows } from "./prepare-tasks.ts";
import type { PolicyRow } from "./prepare-tasks.ts";
import { createSourceBook } from "./source-book.ts";
import type { SourceChange } from "./source-book.ts";
import { createRunTeller } from "./tell-run.ts";
import type { ReportedGenerations } from "./tell-run.ts";
import { createUpkeep } from "./upkeep.ts";

export interface GenerateDeps {
  readonly feed: TriggerFeed;
  readonly world: GenerateWorld;
  readonly recorder: Pick<EventRecorder, "record">;
  readonly results: ResultSink;
  readonly reported: () => ReportedGenerations;
  /** False as long as exceptions that are there are not all known. */
  readonly isReady: () => boolean;
  /** What is true of a policy now; undefined: it generates nothing any more. */
  readonly onCondition: (policyKey: string, condition: GenerateCondition | undefined) => void;
  readonly onRun: (run: TriggerRun, durationMs: number) => void;
  /** Triggers that are handled at once. */
  readonly workers: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export interface GenerateController {
  /** Discovery changed: policies, or kinds that they name, may have come or gone. */
  typesChanged(): void;
  /** Roles or bindings changed. */
  rightsChanged(): void;
  /** Work that others ask for: see `TriggerConsumer.submit`. */
  submit(request: TriggerRequest): Promise<TriggerAnswer>;
  /** Names of the rules of a policy that generate; undefined where there is no such policy. */
  rulesOf(policyKey: string): readonly string[] | undefined;
  /** True once all policies are known. */
  isReady(): boolean;
  readings(): {
    readonly policies: number;
    readonly rules: number;
    readonly downstreams: number;
    readonly sources: number;
    readonly held: number;
    readonly ready: number;
    readonly delayed: number;
  };
  stop(): Promise<void>;
}

/** An edit that comes as several events is looked at once. */
const settleMs = 100;
const sweepMs = 20_000;
const maxNotedSources = 500;

/** Carries out the policies that generate. Only the holder of the Lease may start it. */
export function createGenerateController(deps: GenerateDeps): GenerateController {
  const { world, feed, clock, log } = deps;
  const ending = new AbortController();
  const signal = AbortSignal.any([deps.signal, ending.signal]);
  const index = createDownstreamIndex();
  const limit = createDeletionLimit(() => clock.monotonicMs());
  const fights = createFightWatch(() => clock.monotonicMs());
  const teller = createRunTeller({
    recorder: deps.recorder,
    results: deps.results,
    reported: deps.reported,
    now: () => clock.now(),
  });
  let tasks: ReadonlyMap<string, GenerateTask> = new Map();
  let noted: ReadonlyMap<string, NotedTask> = new Map();
  let started = false;
  /** By policy: what it held back, its last problem, kinds that cannot be watched. */
  const held = new Map<string, number>();
  const problems = new Map<string, Map<string, string>>();
  const blocked = new Map<string, readonly string[]>();

  const watch = createDownstreamWatch(world, index, (change) => downstreamChanged(change));
  const sources = createSourceBook(world, (change) => sourceChanged(change));
  const follower = createSourceFollower(() => sources, world.types);
  const writer = createDownstreamWriter(world, index);

  const owns = ({ kind, owner, key }: GenerateTask, downstream: KnownDownstream): boolean => {
    if (kind === "rule") return downstream.ruleKey === key;
    if (owner.namespace !== undefined) return downstream.namespace === owner.namespace;
    // Labels of both kinds are alike: where there is one of that name in the namespace, it is of that one.
    return !tasks.has(`NamespacedGeneratingPolicy/${downstream.namespace}/${owner.name}/`);
  };
  const taskOf = (downstream: KnownDownstream): GenerateTask | undefined => {
    const classic = tasks.get(downstream.ruleKey);
    if (classic !== undefined) return classic;
    const name = downstream.ruleKey.slice(downstream.ruleKey.indexOf("/") + 1);
    if (!downstream.ruleKey.startsWith("policies.kyverno.io/")) return undefined;
    return (
      tasks.get(`NamespacedGeneratingPolicy/${downstream.namespace}/${name}/`) ??
      tasks.get(`GeneratingPolicy/${name}/`)
    );
  };
  const isGoneSource = (sourceUid: string): boolean => follower.isGone(sourceUid);
  const takeDeletions = (task: GenerateTask, wanted: number): number => {
    const policy = policies.policies.get(task.owner.key);
    const downstreams = (policy?.tasks ?? []).reduce(
      (sum, one) => sum + index.countOfRule(ruleIndexKey(one)),
      0,
    );
    const maxPerMinute = policy?.options.maxDeletionsPerMinute;
    return limit.take(task.owner.key, wanted, { downstreams, maxPerMinute });
  };
  const noteHeld = (task: GenerateTask, count: number): void => {
    const { owner } = task;
    if (count === 0) return;
    if (!held.has(owner.key)) {
      teller.warn(
        owner,
        `deletions that follow from a change are more than the limit allows; they are held until the annotation ${confirmAnnotation} of the policy is given another value`,
      );
    }
    held.set(owner.key, Math.max(count, held.get(owner.key) ?? 0));
    tellCondition(owner.key);
  };
  const upkeep = createUpkeep({
    world,
    feed,
    index,
    writer,
    taskOf,
    isGoneSource,
    takeDeletions,
    onHeld: noteHeld,
  });

  const consumer = feed.attach<GenerateTask>({
    name: "generate",
    workers: deps.workers,
    notes: () => ({
      tasks: Object.fromEntries(noted),
      kinds: watch.types().map((type) => `${apiVersionOf(type)}/${type.kind}`),
      sources: sources
        .places()
        .slice(0, maxNotedSources)
        .map(({ type, namespace }) => `${apiVersionOf(type)}/${type.kind}/${namespace}`),
    }),
    handle: async (task, event) => {
      const current = tasks.get(task.key) ?? task;
      const startedMs = clock.monotonicMs();
      const { run, outcome } = await handleTrigger(
        {
          world,
          index,
          watch,
          sources,
          writer,
          owns,
          isGoneSource,
          takeDeletions,
          noteSources: (...noting) => follower.note(...noting),
        },
        current,
        event,
      );
      if (run.held > 0) noteHeld(current, run.held);
      noteProblem(current, event.object.metadata.uid, run.problem);
      deps.onRun(run, clock.monotonicMs() - startedMs);
      await teller.tell(run);
      return outcome;
    },
    observer: {
      handled: () => {},
      failed: (task, { type, namespace, name }, error, failuresInRow) => {
        if (failuresInRow < 3) return;
        log.warn("a rule cannot be carried out now", {
          rule: task.key,
          kind: type.kind,
          namespace,
          name,
          error,
        });
      },
      blocked: (task, kinds) => {
        blocked.set(
          task.key,
          kinds.map(({ type, reason }) => `${type.kind} cannot be watched: ${reason}`),
        );
        tellCondition(task.owner.key);
      },
      existingTaken: (task) => log.debug("existing triggers were taken", { rule: task.key }),
    },
  });
  const before = readNotes(consumer.previousNotes);

  const noteProblem = (task: GenerateTask, uid: string, problem: string | undefined): void => {
    const known = problems.get(task.key) ?? new Map<string, string>();
    const wasFailing = known.size > 0;
    if (problem === undefined) known.delete(uid);
    else if (known.has(uid) || known.size < maxProblems) known.set(uid, problem);
    if (known.size === 0) problems.delete(task.key);
    else problems.set(task.key, known);
    if (wasFailing !== known.size > 0) tellCondition(task.owner.key);
  };

  const tellCondition = (policyKey: string): void => {
    const policy = policies.policies.get(policyKey);
    if (policy === undefined) {
      deps.onCondition(policyKey, undefined);
      return;
    }
    const failing = policy.tasks.flatMap(({ key }) => [...(problems.get(key)?.values() ?? [])]);
    deps.onCondition(
      policyKey,
      planGenerateCondition({
        problems: [...policy.problems, ...policy.tasks.flatMap(({ key }) => blocked.get(key) ?? [])],
        held: limit.isHeld(policyKey) ? (held.get(policyKey) ?? 0) : 0,
        failing: failing.length,
        lastError: failing.at(-1),
        quarrels: fights.countOf(policyKey),
      }),
    );
  };

  const downstreamChanged = ({ what, downstream }: DownstreamChange): void => {
    const task = taskOf(downstream);
    if (task === undefined || !task.traits.synchronize || !started) return;
    if (what === "gone" && world.namespaces.isTerminating(downstream.namespace)) return;
    const waitMs = fights.note(task.owner.key, downstream);
    const again = (): void => consumer.revisit(task.key, new Set([downstream.trigger.uid]));
    if (waitMs === 0) {
      again();
      return;
    }
    tellCondition(task.owner.key);
    clock.setTimer(waitMs, again, { background: true });
  };

  const sourceChanged = (change: SourceChange): void => {
    const copies = index.ofSource(change.uid);
    const byTask = new Map<GenerateTask, KnownDownstream[]>();
    for (const downstream of copies) {
      const task = taskOf(downstream);
      if (task === undefined || !task.traits.synchronize) continue;
      const known = byTask.get(task);
      if (known === undefined) byTask.set(task, [downstream]);
      else known.push(downstream);
    }
    if (change.what === "went") {
      for (const [task, downstreams] of byTask) background(upkeep.remove(task, downstreams, true));
      return;
    }
    for (const [task, downstreams] of byTask) {
      consumer.revisit(task.key, new Set(downstreams.map(({ trigger }) => trigger.uid)));
    }
    for (const { ruleKey, triggers, isList } of follower.askingFor(change)) {
      const task = tasks.get(ruleKey);
      const isCopied = task !== undefined && byTask.has(task);
      // What a rule copies one by one and what is not copied yet; a list may have another member now.
      if (task === undefined || isCopied || (change.what === "changed" && !isList)) continue;
      consumer.revisit(ruleKey, triggers);
    }
  };

  /** Work that nobody waits for; what of it fails is found again by the next sweep. */
  const background = (work: Promise<unknown>): void => {
    running.add(work);
    void work
      .catch((error: unknown) => {
        if (!signal.aborted) log.warn("what rules made cannot be looked after now, trying again", { error });
      })
      .finally(() => running.delete(work));
  };
  const running = new Set<Promise<unknown>>();

  const allKnown = (): boolean =>
    deps.isReady() &&
    policyRows.every(
      (row) =>
        policies.isSynced(row) || policies.isDegraded(row) || servedType(world.types(), row) === undefined,
    );
  /** What was noted of policies of a kind that cannot be read, or is not served now, still holds: nobody knows better. */
  const unread = (key: string): boolean =>
    policyRows.some((row) => key.startsWith(`${row.kind}/`) && !policies.isSynced(row));

  const policies = createGeneratePolicies({
    onChange: () => plan.request(),
    onUnreadable: ({ key, problems: found }) => {
      log.warn("policy cannot be read", { policy: key, problems: found });
    },
  });

  /** What the process before knew: kinds and sources are watched, so that what happened meanwhile is seen. */
  const recall = async (): Promise<void> => {
    const watches = before.kinds.map((text) => {
      const slash = text.lastIndexOf("/");
      const type = findType(world.types(), text.slice(0, slash), text.slice(slash + 1));
      return type === undefined ? Promise.resolve() : watch.watch(type);
    });
    await Promise.all(watches);
    await watch.known();
    const places = before.sources.flatMap((text) => {
      const [namespace = "", kind = "", ...rest] = text.split("/").toReversed();
      const type = findType(world.types(), rest.toReversed().join("/"), kind);
      return type === undefined ? [] : [{ type, namespace }];
    });
    for (const { source, sourceUid } of index.all()) {
      const type = source === undefined ? undefined : findType(world.types(), source.apiVersion, source.kind);
      if (source === undefined || type === undefined) continue;
      const place = { type, namespace: type.namespaced ? source.namespace : "" };
      follower.learn(sourceUid, place);
      if (!places.some((one) => one.type === type && one.namespace === place.namespace)) places.push(place);
    }
    await Promise.all(places.map((place) => sources.watch(place)));
  };

  const reconcile = async (): Promise<void> => {
    if (signal.aborted) return;
    if (!allKnown()) {
      if (!deps.isReady()) throw new NotReady("exceptions are not known yet");
      return;
    }
    const isFirst = !started;
    if (isFirst) await recall();
    const next = new Map(
      [...policies.policies.values()].flatMap((policy) => policy.tasks).map((task) => [task.key, task]),
    );
    const known = isFirst ? before.tasks : noted;
    const still = new Map([...known].filter(([key]) => unread(key)));
    const { removed, letGo, revisit } = planPolicies(
      new Map([...known].filter(([key]) => !still.has(key))),
      next,
    );
    for (const [key, one] of known) if (removed.includes(one)) upkeep.ruleRemoved(key, one);
    for (const key of next.keys()) upkeep.ruleKept(key);
    confirmHeld(next);
    for (const key of tasks.keys()) if (!next.has(key)) forget(key);
    const told = new Set([...tasks.values(), ...next.values()].map(({ owner }) => owner.key));
    tasks = next;
    noted = new Map<string, NotedTask>([
      ...still,
      ...[...next].map(([key, task]): [string, NotedTask] => [
        key,
        { index: ruleIndexKey(task), policyKey: task.owner.key, kind: task.kind, traits: task.traits },
      ]),
    ]);
    started = true;
    for (const task of letGo) await upkeep.letGo(task);
    consumer.setRules([...next.values()]);
    for (const task of revisit) revisitAll(task);
    for (const key of told) tellCondition(key);
    for (const key of policies.policies.keys()) if (!told.has(key)) tellCondition(key);
    feed.noted();
    if (removed.length > 0 || isFirst) background(upkeep.sweep());
    if (isFirst)
      for (const downstream of touchedDownstreams(index.all()))
        downstreamChanged({ what: "changed", downstream });
  };

  const forget = (key: string): void => {
    problems.delete(key);
    blocked.delete(key);
    follower.forgetRule(key);
  };

  const revisitAll = (task: GenerateTask): void => {
    const triggers = index
      .ofRule(ruleIndexKey(task))
      .filter((downstream) => owns(task, downstream))
      .map(({ trigger }) => trigger.uid);
    if (triggers.length > 0) consumer.revisit(task.key, new Set(triggers));
  };

  /** Another value of the annotation than before lets go what is held. */
  const confirmations = new Map<string, string | undefined>();
  const confirmHeld = (next: ReadonlyMap<string, GenerateTask>): void => {
    for (const [key, { options }] of policies.policies) {
      const isNew = !confirmations.has(key);
      const before = confirmations.get(key);
      confirmations.set(key, options.confirmation);
      if (isNew || before === options.confirmation || options.confirmation === undefined) continue;
      limit.confirm(key);
      held.delete(key);
      log.info("held deletions are confirmed", { policy: key });
      consumer.wake(confirmationSubject(key));
      background(Promise.resolve().then(() => upkeep.sweep()));
    }
    const alive = new Set([...next.values()].map(({ owner }) => owner.key));
    for (const key of confirmations.keys()) {
      if (policies.policies.has(key) || alive.has(key)) continue;
      confirmations.delete(key);
      limit.forget(key);
      held.delete(key);
    }
  };

  const plan = createPlanLoop({
    reconcile,
    settleMs,
    retryDelayMs: (failures) => Math.min(30_000, 250 * 2 ** Math.min(failures, 10)),
    clock,
    onFailed: (error) => {
      if (!(error instanceof NotReady)) log.warn("policies cannot be planned, trying again", { error });
    },
  });

  const opened = new Map<PolicyRow, Source>();
  const openPolicies = (): void => {
    for (const row of policyRows) {
      const type = servedType(world.types(), row);
      if (type === undefined || opened.has(row)) continue;
      opened.set(row, world.openSource({ type }, policies.handlersOf(row)));
    }
    plan.request();
  };
  openPolicies();

  const sweeping = (async (): Promise<void> => {
    while (!signal.aborted) {
      await pause(clock, sweepMs, signal);
      if (signal.aborted || !started) continue;
      const work = upkeep.sweep();
      background(work);
      await work.catch(() => {});
    }
  })();

  let served = new Set<string>();
  return {
    typesChanged() {
      openPolicies();
      const now = new Set(world.types().map((type) => kindSubject(apiVersionOf(type), type.kind)));
      for (const subject of now) if (!served.has(subject)) consumer.wake(subject);
      served = now;
    },
    rightsChanged() {
      if (world.guard.retryForbidden()) for (const task of tasks.values()) revisitAll(task);
    },
    submit: (request) => consumer.submit(request),
    rulesOf: (policyKey) => policies.policies.get(policyKey)?.tasks.map(({ rule }) => rule),
    isReady: allKnown,
    readings: () => {
      const { ready, delayed } = consumer.readings();
      return {
        policies: policies.policies.size,
        rules: tasks.size,
        downstreams: index.size,
        sources: sources.places().length,
        held: [...held.values()].reduce((sum, count) => sum + count, 0),
        ready,
        delayed,
      };
    },
    async stop() {
      ending.abort();
      await plan.stop();
      await Promise.all([...opened.values()].map((source) => source.stop()));
      await Promise.all([watch.stop(), sources.stop(), sweeping]);
      await Promise.allSettled(running);
    },
  };
}

const maxProblems = 1_000;

class NotReady extends Error {}

function servedType(types: readonly ResourceType[], row: PolicyRow): ResourceType | undefined {
  return types.find(({ group, kind, preferred }) => preferred && group === row.group && kind === row.kind);
}

function touchedDownstreams(all: Iterable<KnownDownstream>): readonly KnownDownstream[] {
  return [...all].filter(({ isTouched }) => isTouched);
}
