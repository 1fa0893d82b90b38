import { pause } from "#controllers/runtime/clock.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import type { WatchedKind } from "./kind-registry.ts";
import type { ListPages } from "./pass-runner.ts";
import type { ScanObserver } from "./ports.ts";

export interface RescanDeps {
  readonly kinds: ReadonlyMap<string, WatchedKind>;
  readonly listPages: ListPages;
  readonly newEpoch: () => ContextEpoch;
  readonly clock: Clock;
  readonly observer: Pick<ScanObserver, "passFinished" | "passFailed">;
  readonly pageSize: number;
}

/**
 * One round of the schedule: every object of every kind is listed and judged once. With `overMs` the pages are spread
 * evenly over that time, so that a large cluster is a steady trickle and not a wave; 0 goes as fast as it can.
 */
export async function runRescan(deps: RescanDeps, overMs: number, signal: AbortSignal): Promise<void> {
  const kinds = [...deps.kinds.values()].filter(({ scan }) => scan.synced);
  const pages = kinds.reduce((sum, { scan }) => sum + pagesOf(scan.table.size, deps.pageSize), 0);
  if (pages === 0) return pause(deps.clock, overMs, signal);
  const paceMs = overMs / pages;
  for (const { scan } of kinds) {
    // Within a kind only the pages after the first are paced; without this, kinds of one page would go round and round.
    await pause(deps.clock, paceMs, signal);
    if (signal.aborted) return;
    const startedMs = deps.clock.monotonicMs();
    const epoch = deps.newEpoch();
    let eventNumber = scan.table.eventNumber;
    try {
      await deps.listPages(
        scan.type,
        { paceMs, signal },
        (objects) => scan.judgeListed(objects, "all", epoch, eventNumber),
        () => {
          eventNumber = scan.table.eventNumber;
        },
      );
      const seconds = (deps.clock.monotonicMs() - startedMs) / 1000;
      deps.observer.passFinished(scan.type, { reason: "schedule", seconds });
    } catch (error) {
      if (signal.aborted) return;
      // The kind shows as degraded by its own watch; the round goes on with the others.
      deps.observer.passFailed(scan.type, error);
    }
  }
}

function pagesOf(objects: number, pageSize: number): number {
  return Math.max(1, Math.ceil(objects / pageSize));
}
