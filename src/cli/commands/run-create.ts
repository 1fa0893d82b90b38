import { writeFile } from "node:fs/promises";

import type { CliIo } from "../cli-io.ts";
import { renderDocuments } from "../output/render-documents.ts";
import { UsageError } from "../usage-error.ts";

/** Prints a document as YAML, or writes it to a file. Throws a `UsageError` where that cannot be done. */
export async function printDocument(document: object, path: string | undefined, io: CliIo): Promise<void> {
  const text = renderDocuments([document], "yaml");
  if (path === undefined) {
    io.stdout.write(text);
    return;
  }
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new UsageError(`--output ${path}: ${(error as Error).message}`);
  }
}
