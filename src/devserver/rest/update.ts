import { badRequest, conflict, invalid, modifiedText, notFound } from "../errors/api-failure.ts";
import { invalidField } from "../errors/field-error.ts";
import { copyJson, draftOf, ensureDraft, fieldOf, listAt, numberAt, textAt, valueAt } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";
import type { ManagerEntry } from "../managed-fields/manager-entry.ts";
import { withDefaults, writeObject } from "../objects/write-object.ts";
import type { ApiRequest, ServerContext } from "./api-request.ts";
import { isDryRun, objectKey, subjectOf } from "./api-request.ts";
import { storeNew } from "./create.ts";
import { readBody, readObject } from "./read-object.ts";

/** The stored object of a request. Throws a 404. */
export function storedObject(ctx: ServerContext, request: ApiRequest): JsonObject {
  const { served, namespace, name } = request;
  const stored = ctx.store.get(served.collection.id, objectKey(served, namespace, name));
  if (stored === undefined) throw notFound(subjectOf(request, name));
  return stored;
}

export interface Updated {
  readonly object: JsonObject;
  readonly created: boolean;
}

/** PUT: replaces an object, or its status. */
export function updateObject(ctx: ServerContext, request: ApiRequest): Updated {
  const { served, name, namespace } = request;
  const draft = readObject(request, readBody(request));
  const given = textAt(draft, "metadata", "name");
  if (given !== "" && given !== name) {
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  }
  const before = ctx.store.get(served.collection.id, objectKey(served, namespace, name));
  if (before === undefined) {
    if (!served.collection.strategy.createsOnUpdate || request.subresource !== "") {
      throw notFound(subjectOf(request, name));
    }
    return { object: storeNew(ctx, request, draft), created: true };
  }
  if (
    served.collection.strategy.needsResourceVersion &&
    textAt(draft, "metadata", "resourceVersion") === ""
  ) {
    throw invalid({ group: served.group, kind: served.kind, name }, [
      { ...invalidField("metadata.resourceVersion", "", "must be specified for an update"), value: "0x0" },
    ]);
  }
  return { object: replaceObject(ctx, request, before, draft), created: false };
}

/**
 * Stores a changed object in place of `before`. The metadata that belongs to the server stays; a resourceVersion or uid
 * that the draft carries must be the stored one. An object on its way out that loses its last finalizer is removed.
 */
export function replaceObject(
  ctx: ServerContext,
  request: ApiRequest,
  before: JsonObject,
  changed: Draft,
  managers?: readonly ManagerEntry[],
): JsonObject {
  const { served } = request;
  assertCurrent(request, before, changed);
  const old = served.fromStored(before);
  const draft = request.subresource === "status" ? withStatusOf(served.isCustom, old, changed) : changed;
  keepServerMetadata(draft, old);
  let prepared = withDefaults(served, draft);
  if (request.subresource === "" && served.subresources.includes("status")) keepStatus(prepared, old);
  const { prepareUpdate } = served.collection.strategy;
  if (prepareUpdate !== undefined && request.subresource !== "finalize") {
    const stored = served.toStored(prepared);
    if (request.subresource === "status") stored["spec"] = before["spec"];
    else prepareUpdate(stored, before);
    prepared = served.fromStored(stored);
  }
  ctx.hooks?.beforeWrite(served, prepared, before);
  const written = writeObject(ctx, {
    request,
    before,
    draft: prepared,
    ...(managers === undefined ? {} : { managers }),
  });
  if (isDryRun(request) || !isFreed(served.kind, written)) return written;
  const key = objectKey(
    served,
    textAt(written, "metadata", "namespace"),
    textAt(written, "metadata", "name"),
  );
  const removed = ctx.store.remove(served.collection.id, key);
  return removed === undefined ? written : served.fromStored(removed);
}

/** On its way out and held by nothing more. */
function isFreed(kind: string, object: JsonObject): boolean {
  if (textAt(object, "metadata", "deletionTimestamp") === "") return false;
  if (listAt(object, "metadata", "finalizers").length > 0) return false;
  if (kind === "Namespace") return listAt(object, "spec", "finalizers").length === 0;
  return (numberAt(object, "metadata", "deletionGracePeriodSeconds") ?? 0) === 0;
}

function assertCurrent(request: ApiRequest, before: JsonObject, draft: JsonObject): void {
  const subject = subjectOf(request, textAt(before, "metadata", "name"));
  const uid = textAt(draft, "metadata", "uid");
  const storedUid = textAt(before, "metadata", "uid");
  if (uid !== "" && uid !== storedUid) {
    const texts = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${storedUid}`;
    throw conflict(subject, texts);
  }
  const version = textAt(draft, "metadata", "resourceVersion");
  if (version !== "" && version !== "0" && version !== textAt(before, "metadata", "resourceVersion")) {
    throw conflict(subject, modifiedText);
  }
}

const serverFields = ["uid", "creationTimestamp", "generation", "selfLink", "deletionTimestamp"];

function keepServerMetadata(draft: Draft, old: JsonObject): void {
  const metadata = ensureDraft(draft, "metadata");
  for (const field of [
    ...serverFields,
    "deletionGracePeriodSeconds",
    "name",
    "namespace",
    "resourceVersion",
  ]) {
    const value = valueAt(old, "metadata", field);
    if (value === undefined) delete metadata[field];
    else metadata[field] = value;
  }
}

function keepStatus(draft: Draft, old: JsonObject): void {
  const status = fieldOf(old, "status");
  if (status === undefined) delete draft["status"];
  else draft["status"] = copyJson(status);
}

/** The old object with the new status; of a built-in kind the annotations come along. */
function withStatusOf(isCustom: boolean, old: JsonObject, changed: Draft): Draft {
  const result = draftOf(old);
  const status = fieldOf(changed, "status");
  if (status === undefined) delete result["status"];
  else result["status"] = status;
  const metadata = ensureDraft(result, "metadata");
  const managed = valueAt(changed, "metadata", "managedFields");
  if (managed !== undefined) metadata["managedFields"] = managed;
  const annotations = valueAt(changed, "metadata", "annotations");
  if (!isCustom && annotations !== undefined) metadata["annotations"] = annotations;
  return result;
}
