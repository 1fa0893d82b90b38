import type { PolicyReportResult } from "#api/reports/policy-report.ts";

import { renderColumns } from "./columns.ts";
import type { Cell } from "./columns.ts";
import { resourceText } from "./resource-text.ts";

const colors: Readonly<Record<string, number>> = { pass: 32, fail: 31, warn: 33, error: 35, skip: 90 };
const header: readonly Cell[] = ["RESULT", "RESOURCE", "POLICY", "RULE", "MESSAGE"].map((text) => ({
  text,
  color: 1,
}));

/** A table that is printed in blocks, so that it can be as long as it likes. */
export interface ResultsTable {
  /** Takes a result; gives a block when it is full, else nothing. */
  add(result: PolicyReportResult): string;
  /** What is left. */
  end(): string;
}

const rowsPerBlock = 1000;

/** Lays out results in blocks, each with a header and columns that fit its rows. */
export function createResultsTable(options: {
  readonly width?: number;
  readonly color: boolean;
}): ResultsTable {
  let rows: Cell[][] = [];
  const flush = (): string => {
    const text = rows.length === 0 ? "" : renderColumns([header, ...rows], options);
    rows = [];
    return text;
  };
  return {
    add(result) {
      rows.push(rowOf(result));
      return rows.length < rowsPerBlock ? "" : flush();
    },
    end: flush,
  };
}

function rowOf({ result, policy, rule = "", message = "", resources }: PolicyReportResult): Cell[] {
  const color = result === undefined ? undefined : colors[result];
  return [
    { text: result ?? "", ...(color === undefined ? {} : { color }) },
    { text: resourceText(resources?.[0] ?? {}) },
    { text: policy },
    { text: rule },
    { text: message },
  ];
}
