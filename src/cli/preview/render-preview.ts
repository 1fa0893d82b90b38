import { renderColumns } from "../output/columns.ts";
import type { Preview, PreviewedObject } from "./preview-policy.ts";

const colors = { delete: 31, keep: 32, error: 33 } as const;

/** Previews for people: a head per policy, then a table of the objects that it concerns. */
export function renderPreviews(
  previews: readonly Preview[],
  layout: { readonly width?: number; readonly color: boolean },
): string {
  return previews.map((preview) => renderPreview(preview, layout)).join("\n");
}

function renderPreview(
  preview: Preview,
  layout: { readonly width?: number; readonly color: boolean },
): string {
  const { policy, schedule, nextRun, objects, notes, scanned } = preview;
  const going = objects.filter(({ action }) => action === "delete").length;
  const next = nextRun === undefined ? "never" : nextRun;
  const lines = [
    `${policy}  schedule "${schedule}", next run ${next}`,
    `  ${summaries[preview.outcome](going)} (of ${scanned} objects)`,
    ...notes.map((note) => `  ${note}`),
  ];
  const table = objects.length === 0 ? "" : renderColumns([heading, ...objects.map(rowOf)], layout);
  return `${lines.join("\n")}\n${table}`;
}

const summaries: Readonly<Record<Preview["outcome"], (going: number) => string>> = {
  deletes: (going) => `would delete ${going} now`,
  held: (going) => `would select ${going} now and delete nothing: a limit holds the run`,
  audits: (going) => `would tell of ${going} now and delete nothing`,
  "cannot run": () => "cannot run",
};

const heading = ["ACTION", "KIND", "NAMESPACE", "NAME", "REASON"].map((text) => ({ text }));

function rowOf({
  action,
  kind,
  namespace,
  name,
  reason,
}: PreviewedObject): Parameters<typeof renderColumns>[0][number] {
  return [
    { text: action, color: colors[action] },
    { text: kind },
    { text: namespace },
    { text: name },
    { text: reason },
  ];
}
