import { anyJson, array, object, optional, string } from "#api/schema/build.ts";

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

/** The objects that a `Context` file of Kyverno's command line describes. Throws a `UsageError` that says where and what. */
export async function readContextFile(path: string, files: DocumentFiles): Promise<readonly ScanResource[]> {
  const { spec } = await readSettingsFile(path, files, contextSchema);
  if ((spec?.images ?? []).length > 0) {
    throw new UsageError(`${path}: spec.images: data of images is not supported yet`);
  }
  return (spec?.resources ?? []).map((content, index) => {
    const decoded = decodeResource(content);
    if (!decoded.ok) throw new UsageError(`${path}: spec.resources[${index}]: ${decoded.message}`);
    return decoded.resource;
  });
}
