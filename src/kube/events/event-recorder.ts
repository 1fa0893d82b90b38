import PQueue from "p-queue";
import type { Logger } from "#telemetry/logger.ts";
import { isAlreadyExists, isNamespaceTerminating, isNotFound, isTransient } from "../client/api-error.ts";
import type { KubeClient } from "../client/kube-client.ts";
import { pause, type Clock, type Timer } from "../clock.ts";
import { buildEvent, eventType, type EventContent } from "./event.ts";
import { createEventBudget } from "./event-budget.ts";
import { createEventSummary } from "./event-summary.ts";
import type { PolicyReference } from "./scan-events.ts";

/** The settings in force at this moment. */
export interface EventSettings {
  readonly omitEvents: readonly string[];
  readonly generateSuccessEvents: boolean;
  readonly successEventActions: readonly string[];
  readonly maxQueuedEvents: number;
}

export type EventOutcome =
  /** Stored. */
  | "sent"
  /** Its object or namespace is gone: nobody could look at it. */
  | "gone"
  /** Beyond the budget, told in a summary. */
  | "summarised"
  /** The queue was full, or the server refused it. */
  | "dropped";

export interface EventRecorder {
  /**
   * Sends what one occurrence gives rise to, at the cost of one token of the policy's budget in `namespace` (empty for
   * cluster-scoped resources). It returns at once and never fails.
   */
  record(occurrence: {
    readonly policy: PolicyReference;
    readonly namespace: string;
    readonly events: readonly EventContent[];
  }): void;
  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void>;
  /** Accepts nothing more, drops what waits, and resolves when what is under way has ended. */
  stop(): Promise<void>;
}

export interface EventRecorderOptions {
  readonly client: Pick<KubeClient, "create">;
  readonly settings: () => EventSettings;
  readonly hostName: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onOutcome: (outcome: EventOutcome, reason: string) => void;
}

const budgetSize = 10;
const budgetPeriodMs = 60_000;
const summaryDelayMs = 60_000;
const maxBudgetKeys = 10_000;
const senders = 4;
const maxTries = 3;
const retryMs = 1_000;
const requestTimeoutMs = 10_000;

/** Sends Events, within the budget of each policy and namespace, through a bounded queue. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { clock, settings, onOutcome, log } = options;
  const budget = createEventBudget({
    size: budgetSize,
    periodMs: budgetPeriodMs,
    maxKeys: maxBudgetKeys,
    monotonicMs: () => clock.monotonicMs(),
  });
  const summary = createEventSummary();
  const queue = new PQueue({ concurrency: senders });
  const stopping = new AbortController();
  let summaryTimer: Timer | undefined;
  let sequence = 0;
  let isFailing = false;

  const enqueue = (content: EventContent): void => {
    if (queue.size >= settings().maxQueuedEvents) {
      onOutcome("dropped", content.reason);
      return;
    }
    // Name and time are those of the occurrence, not those of the sending.
    const event = buildEvent(content, {
      nowMs: clock.now(),
      sequence: sequence++,
      hostName: options.hostName,
    });
    void queue.add(async () => {
      const { outcome, error } = await send(options, event, stopping.signal);
      onOutcome(outcome, content.reason);
      // One line when it begins, not one for each Event.
      if (outcome === "dropped" && !isFailing)
        log.warn("Events cannot be sent", { namespace: event.namespace, error });
      if (outcome !== "gone") isFailing = outcome === "dropped";
    });
  };

  const sendSummaries = (): void => {
    summaryTimer = undefined;
    for (const content of summary.take()) enqueue(content);
  };

  const summarise = (policy: PolicyReference, namespace: string, events: readonly EventContent[]): void => {
    const [first] = events;
    // Nobody misses the hundredth success; violations must not vanish.
    const counted = first?.reason === "PolicyViolation" && summary.add(policy, namespace, first.controller);
    for (const { reason } of events) onOutcome(counted ? "summarised" : "dropped", reason);
    if (counted) summaryTimer ??= clock.setTimer(summaryDelayMs, sendSummaries, { background: true });
  };

  return {
    record({ policy, namespace, events }) {
      if (stopping.signal.aborted) return;
      const wanted = events.filter((content) => isWanted(content, settings()));
      if (wanted.length === 0) return;
      if (budget.spend(`${policy.uid} ${namespace}`)) wanted.forEach(enqueue);
      else summarise(policy, namespace, wanted);
    },
    idle: () => queue.onIdle(),
    async stop() {
      stopping.abort();
      summaryTimer?.cancel();
      queue.clear();
      await queue.onIdle();
    },
  };
}

/** Kyverno's filters, in its order: reasons, then successes at all, then actions of successes. */
function isWanted(content: Pick<EventContent, "reason" | "action">, settings: EventSettings): boolean {
  const { omitEvents, generateSuccessEvents, successEventActions, maxQueuedEvents } = settings;
  if (maxQueuedEvents === 0 || omitEvents.includes(content.reason)) return false;
  if (content.reason !== "PolicyApplied") return true;
  if (!generateSuccessEvents) return false;
  return successEventActions.length === 0 || successEventActions.includes(content.action);
}

async function send(
  { client, clock }: EventRecorderOptions,
  { namespace, body }: { readonly namespace: string; readonly body: object },
  signal: AbortSignal,
): Promise<{ readonly outcome: EventOutcome; readonly error?: unknown }> {
  for (let tries = 1; ; tries++) {
    try {
      await client.create(eventType, namespace, body, { timeoutMs: requestTimeoutMs, metadataOnly: true });
      return { outcome: "sent" };
    } catch (error) {
      // A try whose answer was lost has stored it.
      if (isAlreadyExists(error)) return { outcome: "sent" };
      if (isNotFound(error) || isNamespaceTerminating(error)) return { outcome: "gone" };
      if (!isTransient(error) || tries === maxTries || signal.aborted) return { outcome: "dropped", error };
      await pause(clock, retryMs * tries, signal);
    }
  }
}
