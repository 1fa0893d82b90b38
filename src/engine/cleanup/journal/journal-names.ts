import { cleanupPrefix } from "../cleanup-options.ts";

/** Ending of the files of a journal: lines of JSON, compressed in one or more gzip members. */
export const journalFileSuffix = ".jsonl.gz";

/** The key of a ConfigMap's `binaryData` that holds the same as such a file. */
export const journalDataKey = `entries${journalFileSuffix}`;

/** Labels and annotations of the ConfigMaps of a journal. */
export const journalNames = {
  /** A label, `true`: tells them from other ConfigMaps. */
  marker: `${cleanupPrefix}journal`,
  /** A label: what deletes, shortened to what a label may hold. */
  policy: `${cleanupPrefix}journal-policy`,
  /** A label: the run, by its scheduled time without colons. */
  run: `${cleanupPrefix}journal-run`,
  /** Annotations: time of the first and of the last entry, their count and size. */
  since: `${cleanupPrefix}journal-since`,
  until: `${cleanupPrefix}journal-until`,
  entries: `${cleanupPrefix}journal-entries`,
  bytes: `${cleanupPrefix}journal-bytes`,
} as const;

/** A text as a label may hold it: at most 63 letters, digits and `-_.`, beginning and ending with one of the first two. */
export function labelText(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9_.-]/g, "")
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+/, "")
    .replace(/[^A-Za-z0-9]+$/, "");
}
