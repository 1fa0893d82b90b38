import type { JsonObject } from "#engine/values/json.ts";

import { resourceText } from "../output/resource-text.ts";
import { decodeResource } from "../resources/scan-resource.ts";

/** `namespace/Kind/name` of an object. */
export function objectText(object: JsonObject): string {
  const decoded = decodeResource(object);
  if (!decoded.ok) return "an object";
  const { gvk, namespace, name } = decoded.resource;
  return resourceText({ kind: gvk.kind, namespace, name });
}
