import { causeText } from "#engine/cleanup/journal/journal-entry.ts";
import type { JournalEntry } from "#engine/cleanup/journal/journal-entry.ts";
import { namespaceOf } from "#engine/cleanup/journal/select-entries.ts";

import { renderColumns } from "../output/columns.ts";
import type { RestoreAction, RestoredObject } from "./restore-objects.ts";

type Layout = Parameters<typeof renderColumns>[1];

const heading = (...texts: readonly string[]): readonly { readonly text: string }[] =>
  texts.map((text) => ({ text }));

/** What a journal holds, as a table. */
export function renderEntries(entries: readonly JournalEntry[], layout: Layout): string {
  const rows = entries.map((entry) =>
    heading(
      entry.time,
      entry.manifest.kind,
      namespaceOf(entry),
      entry.manifest.metadata.name,
      causeText(entry.cause),
      entry.run,
    ),
  );
  return renderColumns([heading("DELETED", "KIND", "NAMESPACE", "NAME", "BY", "RUN"), ...rows], layout);
}

const colors: Readonly<Record<RestoreAction, number>> = {
  create: 32,
  created: 32,
  exists: 33,
  "left out": 33,
  error: 31,
};

/** What became of entries, as a table and a line that counts. */
export function renderRestored(objects: readonly RestoredObject[], layout: Layout): string {
  const rows = objects.map(({ entry, action, note }) => [
    { text: action, color: colors[action] },
    ...heading(entry.manifest.kind, namespaceOf(entry), entry.manifest.metadata.name, entry.time, note),
  ]);
  const table = renderColumns(
    [heading("ACTION", "KIND", "NAMESPACE", "NAME", "DELETED", "NOTE"), ...rows],
    layout,
  );
  return `${table}${summaryOf(objects)}\n`;
}

function summaryOf(objects: readonly RestoredObject[]): string {
  const count = (wanted: RestoreAction): number => objects.filter(({ action }) => action === wanted).length;
  const parts = [
    [count("create"), "would be created; --yes creates them"],
    [count("created"), "created"],
    [count("exists"), "exist already"],
    [count("left out"), "left out"],
    [count("error"), "cannot be created"],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, what]) => `${number} ${what}`)
    .join(", ");
}

/** An entry for programs, without what only its restoring needs. */
export function entryDocument(entry: JournalEntry): object {
  const { time, cause, run, reason, uid, owners, leftOut, manifest } = entry;
  const namespace = namespaceOf(entry);
  return {
    deleted: time,
    apiVersion: manifest.apiVersion,
    kind: manifest.kind,
    ...(namespace === "" ? {} : { namespace }),
    name: manifest.metadata.name,
    uid,
    by: causeText(cause),
    run,
    reason,
    ...(owners.length === 0 ? {} : { owners }),
    ...(leftOut.length === 0 ? {} : { leftOut }),
  };
}
