import { constants, gunzipSync } from "node:zlib";

import { decodeJournalEntry } from "#engine/cleanup/journal/journal-entry.ts";
import type { JournalEntry } from "#engine/cleanup/journal/journal-entry.ts";
import { parseJson } from "#kube/client/json.ts";

/** No part of a journal is as large as this unless somebody made it to fill the memory. */
const maxTextBytes = 512 * 1024 * 1024;

/** The entries of one file or ConfigMap, and what could not be read of it. */
export interface DecodedPart {
  readonly entries: readonly JournalEntry[];
  readonly problem?: string;
}

/**
 * Reads compressed lines. What a crash cut off at the end is told of, and everything before it is there: an entry counts
 * from the moment it was safe, and nothing was deleted before that.
 */
export function decodeJournal(content: Uint8Array): DecodedPart {
  let text: string;
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: maxTextBytes };
    text = gunzipSync(content, options).toString("utf8");
  } catch (error) {
    return { entries: [], problem: (error as Error).message };
  }
  const entries: JournalEntry[] = [];
  let broken = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const entry = decodeLine(line);
    if (entry === undefined) broken += 1;
    else entries.push(entry);
  }
  return broken === 0
    ? { entries }
    : { entries, problem: `${broken} lines are no entries, or are cut off; they are passed over` };
}

function decodeLine(line: string): JournalEntry | undefined {
  try {
    return decodeJournalEntry(parseJson(line));
  } catch {
    return undefined;
  }
}
