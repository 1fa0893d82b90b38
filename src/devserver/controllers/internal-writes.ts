import { draftOf, equalJson, ensureDraft, fieldOf, textAt } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";
import type { ServedResource } from "../resources/served-resource.ts";
import type { ApiRequest, ServerContext } from "../rest/api-request.ts";
import { objectKey } from "../rest/api-request.ts";
import { createObject } from "../rest/create.ts";

const self = { name: "system:kube-controller-manager", groups: ["system:masters"] };

/** Creates an object as a client would: with defaults, validation and field managers. */
export function createInternally(ctx: ServerContext, served: ServedResource, object: JsonObject): JsonObject {
  const request: ApiRequest = {
    served,
    verb: "create",
    namespace: textAt(object, "metadata", "namespace"),
    name: "",
    subresource: "",
    query: new URLSearchParams(),
    contentType: "application/json",
    body: JSON.stringify(object),
    user: self,
    userAgent: "kube-controller-manager",
    warnings: [],
  };
  return createObject(ctx, request);
}

/** Changes a stored object in place; stores nothing where nothing changes. */
export function changeStored(
  ctx: ServerContext,
  served: ServedResource,
  stored: JsonObject,
  change: (draft: Draft) => void,
): void {
  const key = objectKey(served, textAt(stored, "metadata", "namespace"), textAt(stored, "metadata", "name"));
  const draft = draftOf(stored);
  change(draft);
  if (equalJson(draft, stored)) return;
  ctx.store.put(served.collection.id, key, (resourceVersion) => {
    ensureDraft(draft, "metadata")["resourceVersion"] = resourceVersion;
    return draft;
  });
}

/** Sets the status of a stored object. */
export function setStatus(
  ctx: ServerContext,
  served: ServedResource,
  stored: JsonObject,
  status: JsonObject,
): void {
  changeStored(ctx, served, stored, (draft) => {
    if (!equalJson(fieldOf(draft, "status"), status)) draft["status"] = status;
  });
}
