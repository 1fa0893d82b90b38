import type { OperatorProcess } from "../operator/operator-process.ts";
import { readProcessUsage } from "../operator/process-usage.ts";
import type { ProcessUsage } from "../operator/process-usage.ts";
import type { Traffic } from "../operator/traffic.ts";
import { waitUntil } from "../wait-until.ts";
import type { ScanBench } from "./scan-bench.ts";

export interface FirstScan {
  readonly operator: OperatorProcess;
  readonly traffic: Traffic;
  readonly usage: ProcessUsage;
  /** From the start of the process until every pod had its report. */
  readonly wallSeconds: number;
}

/** Starts the operator on pods without reports and lets it finish. */
export const runFirstScan = async (bench: ScanBench, nodeFlags: readonly string[]): Promise<FirstScan> => {
  await bench.traffic.restart();
  const operator = await bench.startOperator(nodeFlags);
  await waitUntil(
    async () => ((await bench.traffic.read()).reportsCreated >= bench.pods ? true : undefined),
    { what: "every pod has a report", deadlineMs: bench.deadlineMs, check: () => operator.mustRun() },
  );
  const wallSeconds = (performance.now() - operator.startedAt) / 1_000;
  await bench.settle(operator);
  const [traffic, usage] = [await bench.traffic.read(), await readProcessUsage(operator.pid)];
  return { operator, traffic, usage, wallSeconds };
};
