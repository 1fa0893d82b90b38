import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";

import { readDocuments } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import { UsageError } from "../usage-error.ts";
import { decodeSettings } from "../values/read-settings-file.ts";
import { testSchema } from "./test-file.ts";
import type { TestFile } from "./test-file.ts";

/** A test of a file, or why a document is none. */
export type FoundTest =
  | { readonly kind: "test"; readonly path: string; readonly test: TestFile }
  | { readonly kind: "problem"; readonly path: string; readonly message: string };

/**
 * All tests in files with this name, in folders and all their folders (hidden ones included), in the order of names. A
 * file may hold several tests; one that is named itself may have any name. What cannot be read does not stop the rest.
 */
export async function* findTests(
  paths: readonly string[],
  fileName: string,
  files: DocumentFiles,
): AsyncGenerator<FoundTest> {
  for await (const file of findTestFiles(paths, fileName)) yield* readTestFile(file, files);
}

/** The files that tests stand in, each once. Throws a `UsageError` for an argument that names nothing. */
export async function* findTestFiles(paths: readonly string[], fileName: string): AsyncGenerator<string> {
  const seen = new Set<string>();
  for (const path of paths) {
    for await (const file of listTestFiles(path, fileName, new Set())) {
      const real = await realpath(file);
      if (seen.has(real)) continue;
      seen.add(real);
      yield file;
    }
  }
}

async function* listTestFiles(
  path: string,
  fileName: string,
  parents: ReadonlySet<string>,
): AsyncGenerator<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UsageError(`${path}: no such file or folder`);
  if (!found.isDirectory()) {
    yield path;
    return;
  }
  const real = await realpath(path);
  // A link may lead back up.
  if (parents.has(real)) return;
  const entries = await readdir(path, { withFileTypes: true });
  for (const { name } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const child = join(path, name);
    const kind = await stat(child).catch(() => undefined);
    if (kind?.isDirectory() === true) yield* listTestFiles(child, fileName, new Set([...parents, real]));
    else if (kind !== undefined && basename(child) === fileName) yield child;
  }
}

/** The tests of one file. */
export async function* readTestFile(path: string, files: DocumentFiles): AsyncGenerator<FoundTest> {
  for await (const document of readDocuments([path], files)) {
    if (document.kind === "problem") {
      yield { kind: "problem", path, message: document.message };
      continue;
    }
    try {
      yield { kind: "test", path, test: decodeSettings(document, testSchema) };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      yield { kind: "problem", path, message: error.message };
    }
  }
}
