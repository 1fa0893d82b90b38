import { isRecord } from "#api/schema/path.ts";
import type { JsonObject } from "#engine/values/json.ts";

import { readDocuments } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import { describePlace } from "../documents/source-document.ts";
import { UsageError } from "../usage-error.ts";
import type { ScanResource } from "./scan-resource.ts";

/** A file with JSON that is no Kubernetes object, and the name under which results speak of it. */
export interface PayloadFile {
  readonly path: string;
  readonly name: string;
}

/**
 * Reads any JSON objects, which only policies for such are held against. Throws a `UsageError` for what cannot be read or
 * is no object.
 */
export async function readPayloads(
  payloads: readonly PayloadFile[],
  files: DocumentFiles,
): Promise<readonly ScanResource[]> {
  const found: ScanResource[] = [];
  for (const { path, name } of payloads) {
    for await (const document of readDocuments([path], files)) {
      if (document.kind === "problem") throw new UsageError(document.message);
      const { content } = document;
      if (!isRecord(content))
        throw new UsageError(`${describePlace(document.place)}: a payload is a JSON object`);
      found.push(payloadOf(name, content as JsonObject));
    }
  }
  return found;
}

function payloadOf(name: string, object: JsonObject): ScanResource {
  const gvk = { group: "", version: "", kind: "" };
  return { object, apiVersion: "", gvk, namespace: "", name, uid: "", isPayload: true };
}
