import { renderColumns } from "../output/columns.ts";
import type { Cell } from "../output/columns.ts";
import { renderDocuments } from "../output/render-documents.ts";
import { resourceText } from "../output/resource-text.ts";
import type { ResultChange } from "./compare-results.ts";
import type { ReportedObject } from "./stored-reports.ts";

/** A change of a result and the object that it is about. */
export interface ObjectChange extends ResultChange {
  readonly resource: ReportedObject;
}

/** What would change. */
export interface Changes {
  readonly summary: Readonly<Record<ResultChange["change"], number>>;
  /** What could not be read or judged. */
  readonly problems: readonly string[];
  readonly changes: readonly ObjectChange[];
}

/** Counts changes by what they are. */
export function summarizeChanges(changes: readonly ObjectChange[]): Changes["summary"] {
  const count = (kind: ResultChange["change"]): number =>
    changes.filter(({ change }) => change === kind).length;
  return { new: count("new"), gone: count("gone"), changed: count("changed") };
}

const header: readonly Cell[] = ["CHANGE", "RESOURCE", "POLICY", "RULE", "BEFORE", "AFTER", "MESSAGE"].map(
  (text) => ({ text, color: 1 }),
);
const colors: Readonly<Record<string, number>> = { pass: 32, fail: 31, warn: 33, error: 35, skip: 90 };

/** Changes as a table with a line of counts, or as one document. */
export function renderChanges(
  changes: Changes,
  format: "table" | "json" | "yaml",
  options: { readonly width?: number; readonly color: boolean },
): string {
  if (format !== "table") return renderDocuments([changes], format);
  const { summary } = changes;
  const counts = `new: ${summary.new}, gone: ${summary.gone}, changed: ${summary.changed}\n`;
  const rows = changes.changes.map(rowOf);
  return rows.length === 0 ? counts : `${renderColumns([header, ...rows], options)}\n${counts}`;
}

function rowOf({ change, resource, policy, rule, before, after }: ObjectChange): Cell[] {
  return [
    { text: change },
    { text: resourceText(resource) },
    { text: policy },
    { text: rule },
    verdictCell(before?.result),
    verdictCell(after?.result),
    { text: (after ?? before)?.message ?? "" },
  ];
}

function verdictCell(result: string | undefined): Cell {
  const color = result === undefined || !Object.hasOwn(colors, result) ? undefined : colors[result];
  return { text: result ?? "-", ...(color === undefined ? {} : { color }) };
}
