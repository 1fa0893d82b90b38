import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { forEachConcurrently } from "/work/main/test/faults/for-each-concurrently.ts";
import { eventually } from "/work/main/test/integration/scan/scan-cluster.ts";
import { celRows } from "/work/main/test/integration/generate-matrix/cel-rows.ts";
import { classicRows } from "/work/main/test/integration/generate-matrix/classic-rows.ts";
import { startMatrixCluster } from "/work/main/test/integration/generate-matrix/matrix-cluster.ts";
import type { MatrixCluster } from "/work/main/test/integration/generate-matrix/matrix-cluster.ts";
import { Cell } from "/work/main/test/integration/generate-matrix/matrix-cell.ts";
import type { Check, Row } from "/work/main/test/integration/generate-matrix/matrix-row.ts";

/** A cell of the matrix that is a test, and how it went. */
interface RunningCell {
  readonly cell: Cell;
  readonly run: (cell: Cell) => Promise<Check>;
  check?: Check;
  failure?: unknown;
}

const deadlineMs = 8_000;
const concurrency = 40;

const titleOf = (event: string, column: string): string => `when ${event}: ${column}`;

/** Until the world is as it must be; it must also be so when everything that was done has been seen. */
const runCell = async (running: RunningCell): Promise<void> => {
  const { cell, run } = running;
  let last: string | undefined;
  try {
    const check = await run(cell);
    await cell.cluster.barrier();
    await eventually(
      "the world is as it must be",
      async () => {
        last = await check();
        return last === undefined;
      },
      deadlineMs,
    );
    running.check = check;
  } catch (error) {
    running.failure = last ?? error;
  }
};

const startCells = (
  cluster: MatrixCluster,
  rows: readonly Row[],
  prefix: string,
): ReadonlyMap<string, RunningCell> => {
  const cells = new Map<string, RunningCell>();
  for (const { event, cells: columns } of rows) {
    for (const [mechanism, run] of columns) {
      if (typeof run !== "function") continue;
      const cell = new Cell(cluster, mechanism, `${prefix}${cells.size}`);
      cells.set(titleOf(event, mechanism.column), { cell, run });
    }
  }
  return cells;
};
const cluster = await startMatrixCluster();
console.log("up"); const t0 = Date.now();
const rows = process.argv[2] === "g" ? celRows : classicRows;
const cells = startCells(cluster, rows, process.argv[2] === "g" ? "g" : "k");
let ok = 0;
await forEachConcurrently([...cells], 12, async ([title, running]) => {
  await runCell(running);
  if (running.failure === undefined) { ok += 1; console.log(((Date.now()-t0)/1000).toFixed(1), "ok", running.cell.id, title); }
  else console.log(((Date.now()-t0)/1000).toFixed(1), "FAIL", running.cell.id, title, "::", String(running.failure instanceof Error ? running.failure.message : running.failure).slice(0,300));
});
console.log("ok", ok, "of", cells.size, (Date.now()-t0)/1000);
const { writeFileSync } = await import("node:fs");
writeFileSync("/tmp/gen-op.log", await cluster.operatorProcess.log());
await cluster.stop();
process.exit(0);
