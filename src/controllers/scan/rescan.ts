import { pause } from "#controllers/runtime/clock.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import type { WatchedKind } from "./kind-registry.ts";
import { judgeByPass } from "./pass-runner.ts";
import type { ListPages } from "./pass-runner.ts";
import type { ScanObserver } from "./ports.ts";

export interface RescanDeps {
  readonly kinds: ReadonlyMap<string, WatchedKind>;
  readonly listPages: ListPages;
  readonly newEpoch: () => ContextEpoch;
  readonly clock: Clock;
  readonly observer: Pick<ScanObserver, "passFinished" | "passFailed">;
  readonly pageSize: number;
  /** How long a round takes; read before each page, so that a new setting counts at once. */
  readonly intervalMs: () => number;
}

/** A wait is cut in pieces of this length, so that a shorter interval does not wait for the longer one. */
const stepMs = 10_000;

/**
 * One round of the schedule: every object of every kind is listed and judged once, the pages spread evenly over the
 * interval, so that a large cluster is a steady trickle and not a wave. A round never takes less than the interval.
 */
export async function runRescan(deps: RescanDeps, signal: AbortSignal): Promise<void> {
  const { clock, observer } = deps;
  const startedMs = clock.monotonicMs();
  const kinds = [...deps.kinds].filter(([, { scan }]) => scan.synced);
  const pages = kinds.reduce((sum, [, { scan }]) => sum + pagesOf(scan.table.size, deps.pageSize), 0);
  let begun = 0;

  /** Until the share of the interval is over that belongs to the pages begun so far. */
  const pace = async (): Promise<void> => {
    begun += 1;
    await waitUntil(() => startedMs + (deps.intervalMs() * Math.min(begun, pages)) / Math.max(1, pages));
  };
  const waitUntil = async (dueMs: () => number): Promise<void> => {
    for (;;) {
      const restMs = dueMs() - clock.monotonicMs();
      if (restMs <= 0 || signal.aborted) return;
      await pause(clock, Math.min(restMs, stepMs), signal);
    }
  };

  for (const [key, kind] of kinds) {
    await pace();
    if (signal.aborted) return;
    // It may have ended meanwhile.
    if (deps.kinds.get(key) !== kind) continue;
    const { scan } = kind;
    const kindStartedMs = clock.monotonicMs();
    try {
      await judgeByPass(scan, { policies: "all", namespaces: undefined }, { ...deps, pace });
      const seconds = (clock.monotonicMs() - kindStartedMs) / 1000;
      observer.passFinished(scan.type, { reason: "schedule", seconds });
    } catch (error) {
      // The kind shows as degraded by its own watch; the round goes on with the others.
      if (!scan.signal.aborted) observer.passFailed(scan.type, error);
    }
  }
  await waitUntil(() => startedMs + deps.intervalMs());
}

function pagesOf(objects: number, pageSize: number): number {
  return Math.max(1, Math.ceil(objects / pageSize));
}
