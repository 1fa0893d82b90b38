import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { openFiles } from "#cli/documents/read-documents.ts";
import { offlineCluster } from "#cli/resources/offline-cluster.ts";
import { offlineTargets } from "#cli/resources/offline-targets.ts";
import { readResources } from "#cli/resources/read-resources.ts";
import type { ScanResource } from "#cli/resources/scan-resource.ts";

import { readGoldenFiles } from "./golden-files.ts";
import { readKnownDifferences, unexplained } from "./known-differences.ts";
import { runFile } from "./run-file.ts";
import type { FileRun } from "./run-file.ts";
import { scoreFile } from "./score.ts";
import type { ScoredFile } from "./summary.ts";

/** What a run of the matrix needs to know. */
export interface MatrixOptions {
  /** Folder with `kyverno/` and `policies/`. */
  readonly corpus: string;
  /** Folder with `matrix/`. */
  readonly golden: string;
  /** Where our rows go, in the layout of the golden folder. */
  readonly out: string;
  /** Only files whose path contains it. */
  readonly filter: string;
  readonly onlySlice: boolean;
}

/** Judges the bundle by each recorded policy file, writes our rows and compares them with the recorded ones. */
export async function runMatrix(
  options: MatrixOptions,
): Promise<{ readonly scored: readonly ScoredFile[]; readonly notYet: readonly FileRun[] }> {
  const { corpus, golden, out, filter, onlySlice } = options;
  const bundle = await readBundle(join(golden, "matrix/bundle.yaml"));
  const cluster = { context: offlineCluster(bundle), targets: offlineTargets(bundle) };
  const known = await readKnownDifferences();
  const scored: ScoredFile[] = [];
  const notYet: FileRun[] = [];
  for (const file of await readGoldenFiles(golden, filter)) {
    const run = await runFile(file, corpus, bundle, cluster);
    if (onlySlice && !run.inSlice) continue;
    await writeRecord(join(out, "matrix", file.path), run);
    if (run.features.length > 0 && !run.inSlice) notYet.push(run);
    else {
      const score = scoreFile(file.record, run.record);
      scored.push({ run, score, disagreement: unexplained(file.path, score, known) });
    }
  }
  return { scored, notYet };
}

async function readBundle(path: string): Promise<readonly ScanResource[]> {
  const files = openFiles(() => {
    throw new Error("the bundle is a file");
  });
  const resources: ScanResource[] = [];
  for await (const read of readResources([path], files)) {
    if (read.kind === "problem") throw new Error(read.message);
    resources.push(read.resource);
  }
  return resources;
}

async function writeRecord(path: string, { record }: FileRun): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(record, undefined, 1)}\n`);
}
