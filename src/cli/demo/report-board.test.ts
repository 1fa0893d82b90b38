import assert from "node:assert/strict";
import { test } from "node:test";
import { renderProgressBar } from "./progress-bar.ts";
import { renderBoard, renderSummary } from "./render-board.ts";
import { createReportBoard } from "./report-board.ts";

const report = (name: string, namespace: string, verdicts: Readonly<Record<string, string>>): unknown => ({
  metadata: { uid: `uid-${name}`, ...(namespace === "" ? {} : { namespace }) },
  scope: { kind: "Pod", name },
  results: Object.entries(verdicts).map(([policy, result]) => ({ policy, rule: "r", result })),
});

test("A report that changes tells of each verdict that is another, and of no other", () => {
  const board = createReportBoard();
  assert.deepEqual(board.put(report("a", "shop", { one: "pass", two: "fail" })), [
    "shop Pod/a one/r: none -> pass",
    "shop Pod/a two/r: none -> fail",
  ]);
  assert.deepEqual(board.put(report("a", "shop", { one: "pass", two: "pass" })), [
    "shop Pod/a two/r: fail -> pass",
  ]);
  assert.deepEqual(board.put(report("a", "shop", { one: "pass", two: "pass" })), []);
  assert.deepEqual(board.remove(report("a", "shop", {})), [
    "shop Pod/a one/r: pass -> none",
    "shop Pod/a two/r: pass -> none",
  ]);
  assert.equal(board.reports(), 0);
});

test("Results are counted by policy and by namespace; those of cluster-scoped objects have a row of their own", () => {
  const board = createReportBoard();
  board.put(report("a", "shop", { one: "pass", two: "fail" }));
  board.put(report("b", "", { one: "error" }));
  board.put({ kind: "Status" });
  board.put(report("c", "shop", { one: "no such verdict" }));
  const none = { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 };
  assert.deepEqual(board.byPolicy(), [
    { name: "one", counts: { ...none, pass: 1, error: 1 } },
    { name: "two", counts: { ...none, fail: 1 } },
  ]);
  assert.deepEqual(board.byNamespace(), [
    { name: "(cluster)", counts: { ...none, error: 1 } },
    { name: "shop", counts: { ...none, pass: 1, fail: 1 } },
  ]);
  assert.deepEqual(board.totals(), { ...none, pass: 1, fail: 1, error: 1 });
});

test("Reports that a new list does not hold are gone", () => {
  const board = createReportBoard();
  board.put(report("a", "shop", { one: "pass" }));
  board.put(report("b", "shop", { one: "pass" }));
  assert.deepEqual(board.keepOnly(new Set(["uid-b"])), ["shop Pod/a one/r: pass -> none"]);
  assert.equal(board.reports(), 1);
});

test("The live view fits every terminal", () => {
  const board = createReportBoard();
  for (let index = 0; index < 30; index += 1) {
    board.put(report(`p${index}`, `ns-${index % 4}`, { [`a-policy-with-a-long-name-${index}`]: "fail" }));
  }
  const changes = Array.from({ length: 20 }, (_, index) => `change ${index} ${"x".repeat(200)}`);
  for (const columns of [1, 8, 9, 20, 45, 80, 200]) {
    for (const rows of [1, 2, 6, 12, 24, 100]) {
      const lines = renderBoard(board, changes, { columns, rows, color: false });
      assert.ok(lines.length > 0 && lines.length <= Math.max(1, rows - 1), `${columns}x${rows}`);
      assert.ok(
        lines.every((line) => line.length <= columns || line.startsWith("…")),
        `${columns}x${rows}: ${lines.join("|")}`,
      );
    }
  }
});

test("Rows that have no room are counted, and changes come last", () => {
  const board = createReportBoard();
  board.put(report("a", "shop", { one: "pass", two: "fail", three: "pass", four: "pass", five: "pass" }));
  assert.deepEqual(renderBoard(board, ["x"], { columns: 60, rows: 9, color: false }), [
    "POLICY       PASS   FAIL   WARN  ERROR   SKIP",
    "five            1      0      0      0      0",
    "four            1      0      0      0      0",
    "… 3 more",
    "",
    "NAMESPACE    PASS   FAIL   WARN  ERROR   SKIP",
    "shop            4      1      0      0      0",
    "total           4      1      0      0      0",
  ]);
  assert.equal(renderBoard(board, ["x"], { columns: 60, rows: 30, color: false }).at(-1), "changed: x");
});

test("Names never send escape sequences to the terminal; counts have colour only where it is wanted", () => {
  const board = createReportBoard();
  board.put(report("a", "shop", { "evil\u001b[2J": "fail" }));
  assert.ok(!renderSummary(board, 80, false).includes("\u001b"));
  assert.ok(renderSummary(board, 80, true).includes("\u001b[31m"));
});

test("The progress bar fills up and fits", () => {
  assert.equal(renderProgressBar(1, 2, 38), "first scan [####....] 1 of 2 kinds");
  assert.equal(renderProgressBar(0, 0, 38), "first scan [........] starting");
  for (const columns of [1, 10, 33, 34, 35, 80]) {
    assert.ok(renderProgressBar(12, 34, columns).length < Math.max(2, columns), String(columns));
  }
});
