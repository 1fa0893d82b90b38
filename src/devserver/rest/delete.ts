import { badRequest, conflict } from "../errors/api-failure.ts";
import { draftOf, ensureDraft, fieldOf, isObject, listAt, numberAt, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { ServedResource } from "../resources/served-resource.ts";
import type { ApiRequest, ServerContext } from "./api-request.ts";
import { objectKey, subjectOf, timestamp } from "./api-request.ts";
import { readBody } from "./read-object.ts";
import { listObjects } from "./list.ts";
import { storedObject } from "./update.ts";

/** What a delete asks for, from its body and its query. */
export interface DeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly gracePeriodSeconds?: number;
  readonly propagation: "Background" | "Foreground" | "Orphan";
  readonly isDryRun: boolean;
}

export interface Deleted {
  /** 200, or 202 where the object is only on its way out and has no finalizer. */
  readonly code: number;
  readonly object: JsonObject;
  /** True where `object` is a Status. */
  readonly isStatus: boolean;
}

export function readDeleteOptions(request: ApiRequest): DeleteOptions {
  const body = request.body === "" ? {} : readBody(request);
  if (textAt(body, "kind") !== "" && textAt(body, "kind") !== "DeleteOptions") {
    throw badRequest(`${textAt(body, "kind")} is no DeleteOptions`);
  }
  const { query } = request;
  const preconditions = fieldOf(body, "preconditions");
  const uid = textAt(preconditions, "uid");
  const resourceVersion = textAt(preconditions, "resourceVersion");
  const inQuery = query.get("gracePeriodSeconds");
  const grace = numberAt(body, "gracePeriodSeconds") ?? (inQuery === null ? undefined : Number(inQuery));
  const policy = textAt(body, "propagationPolicy") || (query.get("propagationPolicy") ?? "");
  const orphans = fieldOf(body, "orphanDependents") === true || query.get("orphanDependents") === "true";
  return {
    ...(uid === "" ? {} : { uid }),
    ...(resourceVersion === "" ? {} : { resourceVersion }),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    propagation:
      policy === "Orphan" || orphans ? "Orphan" : policy === "Foreground" ? "Foreground" : "Background",
    isDryRun: [...listAt(body, "dryRun"), ...query.getAll("dryRun")].includes("All"),
  };
}

/** DELETE of one object. */
export function deleteObject(ctx: ServerContext, request: ApiRequest): Deleted {
  const options = readDeleteOptions(request);
  return deleteStored(ctx, request, storedObject(ctx, request), options);
}

/** DELETE of a collection: of every object that the selectors choose. */
export function deleteCollection(ctx: ServerContext, request: ApiRequest): JsonObject {
  const options = readDeleteOptions(request);
  const { list, objects } = listObjects(ctx, request);
  for (const object of objects) {
    const name = textAt(object, "metadata", "name");
    const namespace = textAt(object, "metadata", "namespace");
    deleteStored(ctx, { ...request, name, namespace }, object, options);
  }
  return list;
}

/** Deletes a stored object, or sets it on its way out where finalizers or a grace period hold it. */
export function deleteStored(
  ctx: ServerContext,
  request: Pick<ApiRequest, "served" | "name" | "namespace">,
  stored: JsonObject,
  options: DeleteOptions,
): Deleted {
  const { served, name } = request;
  const { id, strategy } = served.collection;
  const subject = subjectOf(request, name);
  assertPreconditions(stored, options, subject);
  const key = objectKey(served, textAt(stored, "metadata", "namespace"), name);
  const leaving = leavingObject(ctx, served, stored, options);
  if (leaving !== undefined) {
    if (leaving === stored || options.isDryRun)
      return { code: 200, object: served.fromStored(leaving), isStatus: false };
    const object = ctx.store.put(id, key, (resourceVersion) => {
      const draft = draftOf(leaving);
      ensureDraft(draft, "metadata")["resourceVersion"] = resourceVersion;
      return draft;
    });
    return { code: 200, object: served.fromStored(object), isStatus: false };
  }
  const last = options.isDryRun ? stored : ctx.store.remove(id, key);
  if (strategy.returnsDeleted)
    return { code: 200, object: served.fromStored(last ?? stored), isStatus: false };
  const status = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: {
      name,
      ...(served.group === "" ? {} : { group: served.group }),
      kind: served.resource,
      uid: textAt(stored, "metadata", "uid"),
    },
  };
  return { code: 200, object: status, isStatus: true };
}

function assertPreconditions(
  stored: JsonObject,
  { uid, resourceVersion }: DeleteOptions,
  subject: { readonly group: string; readonly kind: string; readonly name: string },
): void {
  const storedUid = textAt(stored, "metadata", "uid");
  const storedVersion = textAt(stored, "metadata", "resourceVersion");
  if (uid !== undefined && uid !== storedUid) {
    throw conflict(
      subject,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${storedUid}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== storedVersion) {
    throw conflict(
      subject,
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${storedVersion}`,
    );
  }
}

/** The object as it is while something holds it, `stored` itself where it is so already; undefined where nothing does. */
function leavingObject(
  ctx: ServerContext,
  served: ServedResource,
  stored: JsonObject,
  options: DeleteOptions,
): JsonObject | undefined {
  const draft = draftOf(stored);
  const metadata = ensureDraft(draft, "metadata");
  const finalizers = finalizersFor(listAt(metadata, "finalizers"), options);
  const grace = graceSeconds(served, stored, options);
  const isNamespace = served.kind === "Namespace" && served.group === "";
  const isHeld = finalizers.length > 0 || (isNamespace && listAt(stored, "spec", "finalizers").length > 0);
  if (!isHeld && grace === 0) return undefined;
  const already = textAt(stored, "metadata", "deletionTimestamp") !== "";
  const graceBefore = numberAt(stored, "metadata", "deletionGracePeriodSeconds") ?? 0;
  if (already && grace >= graceBefore && finalizers.length === listAt(metadata, "finalizers").length) {
    return stored;
  }
  if (finalizers.length > 0) metadata["finalizers"] = finalizers;
  if (!already || grace < graceBefore) {
    metadata["deletionTimestamp"] = timestamp(ctx.now() + grace * 1000);
    metadata["deletionGracePeriodSeconds"] = grace;
  }
  const generation = numberAt(metadata, "generation");
  if (!already && generation !== undefined) metadata["generation"] = generation + 1;
  if (isNamespace) {
    delete metadata["deletionGracePeriodSeconds"];
    draft["status"] = { ...(isObject(draft["status"]) ? draft["status"] : {}), phase: "Terminating" };
  }
  return draft;
}

function finalizersFor(present: readonly unknown[], { propagation }: DeleteOptions): readonly unknown[] {
  const added =
    propagation === "Foreground" ? "foregroundDeletion" : propagation === "Orphan" ? "orphan" : undefined;
  return added === undefined || present.includes(added) ? present : [...present, added];
}

/** Only pods on a node end slowly: their kubelet takes its time. */
function graceSeconds(served: ServedResource, stored: JsonObject, options: DeleteOptions): number {
  if (served.kind !== "Pod" || served.group !== "") return 0;
  const phase = textAt(stored, "status", "phase");
  if (textAt(stored, "spec", "nodeName") === "" || phase === "Succeeded" || phase === "Failed") return 0;
  return options.gracePeriodSeconds ?? numberAt(stored, "spec", "terminationGracePeriodSeconds") ?? 30;
}
