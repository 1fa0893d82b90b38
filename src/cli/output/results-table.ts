import type { PolicyReportResult } from "#api/reports/policy-report.ts";

import { renderColumns } from "./columns.ts";
import type { Cell } from "./columns.ts";
import { resourceText } from "./resource-text.ts";

const colors: Readonly<Record<string, number>> = { pass: 32, fail: 31, warn: 33, error: 35, skip: 90 };
const header: readonly Cell[] = ["RESULT", "RESOURCE", "POLICY", "RULE", "MESSAGE"].map((text) => ({
  text,
  color: 1,
}));

/** The results as a table; nothing where there are none. */
export function renderResultsTable(
  results: readonly PolicyReportResult[],
  options: { readonly width?: number; readonly color: boolean },
): string {
  return results.length === 0 ? "" : renderColumns([header, ...results.map(rowOf)], options);
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
