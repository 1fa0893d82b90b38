import { badRequest, unsupportedMediaType } from "../errors/api-failure.ts";
import { isObject, textAt } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";
import { applyConfig } from "../managed-fields/apply-config.ts";
import { decodeManagers } from "../managed-fields/manager-entry.ts";
import type { ManagerEntry } from "../managed-fields/manager-entry.ts";
import { collectFields, ownedOnly } from "../managed-fields/collect-fields.ts";
import { actorOf, notWrittenBy } from "../objects/write-object.ts";
import { applyJsonPatch } from "../patch/json-patch.ts";
import { applyMergePatch } from "../patch/merge-patch.ts";
import { applyStrategicMergePatch } from "../patch/strategic-merge-patch.ts";
import { apiVersionText } from "../resources/served-resource.ts";
import type { ApiRequest, ServerContext } from "./api-request.ts";
import { objectKey } from "./api-request.ts";
import { storeNew } from "./create.ts";
import { parseJsonText, parseYamlText, readObject } from "./read-object.ts";
import { replaceObject, storedObject } from "./update.ts";
import type { Updated } from "./update.ts";

const jsonPatch = "application/json-patch+json";
const mergePatch = "application/merge-patch+json";
const strategicPatch = "application/strategic-merge-patch+json";
const applyPatch = "application/apply-patch+yaml";

/** PATCH, of all four kinds. */
export function patchObject(ctx: ServerContext, request: ApiRequest): Updated {
  const type = request.contentType.split(";")[0]?.trim() ?? "";
  const { served } = request;
  const accepted = [jsonPatch, mergePatch, ...(served.isCustom ? [] : [strategicPatch]), applyPatch];
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  if (type === applyPatch) return applyObject(ctx, request);
  const before = storedObject(ctx, request);
  const current = served.fromStored(before);
  const patch = parseJsonText(request.body);
  const patched = patchedObject(type, current, patch, request);
  const draft = readObject(request, patched);
  return { object: replaceObject(ctx, request, before, draft), created: false };
}

function patchedObject(
  type: string,
  current: JsonObject,
  patch: unknown,
  { served }: ApiRequest,
): JsonObject {
  if (type === jsonPatch) return applyJsonPatch(current, patch);
  if (!isObject(patch)) throw badRequest("error decoding patch: a patch is an object");
  if (type === strategicPatch) return applyStrategicMergePatch(current, patch, served.schema);
  const merged = applyMergePatch(current, patch);
  return isObject(merged) ? merged : {};
}

/** Server-side apply; creates the object where it does not exist. */
function applyObject(ctx: ServerContext, request: ApiRequest): Updated {
  const { served, query, namespace, name } = request;
  if ((query.get("fieldManager") ?? "") === "") {
    throw badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  }
  const value = parseYamlText(request.body);
  if (!isObject(value)) throw badRequest("the configuration to apply is no object");
  if (textAt(value, "apiVersion") === "" || textAt(value, "kind") === "") {
    throw badRequest("the configuration to apply must have an apiVersion and a kind");
  }
  const given = textAt(value, "metadata", "name");
  if (given !== "" && given !== name) {
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  }
  if (isObject(value["metadata"]) && Array.isArray(value["metadata"]["managedFields"])) {
    throw badRequest("metadata.managedFields must be nil");
  }
  const config = withoutFilledIn(request, value);
  const actor = actorOf(request, ctx.now(), "Apply");
  const notWritten = notWrittenBy(served, request.subresource);
  const before = ctx.store.get(served.collection.id, objectKey(served, namespace, name));
  if (before === undefined) {
    if (request.subresource !== "") storedObject(ctx, request);
    const fields = ownedOnly(collectFields(config, served.schema), notWritten);
    const object = storeNew(ctx, request, readObject({ ...request, warnings: [] }, config), () => [
      { ...actor, fields },
    ]);
    return { object, created: true };
  }
  const live = served.fromStored(before);
  const applied = applyConfig({
    live: withoutManagedFields(live),
    config,
    schema: served.schema,
    managers: managersOf(live, request),
    actor,
    force: query.get("force") === "true",
    notWritten,
  });
  const draft: Draft = readObject({ ...request, warnings: [] }, applied.object);
  return { object: replaceObject(ctx, request, before, draft, applied.managers), created: false };
}

/** Objects from before field management belong to a manager of that name, as far as they are set. */
function managersOf(live: JsonObject, request: ApiRequest): readonly ManagerEntry[] {
  const managers = decodeManagers(live);
  if (managers.length > 0) return managers;
  const fields = ownedOnly(
    collectFields(withoutManagedFields(live), request.served.schema),
    notWrittenBy(request.served, ""),
  );
  const apiVersion = apiVersionText(request.served);
  const time = textAt(live, "metadata", "creationTimestamp");
  return [{ manager: "before-first-apply", operation: "Update", apiVersion, subresource: "", time, fields }];
}

function withoutManagedFields(object: JsonObject): JsonObject {
  const { managedFields: _managed, ...metadata } = isObject(object["metadata"]) ? object["metadata"] : {};
  return { ...object, metadata };
}

/** The configuration as its type reads it, but without what only reading fills in. */
function withoutFilledIn(request: ApiRequest, value: JsonObject): JsonObject {
  const read = readObject(request, value);
  return keepGiven(value, read) as JsonObject;
}

function keepGiven(given: unknown, read: unknown): unknown {
  if (Array.isArray(given) && Array.isArray(read)) {
    return given.length === read.length ? read.map((item, i) => keepGiven(given[i], item)) : read;
  }
  if (!isObject(given) || !isObject(read)) return read;
  return Object.fromEntries(
    Object.entries(read)
      .filter(([name]) => Object.hasOwn(given, name))
      .map(([name, child]) => [name, keepGiven(given[name], child)]),
  );
}
