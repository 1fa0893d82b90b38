import type { KubeObject } from "#api/meta/object-meta.ts";
import { createBackoff } from "#controllers/runtime/backoff.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { classifyFailure } from "#controllers/runtime/failure.ts";
import type { Failure } from "#controllers/runtime/failure.ts";
import { runReconcileLoop } from "#controllers/runtime/reconcile-loop.ts";
import { createWorkQueue, resyncPriority } from "#controllers/runtime/work-queue.ts";
import type { Logger } from "#telemetry/logger.ts";
import type { Room } from "./room.ts";
import { forRetry, mergeEntries } from "./trigger-entry.ts";
import type { TriggerEntry } from "./trigger-entry.ts";
import type { TriggerEvent, TriggerOutcome } from "./trigger-event.ts";
import type { TriggerConsumerOptions, TriggerPlace } from "./trigger-feed.ts";
import type { TriggerRule } from "./trigger-rule.ts";

/** A trigger that failed and is not forgotten by a restart. */
export interface FailingTrigger {
  readonly rule: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly operation: TriggerEntry<TriggerRule>["operation"];
}

export interface ConsumerQueueDeps {
  /** Reads a trigger; undefined where it does not exist any more or is another. */
  readonly read: (place: TriggerPlace) => Promise<KubeObject | undefined>;
  readonly namespaceLabels: (namespace: string) => Readonly<Record<string, string>> | undefined;
  readonly room: Room;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What waits for one consumer, once per rule and trigger. */
export interface ConsumerQueue<Rule extends TriggerRule> {
  /** Adds work, or takes it into what waits for the same rule and trigger. The entry is held until it was tried once. */
  add(entry: TriggerEntry<Rule>, options?: { readonly isUrgent?: boolean }): void;
  /** Whether the rule applied when its trigger was handled last. */
  appliedTo(ruleKey: string, uid: string): boolean | undefined;
  /** True while something of the trigger waits or is handled: what comes of it is not known yet. */
  isUnderWay(ruleKey: string, uid: string): boolean;
  /** The rule is gone: what waits for it goes. */
  forgetRule(ruleKey: string): void;
  /** Another content of the rule: what waits is handled by it. */
  replaceRule(rule: Rule): void;
  wake(subject: string): void;
  /** What failed last time it was tried. */
  failing(): readonly FailingTrigger[];
  readings(): { readonly ready: number; readonly delayed: number; readonly inWork: number };
  stop(): Promise<void>;
}

/** First delay after a failure; later ones double up to five minutes. */
const firstDelayMs = 500;
/** What waits for something is looked at all the same, in case its coming was missed. */
const waitingMs = 120_000;

/** A failure that the handler told of. */
class TriggerFailed extends Error {
  readonly atLeastMs: number | undefined;
  constructor(message: string, atLeastMs: number | undefined) {
    super(message);
    this.atLeastMs = atLeastMs;
    // It is no bug: where in the code it was thrown tells nobody anything.
    this.stack = message;
  }
}

function classify(error: unknown): Failure {
  if (!(error instanceof TriggerFailed)) return classifyFailure(error);
  return { class: "transient", ...(error.atLeastMs === undefined ? {} : { atLeastMs: error.atLeastMs }) };
}

/** Starts the workers of a consumer. */
export function createConsumerQueue<Rule extends TriggerRule>(
  options: TriggerConsumerOptions<Rule>,
  deps: ConsumerQueueDeps,
): ConsumerQueue<Rule> {
  const { clock, room, signal } = deps;
  const queue = createWorkQueue<string>({
    clock,
    backoff: createBackoff({ random: deps.random, baseMs: firstDelayMs }),
  });
  const entries = new Map<string, TriggerEntry<Rule>>();
  const applied = new Map<string, Map<string, boolean>>();
  const waiting = new Map<string, Set<string>>();
  const failing = new Map<string, FailingTrigger>();
  const inWork = new Set<string>();
  /** Entries that hold an object which takes up room. */
  const roomy = new Set<string>();

  const keyFor = (ruleKey: string, id: string): string => `${ruleKey}\n${id}`;
  const keyOf = ({ rule, place }: TriggerEntry<Rule>): string =>
    keyFor(rule.key, place.uid || placeText(place));

  const hold = (key: string, entry: TriggerEntry<Rule>): void => {
    entries.set(key, entry);
    if (entry.object === undefined || roomy.has(key)) return;
    roomy.add(key);
    room.enter();
  };
  const leaveRoom = (key: string): void => {
    if (roomy.delete(key)) room.leave();
  };

  const noteApplied = ({ rule, place }: TriggerEntry<Rule>, outcome: TriggerOutcome): void => {
    if (outcome.kind !== "done" || place.uid === "") return;
    const known = applied.get(rule.key) ?? new Map<string, boolean>();
    applied.set(rule.key, known);
    known.set(place.uid, outcome.applied);
  };

  const finish = (key: string, entry: TriggerEntry<Rule>, outcome: TriggerOutcome): void => {
    failing.delete(key);
    for (const one of entry.held) one.release();
    for (const answer of entry.answers) answer(outcome);
    if (entry.operation === "DELETE") applied.get(entry.rule.key)?.delete(entry.place.uid);
    else noteApplied(entry, outcome);
  };

  /** Puts the entry back, with what came meanwhile, and tells those who asked. What it held is stored by key instead. */
  const putBack = (key: string, entry: TriggerEntry<Rule>, outcome: TriggerOutcome): boolean => {
    for (const one of entry.held) one.release();
    for (const answer of entry.answers) answer(outcome);
    if (!entry.isRetried) return false;
    const { rule, place, operation } = entry;
    const { group, version, kind } = place.type;
    const apiVersion = group === "" ? version : `${group}/${version}`;
    failing.set(key, { rule: rule.key, apiVersion, kind, ...pick(place), operation });
    const later = entries.get(key);
    const again = forRetry(entry);
    entries.set(key, later === undefined ? again : mergeEntries(again, later));
    return true;
  };

  const handle = async (entry: TriggerEntry<Rule>): Promise<TriggerOutcome> => {
    const { place, rule } = entry;
    const object = entry.object ?? (await deps.read(place));
    if (object === undefined) return { kind: "done", applied: false };
    const namespaceLabels = deps.namespaceLabels(place.namespace);
    const event: TriggerEvent = {
      cause: entry.cause,
      operation: entry.operation,
      type: place.type,
      subresource: entry.subresource,
      namespace: place.namespace,
      ...(namespaceLabels === undefined ? {} : { namespaceLabels }),
      object,
      isKnownByNameOnly: entry.isKnownByNameOnly,
      ...(entry.oldObject === undefined ? {} : { oldObject: entry.oldObject }),
      appliedBefore: applied.get(rule.key)?.get(place.uid),
      ...(entry.user === undefined ? {} : { user: entry.user }),
      wantsRemoval: entry.wantsRemoval,
    };
    const startedMs = clock.monotonicMs();
    const outcome = await options.handle(rule, event, signal);
    options.observer.handled(rule, event, outcome, clock.monotonicMs() - startedMs);
    return outcome;
  };

  const reconcile = async (
    key: string,
  ): ReturnType<Parameters<typeof runReconcileLoop<string>>[0]["reconcile"]> => {
    const entry = entries.get(key);
    if (entry === undefined) return { kind: "done" };
    entries.delete(key);
    inWork.add(key);
    let outcome: TriggerOutcome;
    try {
      outcome = await handle(entry);
    } catch (error) {
      if (signal.aborted) throw error;
      const message = error instanceof Error ? error.message : String(error);
      options.observer.failed(entry.rule, entry.place, error, queue.failures(key) + 1);
      if (putBack(key, entry, { kind: "retry", message })) throw error;
      return { kind: "done" };
    } finally {
      inWork.delete(key);
      leaveRoom(key);
    }
    if (outcome.kind === "done") {
      finish(key, entry, outcome);
      return { kind: "done" };
    }
    if (!putBack(key, entry, outcome)) return { kind: "done" };
    if (outcome.kind === "retry") throw new TriggerFailed(outcome.message, outcome.atLeastMs);
    const keys = waiting.get(outcome.subject) ?? new Set();
    waiting.set(outcome.subject, keys.add(key));
    return { kind: "requeueAfter", delayMs: waitingMs };
  };

  const loop = runReconcileLoop({
    queue,
    reconcile,
    workers: options.workers,
    clock,
    log: deps.log,
    signal,
    classify,
  });

  return {
    add(entry, { isUrgent = true } = {}) {
      const key = keyOf(entry);
      const before = entries.get(key);
      hold(key, before === undefined ? entry : mergeEntries(before, entry));
      queue.add(key, isUrgent ? {} : { priority: resyncPriority });
    },
    appliedTo: (ruleKey, uid) => applied.get(ruleKey)?.get(uid),
    isUnderWay(ruleKey, uid) {
      const key = keyFor(ruleKey, uid);
      return inWork.has(key) || entries.has(key);
    },
    replaceRule(rule) {
      for (const [key, entry] of entries)
        if (entry.rule.key === rule.key) entries.set(key, { ...entry, rule });
    },
    forgetRule(ruleKey) {
      applied.delete(ruleKey);
      for (const [key, entry] of entries) {
        if (entry.rule.key !== ruleKey) continue;
        entries.delete(key);
        leaveRoom(key);
        queue.remove(key);
        for (const one of entry.held) one.release();
        for (const answer of entry.answers) answer({ kind: "unknown-rule" });
      }
      for (const [key, { rule }] of failing) if (rule === ruleKey) failing.delete(key);
    },
    wake(subject) {
      const keys = waiting.get(subject);
      waiting.delete(subject);
      for (const key of keys ?? []) queue.add(key);
    },
    failing: () => [...failing.values()],
    readings: () => {
      const { ready, delayed, inWork } = queue.readings();
      return { ready, delayed, inWork };
    },
    async stop() {
      queue.shutDown();
      await loop;
    },
  };
}

function placeText({ namespace, name }: TriggerPlace): string {
  return `${namespace}/${name}`;
}

function pick({ namespace, name, uid }: TriggerPlace): Pick<TriggerPlace, "namespace" | "name" | "uid"> {
  return { namespace, name, uid };
}
