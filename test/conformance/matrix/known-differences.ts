import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { compileWildcard } from "#engine/values/wildcard.ts";

import type { FileScore } from "./score.ts";

/** A record that is wrong, and how that is known. */
export interface KnownDifference {
  /** Path below `matrix/`. */
  readonly file: string;
  /** Wildcard pattern for rows, written `policy | rule | resource | result`; `*` means the whole file. */
  readonly rows: string;
  /** The test or document of the original, or the promise of the design, that the record contradicts. */
  readonly reason: string;
}

/** The checked-in list; it may only shrink. */
export async function readKnownDifferences(): Promise<readonly KnownDifference[]> {
  const text = await readFile(join(import.meta.dirname, "../known-differences.json"), "utf8");
  return JSON.parse(text) as readonly KnownDifference[];
}

/** What disagrees in a file and is not on the list. */
export interface Disagreement {
  readonly file: string;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly wording: FileScore["wording"];
  readonly status: boolean;
  readonly objects: number;
}

/** The differences of a file that no entry of the list explains; undefined where there are none. */
export function unexplained(
  file: string,
  score: FileScore,
  known: readonly KnownDifference[],
): Disagreement | undefined {
  const patterns = known.filter((entry) => entry.file === file).map(({ rows }) => compileWildcard(rows));
  const isOpen = (key: string): boolean => !patterns.some((matches) => matches(key));
  const missing = score.missing.filter(isOpen);
  const extra = score.extra.filter(isOpen);
  const wording = score.wording.filter(({ key }) => isOpen(key));
  // A record that is wrong as a whole is wrong about its status and its objects, too.
  const whole = known.some((entry) => entry.file === file && entry.rows === "*");
  const objects = whole ? 0 : score.objects - score.objectsAgreed;
  const status = !whole && !score.sameStatus;
  if (missing.length + extra.length + wording.length + objects === 0 && !status) return undefined;
  return { file, missing, extra, wording, status, objects };
}
