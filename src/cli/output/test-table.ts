import type { TestOutcome, TestRow } from "../tests/test-outcome.ts";
import { renderColumns, visible } from "./columns.ts";
import type { Cell } from "./columns.ts";

/** How rows of tests are shown to people. */
export interface TestTableOptions {
  readonly width?: number;
  readonly color: boolean;
  /** Show messages, too. */
  readonly detailed: boolean;
}

const colors: Readonly<Record<TestRow["result"], number>> = { Pass: 32, Fail: 31, Skip: 90 };

/** One test with its rows. */
export function renderTest(outcome: TestOutcome, options: TestTableOptions): string {
  const { path, name, rows, error, counts } = outcome;
  const title = name === "" ? path : `${name} (${path})`;
  const what = `${plural(counts.policies, "policy", "policies")}, ${plural(counts.resources, "resource", "resources")}${exceptionsText(counts.exceptions)}`;
  return [
    `${visible(title)}: ${what}\n`,
    ...(error === undefined ? [] : [`error: ${visible(error)}\n`]),
    renderTestRows(rows, options),
    "\n",
  ].join("");
}

/** Rows as a table, numbered from 1; nothing where there are none. */
export function renderTestRows(rows: readonly TestRow[], options: TestTableOptions): string {
  if (rows.length === 0) return "";
  const names = ["ID", "POLICY", "RULE", "RESOURCE", "RESULT", "REASON"];
  const header = [...names, ...(options.detailed ? ["MESSAGE"] : [])].map((text) => ({ text, color: 1 }));
  return renderColumns([header, ...rows.map((row, index) => cellsOf(row, index + 1, options))], options);
}

function cellsOf(row: TestRow, id: number, { detailed }: TestTableOptions): readonly Cell[] {
  return [
    { text: String(id) },
    { text: row.policy },
    { text: row.rule },
    { text: row.resource },
    { text: row.result, color: colors[row.result] },
    { text: row.reason },
    ...(detailed ? [{ text: row.message }] : []),
  ];
}

function exceptionsText(count: number): string {
  return count === 0 ? "" : `, ${plural(count, "exception", "exceptions")}`;
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
