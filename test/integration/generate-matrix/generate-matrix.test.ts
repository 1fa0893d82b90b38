import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { forEachConcurrently } from "#test/faults/for-each-concurrently.ts";
import { eventually } from "../scan/scan-cluster.ts";
import { celRows } from "./cel-rows.ts";
import { classicRows } from "./classic-rows.ts";
import { startMatrixCluster } from "./matrix-cluster.ts";
import type { MatrixCluster } from "./matrix-cluster.ts";
import { Cell } from "./matrix-cell.ts";
import type { Check, Row } from "./matrix-row.ts";

/** A cell of the matrix that is a test, and how it went. */
interface RunningCell {
  readonly cell: Cell;
  readonly run: (cell: Cell) => Promise<Check>;
  check?: Check;
  failure?: unknown;
}

const deadlineMs = 20_000;
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

/** Fails a cell whose outcome did not last. */
const checkAgain = async (cells: readonly RunningCell[], when: string): Promise<void> => {
  await forEachConcurrently(cells, concurrency, async (running) => {
    if (running.failure !== undefined || running.check === undefined) return;
    const wrong = await running.check();
    if (wrong !== undefined) running.failure = `${when}: ${wrong}`;
  });
};

describe("desired state", () => {
  let cluster: MatrixCluster;
  let classic: ReadonlyMap<string, RunningCell> = new Map();
  let cel: ReadonlyMap<string, RunningCell> = new Map();

  before(async () => {
    cluster = await startMatrixCluster();
    classic = startCells(cluster, classicRows, "k");
    cel = startCells(cluster, celRows, "g");
    const cells = [...classic.values(), ...cel.values()];
    await forEachConcurrently(cells, concurrency, runCell);
    await checkAgain(cells, "when all was over");
    await cluster.restartOperator();
    await cluster.barrier();
    await checkAgain(cells, "after a restart of the operator");
  });

  after(async () => {
    await cluster.stop();
  });

  const describeRows = (
    what: string,
    rows: readonly Row[],
    cellsOf: () => ReadonlyMap<string, RunningCell>,
  ): void => {
    describe(what, () => {
      for (const { event, cells } of rows) {
        for (const [{ column }, run] of cells) {
          const title = titleOf(event, column);
          const skip = typeof run === "function" ? false : run.why;
          test(title, { skip }, () => {
            const running = cellsOf().get(title);
            assert.ok(running !== undefined);
            const { failure } = running;
            if (failure instanceof Error) throw failure;
            assert.equal(failure, undefined, `${running.cell.id}: ${String(failure)}`);
          });
        }
      }
    });
  };

  describeRows("of generate rules", classicRows, () => classic);
  describeRows("of GeneratingPolicies", celRows, () => cel);
});
