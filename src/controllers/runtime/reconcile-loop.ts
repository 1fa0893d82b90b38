import type { Logger } from "#telemetry/logger.ts";
import type { Clock } from "./clock.ts";
import { classifyFailure, type Failure, type FailureClass } from "./failure.ts";
import type { WorkItem, WorkQueue } from "./work-queue.ts";

export type Outcome =
  | { readonly kind: "done" }
  /** Come back later, without counting a failure. */
  | { readonly kind: "requeueAfter"; readonly delayMs: number };

export const done: Outcome = { kind: "done" };

interface ReconcileContext {
  /** Aborts when the process stops or the work's time is over. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Brings the world to what `key` asks for. Idempotent: it may run again at any time. A throw is a retry. */
export type Reconcile<K> = (key: K, context: ReconcileContext) => Promise<Outcome>;

/** What metrics are told of each run. */
interface ReconcileObserver {
  onReconciled(result: "success" | "error" | "requeue_after", durationMs: number): void;
  onRetry(failure: FailureClass, failuresInRow: number): void;
}

export interface ReconcileLoopOptions<K> {
  readonly queue: WorkQueue<K>;
  readonly reconcile: Reconcile<K>;
  /** How many keys are in work at once. */
  readonly workers: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the loop: nothing more is taken, what is in work is awaited. */
  readonly signal: AbortSignal;
  /** After this time the context's signal aborts; the work itself must end on it. */
  readonly timeoutMs?: number;
  readonly classify?: (error: unknown) => Failure;
  readonly observer?: ReconcileObserver;
}

/** Failures in a row from which a transient error is worth a warning. */
const warnAfterFailures = 3;

/** Runs the workers until `signal` aborts, then shuts the queue; resolves when the last work has ended. It never rejects. */
export async function runReconcileLoop<K>(options: ReconcileLoopOptions<K>): Promise<void> {
  await Promise.all(Array.from({ length: options.workers }, () => work(options)));
  // What waits would keep the process alive until it is due.
  options.queue.shutDown();
}

async function work<K>(options: ReconcileLoopOptions<K>): Promise<void> {
  for (;;) {
    const item = await options.queue.take(options.signal);
    if (item === undefined) return;
    try {
      await runOnce(options, item);
    } finally {
      options.queue.finish(item.key);
    }
  }
}

async function runOnce<K>(options: ReconcileLoopOptions<K>, item: WorkItem<K>): Promise<void> {
  const { queue, clock, observer } = options;
  const startedMs = clock.monotonicMs();
  const deadline = createDeadline(options);
  try {
    const outcome = await options.reconcile(item.key, { signal: deadline.signal, log: options.log });
    queue.forget(item.key);
    if (outcome.kind === "requeueAfter") {
      queue.add(item.key, { afterMs: outcome.delayMs, priority: item.priority });
    }
    const result = outcome.kind === "done" ? "success" : "requeue_after";
    observer?.onReconciled(result, clock.monotonicMs() - startedMs);
  } catch (error) {
    retry(options, item, error);
    observer?.onReconciled("error", clock.monotonicMs() - startedMs);
  } finally {
    deadline.cancel();
  }
}

function retry<K>(options: ReconcileLoopOptions<K>, item: WorkItem<K>, error: unknown): void {
  const { queue, log, signal, observer } = options;
  // Stopping is no failure of the key: whoever runs next starts from a list.
  if (signal.aborted) return;
  const failure = (options.classify ?? classifyFailure)(error);
  queue.addRateLimited(item.key, {
    priority: item.priority,
    ...(failure.atLeastMs === undefined ? {} : { atLeastMs: failure.atLeastMs }),
  });
  const failuresInRow = queue.failures(item.key);
  observer?.onRetry(failure.class, failuresInRow);
  const fields = { key: item.key, failuresInRow, error };
  switch (failure.class) {
    case "conflict":
      log.debug("object changed meanwhile, trying again", fields);
      return;
    case "transient":
      if (failuresInRow >= warnAfterFailures) log.warn("still failing, trying again with backoff", fields);
      else log.debug("failed, trying again with backoff", fields);
      return;
    case "permission":
      if (failuresInRow === 1) log.error("not allowed, trying again slowly", fields);
      return;
    case "bug":
      log.error("unexpected error, trying again with backoff", fields);
      return;
    default:
      failure.class satisfies never;
  }
}

function createDeadline<K>({ signal, clock, timeoutMs }: ReconcileLoopOptions<K>): {
  readonly signal: AbortSignal;
  cancel(): void;
} {
  if (timeoutMs === undefined) return { signal, cancel: () => {} };
  const controller = new AbortController();
  const timer = clock.setTimer(timeoutMs, () => controller.abort());
  return { signal: AbortSignal.any([signal, controller.signal]), cancel: () => timer.cancel() };
}
