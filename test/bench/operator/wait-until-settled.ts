import { waitUntil } from "../wait-until.ts";
import type { OperatorProcess } from "./operator-process.ts";
import { sumOf } from "./prometheus-text.ts";
import type { Sample } from "./prometheus-text.ts";
import type { Traffic, TrafficMeter } from "./traffic.ts";

const waiting = [
  "rearguard_report_write_queue_depth",
  "rearguard_pending_passes",
  "rearguard_work_queue_depth",
] as const;

/** Time between two looks between which nothing may have been written. */
const stillMs = 1_000;

/** A standby is ready, too: it has to hold the Lease and to have read every kind. */
const isIdle = (samples: readonly Sample[]): boolean =>
  sumOf(samples, "rearguard_lease_held") > 0 &&
  sumOf(samples, "rearguard_kinds", { state: "live" }) > 0 &&
  sumOf(samples, "rearguard_kinds", { state: "syncing" }) === 0 &&
  waiting.every((name) => sumOf(samples, name) === 0);

/** Resolves when the operator is ready, has nothing to do and has stopped writing. */
export const waitUntilSettled = async (
  operator: OperatorProcess,
  traffic: TrafficMeter,
  deadlineMs: number,
): Promise<void> => {
  let before: Traffic | undefined;
  await waitUntil(
    async () => {
      if (!(await operator.isReady()) || !isIdle(await operator.metrics())) {
        before = undefined;
        return undefined;
      }
      const now = await traffic.read();
      const isStill = before?.reportWrites === now.reportWrites && before.eventWrites === now.eventWrites;
      before = now;
      return isStill ? true : undefined;
    },
    {
      what: "the operator has nothing to do",
      deadlineMs,
      intervalMs: stillMs,
      check: () => operator.mustRun(),
    },
  );
};
