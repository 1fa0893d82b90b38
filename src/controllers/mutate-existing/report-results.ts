import { pause } from "#controllers/runtime/clock.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { WriteFenced } from "#kube/client/api-error.ts";
import type { Logger } from "#telemetry/logger.ts";
import type { OwnedResults } from "./build-target-results.ts";
import type { ResultSink } from "./ports.ts";

const maxTries = 4;
const firstPauseMs = 500;

/**
 * Hands results to the one who reports. Where that does not go, it is tried again a few times; a report that cannot be
 * written must not keep objects from being changed. Rejects where the process ends.
 */
export function createResultReporter(deps: {
  readonly results: ResultSink;
  readonly clock: Clock;
  readonly log: Logger;
}): (owned: OwnedResults, signal: AbortSignal) => Promise<void> {
  const { results, clock, log } = deps;
  return async ({ owner, results: own }, signal) => {
    for (let tries = 1; ; tries += 1) {
      try {
        await results.merge(owner, own);
        return;
      } catch (error) {
        if (signal.aborted || error instanceof WriteFenced) throw error;
        if (tries === maxTries) {
          log.warn("results cannot be reported", { ...owner, error });
          return;
        }
        await pause(clock, firstPauseMs * 2 ** (tries - 1), signal);
      }
    }
  };
}
