import type { Row, Rows } from "./golden-reports.ts";

export interface RowComparison {
  /** Rows that both sides have, of all that either has. */
  readonly agreed: number;
  readonly union: number;
  readonly sameMessages: number;
  readonly comparableMessages: number;
  /** Rows that agree in verdict but not in severity, category, scored or properties. */
  readonly otherFields: readonly string[];
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly wording: readonly { readonly row: string; readonly want: string; readonly got: string }[];
}

function verdictKey(row: Row): string {
  return [row.policy, row.rule, row.source, row.result].join(" | ");
}

/** White space collapsed; the parts of a pod security message sorted, because the original's order is random. */
function comparable(message: string): string {
  const text = message.split(/\s+/).join(" ").trim();
  const mark = "(Forbidden reason: ";
  const at = text.indexOf(mark);
  if (at < 0 || !text.endsWith(")")) return text;
  const parts = text
    .slice(at + mark.length, -1)
    .split(`)${mark}`)
    .toSorted((a, b) => (a < b ? -1 : 1));
  return text.slice(0, at) + parts.map((part) => `${mark}${part})`).join("");
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function otherFields({ severity, category, scored, properties }: Row): string {
  const { controlsJSON: _, controls, ...rest } = properties ?? {};
  // After exclusions the order of controls is random in the original.
  const ordered = controls?.split(",").toSorted(compareText).join(",");
  const sorted = Object.entries(ordered === undefined ? rest : { ...rest, controls: ordered }).toSorted(
    ([a], [b]) => (a < b ? -1 : 1),
  );
  return JSON.stringify([severity, category, scored, sorted]);
}

function byVerdict(rows: readonly Row[]): Map<string, Row[]> {
  const grouped = new Map<string, Row[]>();
  for (const row of rows) {
    const known = grouped.get(verdictKey(row));
    if (known === undefined) grouped.set(verdictKey(row), [row]);
    else known.push(row);
  }
  return grouped;
}

/** Compares rows as multisets per resource. */
export function compareRows(golden: Rows, actual: Rows): RowComparison {
  const counts = { agreed: 0, union: 0, sameMessages: 0, comparableMessages: 0 };
  const missing: string[] = [];
  const extra: string[] = [];
  const fields: string[] = [];
  const wording: { row: string; want: string; got: string }[] = [];
  for (const resource of new Set([...golden.keys(), ...actual.keys()])) {
    const want = byVerdict(golden.get(resource) ?? []);
    const got = byVerdict(actual.get(resource) ?? []);
    for (const key of new Set([...want.keys(), ...got.keys()])) {
      const left = want.get(key) ?? [];
      const right = got.get(key) ?? [];
      const row = `${resource} | ${key}`;
      const both = Math.min(left.length, right.length);
      counts.agreed += both;
      counts.union += Math.max(left.length, right.length);
      for (let index = both; index < left.length; index += 1) missing.push(row);
      for (let index = both; index < right.length; index += 1) extra.push(row);
      const free = right.map(({ message }) => comparable(message));
      for (const one of left.slice(0, both)) {
        counts.comparableMessages += 1;
        const at = free.indexOf(comparable(one.message));
        if (at >= 0) {
          counts.sameMessages += 1;
          free.splice(at, 1);
        } else wording.push({ row, want: one.message, got: right[0]?.message ?? "" });
      }
      const [first, other] = [left[0], right[0]];
      if (first !== undefined && other !== undefined && otherFields(first) !== otherFields(other)) {
        fields.push(`${row}: want ${otherFields(first)}, got ${otherFields(other)}`);
      }
    }
  }
  return { ...counts, otherFields: fields, missing, extra, wording };
}
