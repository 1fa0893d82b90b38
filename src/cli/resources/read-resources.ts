import { findFiles } from "../documents/find-files.ts";
import { readDocuments } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import { describePlace } from "../documents/source-document.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { decodeResource } from "./scan-resource.ts";
import type { ScanResource } from "./scan-resource.ts";

/** An object to judge, or why a document is none. */
export type ReadResource =
  | {
      readonly kind: "resource";
      readonly resource: ScanResource;
      /** What it was read from. */
      readonly source: SourceDocument;
    }
  | { readonly kind: "problem"; readonly message: string };

/** Reads objects one by one from files, folders (not their folders) and standard input. */
export async function* readResources(
  paths: readonly string[],
  files: DocumentFiles,
): AsyncGenerator<ReadResource> {
  for (const path of paths) {
    const found = await findFiles(path, false);
    for await (const document of readDocuments(found.files, files)) {
      if (document.kind === "problem") {
        yield document;
        continue;
      }
      const decoded = decodeResource(document.content);
      yield decoded.ok
        ? { kind: "resource", resource: decoded.resource, source: document }
        : { kind: "problem", message: `${describePlace(document.place)}: ${decoded.message}` };
    }
  }
}
