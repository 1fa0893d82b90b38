import { metadataErrors } from "../builtin/names.ts";
import { invalid } from "../errors/api-failure.ts";
import { equalJson, numberAt, textAt, valueAt } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";
import { decodeManagers, encodeManagers } from "../managed-fields/manager-entry.ts";
import type { Actor, ManagerEntry } from "../managed-fields/manager-entry.ts";
import { ownUpdate } from "../managed-fields/own-update.ts";
import { setOfPaths } from "../managed-fields/field-set.ts";
import type { FieldSet } from "../managed-fields/field-set.ts";
import type { ApiRequest, ServerContext } from "../rest/api-request.ts";
import { isDryRun, objectKey, timestamp } from "../rest/api-request.ts";
import { apiVersionText } from "../resources/served-resource.ts";
import type { ServedResource } from "../resources/served-resource.ts";
import { applySchemaDefaults } from "../schema/apply-schema-defaults.ts";
import { validateSchema } from "../schema/validate-schema.ts";

/** The fields that a request of this kind does not write, whatever its body says. */
export function notWrittenBy(served: ServedResource, subresource: string): FieldSet {
  if (subresource === "status") {
    return setOfPaths(
      served.isCustom ? [["f:spec"], ["f:metadata"]] : [["f:spec"], ["f:metadata", "f:labels"]],
    );
  }
  return served.subresources.includes("status") ? setOfPaths([["f:status"]]) : setOfPaths([]);
}

/** Who a request acts as: the field manager it names, or the program. */
export function actorOf(request: ApiRequest, nowMs: number, operation: "Apply" | "Update" = "Update"): Actor {
  const { served, query, userAgent, subresource } = request;
  return {
    manager: query.get("fieldManager") || userAgent.split("/")[0] || "unknown",
    operation,
    apiVersion: apiVersionText(served),
    subresource,
    time: timestamp(nowMs),
  };
}

/** Defaults of the kind, in the form in which it is stored. */
export function withDefaults(served: ServedResource, draft: Draft): Draft {
  if (served.isCustom) {
    applySchemaDefaults(draft, served.schema);
    return draft;
  }
  const { applyDefaults } = served.collection.strategy;
  if (applyDefaults === undefined) return draft;
  const stored = served.toStored(draft);
  applyDefaults(stored);
  return served.fromStored(stored);
}

/** Throws a 422 with everything that is wrong. */
function assertValid(served: ServedResource, draft: JsonObject, before: JsonObject | undefined): void {
  const errors = [
    ...metadataErrors(served.kind, draft),
    ...(served.isCustom ? validateSchema(draft, served.schema) : []),
    ...(served.collection.strategy.validate?.(served.toStored({ ...draft }), before) ?? []),
  ];
  const subject = { group: served.group, kind: served.kind, name: textAt(draft, "metadata", "name") };
  if (errors.length > 0) throw invalid(subject, errors);
}

export interface Write {
  readonly request: ApiRequest;
  /** As stored; absent for a creation. */
  readonly before: JsonObject | undefined;
  /** In the version of the request, with defaults. */
  readonly draft: Draft;
  /** Who owns what, where an apply has decided it; else it follows from what changed. */
  readonly managers?: readonly ManagerEntry[];
}

/**
 * Stores what a create, update, patch or apply came to. Returns the stored object in the version of the request; a write
 * that changes nothing stores nothing.
 */
export function writeObject(ctx: ServerContext, { request, before, draft, managers }: Write): JsonObject {
  const { served } = request;
  const beforeServed = before === undefined ? undefined : served.fromStored(before);
  const metadata = draft["metadata"] as Draft;
  setGeneration(served, metadata, beforeServed, draft);
  const owned =
    managers ??
    ownUpdate({
      before: beforeServed,
      after: draft,
      schema: served.schema,
      managers: managersFor(metadata, beforeServed),
      actor: actorOf(request, ctx.now()),
      notWritten: notWrittenBy(served, request.subresource),
    });
  const entries = encodeManagers(owned);
  if (entries.length > 0) metadata["managedFields"] = entries;
  else delete metadata["managedFields"];
  assertValid(served, draft, before);

  const stored = ordered(served.toStored(draft));
  if (before !== undefined && equalJson(withoutTimes(before), withoutTimes(stored)))
    return beforeServed ?? before;
  const key = objectKey(served, textAt(metadata, "namespace"), textAt(metadata, "name"));
  const build = (resourceVersion: string): JsonObject => ({
    ...stored,
    metadata: { ...(stored["metadata"] as JsonObject), resourceVersion },
  });
  if (isDryRun(request)) return served.fromStored(build(textAt(before, "metadata", "resourceVersion")));
  return served.fromStored(ctx.store.put(served.collection.id, key, build));
}

/** Entries that the request brings along; an empty list asks for a fresh start, none for what was before. */
function managersFor(metadata: Draft, before: JsonObject | undefined): readonly ManagerEntry[] {
  const given = valueAt(metadata, "managedFields");
  if (before === undefined) return [];
  return Array.isArray(given) && given.length > 0 ? decodeManagers({ metadata }) : decodeManagers(before);
}

/** Counts changes of anything but metadata and status. */
function setGeneration(
  served: ServedResource,
  metadata: Draft,
  before: JsonObject | undefined,
  draft: JsonObject,
): void {
  if (!served.collection.strategy.hasGeneration) return;
  const old = numberAt(before, "metadata", "generation");
  if (before === undefined) metadata["generation"] = 1;
  else {
    const isChanged = !equalJson(wanted(served, before), wanted(served, draft));
    metadata["generation"] = (old ?? 1) + (isChanged ? 1 : 0);
  }
}

function wanted(served: ServedResource, object: JsonObject): JsonObject {
  const { metadata: _metadata, status, ...rest } = object;
  return served.subresources.includes("status") || !served.isCustom ? rest : { ...rest, status };
}

function withoutTimes(object: JsonObject): JsonObject {
  const { resourceVersion: _version, managedFields, ...metadata } = object["metadata"] as JsonObject;
  const entries = Array.isArray(managedFields)
    ? managedFields.map((entry: JsonObject) => ({ ...entry, time: "" }))
    : undefined;
  return { ...object, metadata: { ...metadata, managedFields: entries } };
}

/** Fields in the order in which people expect them. */
function ordered(object: Draft): Draft {
  const { apiVersion, kind, metadata, ...rest } = object;
  return { apiVersion, kind, metadata, ...rest };
}
