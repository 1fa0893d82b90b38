import type { KubeObject } from "#api/meta/object-meta.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { JsonObject } from "#engine/values/json.ts";

import type { ScanResource } from "../resources/scan-resource.ts";

/** An object of the cluster as it is judged. */
export function clusterResource(object: KubeObject, type: ResourceType): ScanResource {
  const { group, version, kind, resource } = type;
  const { namespace, name, uid } = object.metadata;
  return {
    // What the client parses is JSON, and nothing else.
    object: object as unknown as JsonObject,
    apiVersion: apiVersionOf(type),
    gvk: { group, version, kind, resource },
    namespace: type.namespaced && typeof namespace === "string" ? namespace : "",
    name,
    uid,
  };
}
