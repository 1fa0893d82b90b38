import { createTask, validateDetailed, type TaskContext } from "node-cron";
import type { Logger } from "#telemetry/logger.ts";
import type { Clock, Timer } from "./clock.ts";

/** Something that runs from time to time. It does not keep the process alive. */
export interface Schedule {
  /** Ends it; a run under way is awaited. */
  stop(): Promise<void>;
}

interface ScheduleOptions {
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly log: Logger;
}

/** Why a cron expression (five or six fields) cannot be used, or undefined where it can. */
export function cronProblem(expression: string): string | undefined {
  const { valid, errors } = validateDetailed(expression);
  if (valid) return undefined;
  return errors.map(({ field, message }) => `${field}: ${message}`).join("; ") || "not a cron expression";
}

/**
 * Runs by a cron expression. A run that is due while the one before is going on is left out; one that throws is logged
 * and changes nothing about the next.
 *
 * @throws Error where the expression is not valid: check it with `cronProblem` first.
 */
export function startCron(
  options: ScheduleOptions & { readonly expression: string; readonly timezone?: string },
): Schedule {
  const runner = createRunner(options);
  const { expression, timezone, log } = options;
  const task = createTask(expression, (_context: TaskContext) => runner.start(), {
    unref: true,
    logger: {
      info: (message) => log.debug("schedule", { expression, detail: message }),
      warn: (message) => log.warn("schedule is late", { expression, detail: message }),
      error: (message) => log.error("schedule failed", { expression, error: message }),
      debug: (message) => log.debug("schedule", { expression, detail: message }),
    },
    ...(timezone === undefined ? {} : { timezone }),
  });
  void task.start();
  return {
    async stop() {
      await task.destroy();
      await runner.stop();
    },
  };
}

/**
 * Runs every `intervalMs`, counted from the end of the run before; each delay is shortened by a random share of up to
 * `jitter`, so that replicas do not act in step.
 */
export function startInterval(
  options: ScheduleOptions & {
    readonly intervalMs: number;
    readonly jitter?: number;
    readonly clock: Clock;
    /** A number in [0, 1). */
    readonly random: () => number;
  },
): Schedule {
  const { intervalMs, jitter = 0.1, clock, random } = options;
  const runner = createRunner(options);
  let timer: Timer | undefined;
  let stopped = false;
  const arm = (): void => {
    if (stopped) return;
    const delayMs = intervalMs * (1 - jitter * random());
    timer = clock.setTimer(delayMs, () => void runner.start().then(arm), { background: true });
  };
  arm();
  return {
    async stop() {
      stopped = true;
      timer?.cancel();
      await runner.stop();
    },
  };
}

function createRunner({ run, log }: ScheduleOptions): { start(): Promise<void>; stop(): Promise<void> } {
  const controller = new AbortController();
  let current: Promise<void> | undefined;
  const runSafely = async (): Promise<void> => {
    try {
      await run(controller.signal);
    } catch (error) {
      if (!controller.signal.aborted) log.error("scheduled run failed", { error });
    }
  };
  return {
    async start() {
      if (controller.signal.aborted || current !== undefined) return;
      current = runSafely();
      await current;
      current = undefined;
    },
    async stop() {
      controller.abort();
      await current;
    },
  };
}
