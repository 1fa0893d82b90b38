import type { Clock, Timer } from "./clock.ts";

export interface PlanLoopOptions {
  /** Brings everything to what is wanted now. After a failure it is called again, so it must not lose what it took. */
  readonly reconcile: () => Promise<void>;
  /** Requests that come together are served together. */
  readonly settleMs: number;
  readonly retryDelayMs: (failures: number) => number;
  readonly clock: Clock;
  readonly onFailed: (error: unknown) => void;
}

/** Runs a reconcile function on request: never twice at once, and once more for whatever came while it ran. */
export interface PlanLoop {
  request(): void;
  /** Nothing begins any more; resolves when what is under way has ended. */
  stop(): Promise<void>;
}

export function createPlanLoop(options: PlanLoopOptions): PlanLoop {
  const { clock } = options;
  let requested = false;
  let stopped = false;
  let timer: Timer | undefined;
  let running: Promise<void> | undefined;
  let failures = 0;

  const run = async (): Promise<void> => {
    requested = false;
    try {
      await options.reconcile();
      failures = 0;
    } catch (error) {
      failures += 1;
      requested = true;
      options.onFailed(error);
    }
    running = undefined;
    if (requested) arm();
  };

  const arm = (): void => {
    if (stopped || timer !== undefined || running !== undefined) return;
    const delayMs = failures === 0 ? options.settleMs : options.retryDelayMs(failures);
    timer = clock.setTimer(delayMs, () => {
      timer = undefined;
      running = run();
    });
  };

  return {
    request() {
      requested = true;
      arm();
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      await running;
    },
  };
}
