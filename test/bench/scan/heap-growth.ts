import { seedPods } from "../cluster/seed-pods.ts";
import { readHeapAtRest } from "../operator/heap-usage.ts";
import { sumOf } from "../operator/prometheus-text.ts";
import { waitUntil } from "../wait-until.ts";
import type { ScanFigures } from "./figures.ts";
import type { ScanBench } from "./scan-bench.ts";

/** Measures the heap of a restarted operator, creates as many pods again, and measures it once more. */
export const measureHeapGrowth = async (bench: ScanBench): Promise<NonNullable<ScanFigures["heap"]>> => {
  const { cluster, pods, traffic, say } = bench;
  const operator = await bench.startOperator(["--inspect=127.0.0.1:0"]);
  await bench.settle(operator);
  const before = await readHeapAtRest(operator);
  say(`heap at rest: ${(before / 2 ** 20).toFixed(1)} MiB; creating ${pods} pods more`);
  await traffic.restart();
  await seedPods(cluster, pods, 2 * pods);
  await waitUntil(
    async () => {
      const known = sumOf(await operator.metrics(), "rearguard_objects", { resource: "v1/pods" });
      return known >= 2 * pods && (await traffic.read()).reportsCreated >= pods ? true : undefined;
    },
    {
      what: "the new pods have reports",
      deadlineMs: bench.deadlineMs,
      intervalMs: 1_000,
      check: () => operator.mustRun(),
    },
  );
  await bench.settle(operator);
  const after = await readHeapAtRest(operator);
  await operator.stop();
  return { restMiB: before / 2 ** 20, bytesPerFurtherObject: (after - before) / pods };
};
