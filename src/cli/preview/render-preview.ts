import type { Json } from "#engine/values/json.ts";

import { renderColumns, visible } from "../output/columns.ts";
import type { ChangeExplanation } from "../explain/explanation.ts";
import type { Preview, PreviewedObject } from "./preview.ts";

const colors = { create: 36, change: 35, delete: 31, keep: 32, error: 33 } as const;

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
  const { policy, objects, notes } = preview;
  const lines = [
    visible([policy, ...scheduleOf(preview)].join("  ")),
    `  ${summaryOf(preview)} (of ${preview.scanned} objects)`,
    ...notes.map((note) => `  ${visible(note)}`),
  ];
  const table = objects.length === 0 ? "" : renderColumns([heading, ...objects.map(rowOf)], layout);
  const changes = objects.flatMap(changesOf);
  return `${lines.join("\n")}\n${table}${changes.map((line) => `${line}\n`).join("")}`;
}

function scheduleOf({ schedule, nextRun = "never" }: Preview): readonly string[] {
  return schedule === undefined ? [] : [`schedule "${schedule}", next run ${nextRun}`];
}

function summaryOf({ outcome, objects }: Preview): string {
  const count = (action: PreviewedObject["action"]): number =>
    objects.filter((object) => object.action === action).length;
  switch (outcome) {
    case "deletes":
      return `would delete ${count("delete")} now`;
    case "held":
      return `would select ${count("delete")} now and delete nothing: a limit holds the run`;
    case "audits":
      return `would tell of ${count("delete")} now and delete nothing`;
    case "acts":
      return `would create ${count("create")}, change ${count("change")} and delete ${count("delete")}`;
    case "cannot run":
      return "cannot run";
    default:
      return outcome satisfies never;
  }
}

/** Where an object would differ, below the table: a line with `-` for what is there, one with `+` for what would be. */
function changesOf({ kind, namespace, name, changes = [] }: PreviewedObject): readonly string[] {
  if (changes.length === 0) return [];
  const place = namespace === "" ? "" : `${namespace}/`;
  return [visible(`${kind} ${place}${name}`), ...changes.flatMap(linesOf)];
}

function linesOf({ path, before, after }: ChangeExplanation): readonly string[] {
  const line = (sign: string, value: Json | undefined): readonly string[] =>
    value === undefined ? [] : [`  ${sign} ${visible(`${path}: ${JSON.stringify(value)}`)}`];
  return [...line("-", before), ...line("+", after)];
}

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
