import type { TargetRow } from "./targets.ts";

const verdictOf = ({ met, decides, target }: TargetRow): string => {
  if (target === "") return "";
  if (met) return "ok";
  return decides ? "MISSED" : "slower";
};

/** The table for people. */
export const formatTable = (rows: readonly TargetRow[]): string => {
  const cells = [
    ["", "measured", "target", ""],
    ...rows.map((row) => [row.what, row.measured, row.target, verdictOf(row)]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  return cells
    .map(([what = "", measured = "", target = "", verdict = ""]) =>
      [
        what.padEnd(widths[0] ?? 0),
        measured.padStart(widths[1] ?? 0),
        target.padStart(widths[2] ?? 0),
        verdict,
      ]
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};
