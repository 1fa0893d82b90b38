import { seedPods } from "../cluster/seed-pods.ts";
import { readHeapAtRest } from "../operator/heap-usage.ts";
import { sumOf } from "../operator/prometheus-text.ts";
import { waitUntil } from "../wait-until.ts";
import type { ScanFigures } from "./figures.ts";
import type { ScanBench } from "./scan-bench.ts";

const restOf = async (bench: ScanBench, pods: number): Promise<number> => {
  const operator = await bench.startOperator(["--inspect=127.0.0.1:0"]);
  const known = async (): Promise<number> =>
    sumOf(await operator.metrics(), "rearguard_objects", { resource: "v1/pods" });
  await waitUntil(async () => ((await known()) >= pods ? true : undefined), {
    what: "the operator knows all pods",
    deadlineMs: bench.deadlineMs,
    intervalMs: 1_000,
    check: () => operator.mustRun(),
  });
  await bench.settle(operator);
  const bytes = await readHeapAtRest(operator);
  await operator.stop();
  return bytes;
};

/** Measures the heap of a restarted operator, creates as many pods again, and measures it once more. */
export const measureHeapGrowth = async (bench: ScanBench): Promise<NonNullable<ScanFigures["heap"]>> => {
  const { cluster, pods, say } = bench;
  const before = await restOf(bench, pods);
  say(`heap at rest: ${(before / 2 ** 20).toFixed(1)} MiB; creating ${pods} pods more`);
  await seedPods(cluster, pods, 2 * pods);
  const after = await restOf(bench, 2 * pods);
  say(`heap at rest with ${2 * pods} pods: ${(after / 2 ** 20).toFixed(1)} MiB`);
  return { restMiB: before / 2 ** 20, bytesPerFurtherObject: (after - before) / pods };
};
