import { splitApiVersion } from "#api/meta/resource-type.ts";

import { builtInTypes } from "../apply-configuration/built-in-types.ts";
import type { ObjectTypes } from "../apply-configuration/object-type.ts";
import { typesOfOpenApi } from "../apply-configuration/open-api-types.ts";
import { Suspension } from "../context/context-source.ts";
import type { ContextRequest, ContextSource, PermissionScope } from "../context/context-source.ts";
import { isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** A document is read once, as long as whoever loaded it keeps it. */
const known = new WeakMap<JsonObject, ObjectTypes>();

/**
 * The types of objects in a cluster: those that Kubernetes itself has, and for custom kinds those that the API server
 * publishes for their group and version. `find` throws a `Suspension` where these must be loaded first; a kind is not known
 * where they cannot be had.
 */
export function clusterTypes(context: ContextSource, scope: PermissionScope): ObjectTypes {
  return {
    find(apiVersion, kind) {
      const found = builtInTypes.find(apiVersion, kind);
      if (found !== undefined) return found;
      const { group, version } = splitApiVersion(apiVersion);
      if (group === "") return undefined;
      const path = [group, version].map((part) => encodeURIComponent(part)).join("/");
      const request: ContextRequest = { kind: "apiCall", method: "GET", urlPath: `/openapi/v3/apis/${path}` };
      const answer = context.lookUp(request, scope);
      if (answer.kind === "pending") throw new Suspension([request]);
      return answer.kind === "value" ? typesOf(answer.value)?.find(apiVersion, kind) : undefined;
    },
  };
}

function typesOf(document: Json): ObjectTypes | undefined {
  if (!isObject(document)) return undefined;
  const found = known.get(document);
  if (found !== undefined) return found;
  const components = own(document, "components");
  const schemas = isObject(components) ? own(components, "schemas") : undefined;
  const types = typesOfOpenApi(isObject(schemas) ? schemas : {});
  known.set(document, types);
  return types;
}
