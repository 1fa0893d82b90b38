import { findFiles } from "../documents/find-files.ts";
import { readDocuments } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import { describePlace } from "../documents/source-document.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import type { ScopeOf } from "./read-crds.ts";
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

/** What else is wanted of reading. */
export interface ReadResourcesOptions {
  /** Tells the scope of kinds. */
  readonly scopeOf?: ScopeOf;
  /** Told what a folder holds and is not read, and what is odd about a text. */
  readonly note?: (message: string) => void;
}

/** Reads objects one by one from files, folders (not their folders) and standard input. */
export async function* readResources(
  paths: readonly string[],
  files: DocumentFiles,
  { scopeOf, note }: ReadResourcesOptions = {},
): AsyncGenerator<ReadResource> {
  for (const path of paths) {
    const found = await findFiles(path, false);
    for (const message of found.passedOver) note?.(message);
    for await (const document of readDocuments(found.files, files)) {
      if (document.kind === "problem") {
        yield document;
        continue;
      }
      for (const message of document.warnings ?? []) note?.(message);
      const decoded = decodeResource(document.content, scopeOf);
      yield decoded.ok
        ? { kind: "resource", resource: decoded.resource, source: document }
        : { kind: "problem", message: `${describePlace(document.place)}: ${decoded.message}` };
    }
  }
}
