import { pause } from "#controllers/runtime/clock.ts";
import { startCron } from "#controllers/runtime/schedule.ts";
import type { Schedule } from "#controllers/runtime/schedule.ts";
import { runRescan } from "#controllers/scan/rescan.ts";
import type { RescanDeps } from "#controllers/scan/rescan.ts";
import type { Part, PartContext } from "./part.ts";

/** Judges everything again from time to time: in rounds spread over the interval, and at the times of a cron setting. */
export function startRescans(
  { settings, log, signal }: Pick<PartContext, "settings" | "log" | "signal">,
  deps: RescanDeps,
  rescanNow: () => void,
): Part {
  const rounds = runRounds(deps, signal);
  let schedule: Schedule | undefined;
  const arm = (expression: string): void => {
    void schedule?.stop();
    const run = (): Promise<void> => Promise.resolve(rescanNow());
    schedule = expression === "" ? undefined : startCron({ expression, log, run });
  };
  arm(settings.current().rescanSchedule);
  const end = settings.onChange(["rescanSchedule"], ({ rescanSchedule }) => arm(rescanSchedule));
  return {
    async stop() {
      end();
      await Promise.all([schedule?.stop(), rounds]);
    },
  };
}

async function runRounds(deps: RescanDeps, signal: AbortSignal): Promise<void> {
  // The first lists have just judged everything.
  await pause(deps.clock, Math.min(deps.intervalMs(), 60_000) / 4, signal);
  while (!signal.aborted) await runRescan(deps, signal);
}
