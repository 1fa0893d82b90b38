import { anyJson, array, object, optional, string } from "#api/schema/build.ts";
import { isRecord } from "#api/schema/path.ts";
import type { JsonObject } from "#engine/values/json.ts";

import type { DocumentFiles } from "../documents/read-documents.ts";
import { decodeResource } from "../resources/scan-resource.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import { UsageError } from "../usage-error.ts";
import { readSettingsFile } from "./read-settings-file.ts";

const contextSchema = object({
  apiVersion: string({ minLength: 1 }),
  kind: string({ minLength: 1 }),
  metadata: optional(anyJson()),
  spec: optional(
    object({
      resources: optional(array(anyJson())),
      images: optional(array(anyJson())),
    }),
  ),
});

/** What a `Context` file of Kyverno's command line describes for CEL policies. */
export interface DescribedContext {
  readonly objects: readonly ScanResource[];
  /** Data of images by the text that names them. */
  readonly images: ReadonlyMap<string, JsonObject>;
}

export const nothingDescribed: DescribedContext = { objects: [], images: new Map() };

/** Reads a `Context` file. Throws a `UsageError` that says where and what. */
export async function readContextFile(path: string, files: DocumentFiles): Promise<DescribedContext> {
  const { kind, spec } = await readSettingsFile(path, files, contextSchema);
  if (kind !== "Context") throw new UsageError(`${path}: a file of kind Context is wanted, not ${kind}`);
  const objects = (spec?.resources ?? []).map((content, index) => {
    const decoded = decodeResource(content);
    if (!decoded.ok) throw new UsageError(`${path}: spec.resources[${index}]: ${decoded.message}`);
    return decoded.resource;
  });
  const images = (spec?.images ?? []).map((data, index) => {
    const name = isRecord(data) ? data["image"] : undefined;
    if (typeof name !== "string") throw new UsageError(`${path}: spec.images[${index}].image: no text`);
    return [name, data as JsonObject] as const;
  });
  return { objects, images: new Map(images) };
}
