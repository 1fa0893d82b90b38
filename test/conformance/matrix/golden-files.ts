import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { MatrixRecord } from "./matrix-record.ts";

/** One recorded file of the matrix. */
export interface GoldenFile {
  /** Path below `matrix/`: `policies/a/b.json`. */
  readonly path: string;
  /** `kyverno` or `policies`: the folder of the corpus that the record's paths are relative to. */
  readonly corpus: string;
  readonly record: MatrixRecord;
}

/** The recorded files of a golden folder that can be compared, in the order of their paths. */
export async function readGoldenFiles(golden: string, filter: string): Promise<readonly GoldenFile[]> {
  const root = join(golden, "matrix");
  const files: GoldenFile[] = [];
  // Some lie in hidden folders, which a glob would not enter.
  const paths = await readdir(root, { recursive: true });
  for (const path of paths.toSorted()) {
    const isRecord = path.endsWith(".json") && dirname(path) !== ".";
    if (!isRecord || !path.includes(filter)) continue;
    const record = JSON.parse(await readFile(join(root, path), "utf8")) as MatrixRecord;
    const comparable =
      record.unstable !== true && record.status !== "timed-out" && record.status !== "crashed";
    if (comparable) files.push({ path, corpus: path.slice(0, path.indexOf("/")), record });
  }
  return files;
}
