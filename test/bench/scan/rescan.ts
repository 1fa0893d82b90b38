import type { OperatorProcess } from "../operator/operator-process.ts";
import { sumOf } from "../operator/prometheus-text.ts";
import type { Traffic } from "../operator/traffic.ts";
import { waitUntil } from "../wait-until.ts";
import type { ScanBench } from "./scan-bench.ts";

const everyFewSeconds = "*/5 * * * * *";

/** Lets the schedule judge everything once more, changed by nobody, and counts what is written. */
export const runRescan = async (
  { traffic, writeSettings, settle, pods, policyCount, deadlineMs }: ScanBench,
  operator: OperatorProcess,
): Promise<Traffic> => {
  const progress = async () => {
    const samples = await operator.metrics();
    return {
      passes: sumOf(samples, "rearguard_pass_duration_seconds_count", { cause: "schedule" }),
      evaluations: sumOf(samples, "rearguard_evaluations_total"),
      kinds: sumOf(samples, "rearguard_kinds", { state: "live" }),
    };
  };
  const before = await progress();
  await traffic.restart();
  await writeSettings({ rescanSchedule: everyFewSeconds });
  await waitUntil(
    async () => {
      const now = await progress();
      const judged = now.evaluations - before.evaluations >= pods * policyCount;
      return judged && now.passes - before.passes >= now.kinds ? true : undefined;
    },
    {
      what: "a rescan has gone round",
      deadlineMs,
      intervalMs: 500,
      check: () => operator.mustRun(),
    },
  );
  await writeSettings({});
  await settle(operator);
  return traffic.read();
};
