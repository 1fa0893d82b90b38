import { randomInt, randomUUID } from "node:crypto";
import { alreadyExists, badRequest, forbidden, invalid, notFound } from "../errors/api-failure.ts";
import { requiredField } from "../errors/field-error.ts";
import { ensureDraft, textAt } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";
import { withDefaults, writeObject } from "../objects/write-object.ts";
import type { ManagerEntry } from "../managed-fields/manager-entry.ts";
import type { ApiRequest, ServerContext } from "./api-request.ts";
import { objectKey, subjectOf, timestamp } from "./api-request.ts";
import { readBody, readObject } from "./read-object.ts";

const suffixLetters = "bcdfghjklmnpqrstvwxz2456789";
const suffixLength = 5;
const maxPrefixLength = 63 - suffixLength;

/** POST: stores a new object and returns it. */
export function createObject(ctx: ServerContext, request: ApiRequest): JsonObject {
  const draft = readObject(request, readBody(request));
  return storeNew(ctx, request, draft);
}

/** Stores a new object that is already read: by POST, or by an apply or PUT on a name that does not exist. */
export function storeNew(
  ctx: ServerContext,
  request: ApiRequest,
  draft: Draft,
  managers?: (draft: Draft) => readonly ManagerEntry[],
): JsonObject {
  const { served } = request;
  const metadata = ensureDraft(draft, "metadata");
  if (textAt(metadata, "resourceVersion") !== "") {
    throw badRequest("resourceVersion should not be set on objects to be created");
  }
  placeInNamespace(ctx, request, metadata);
  const key = (name: string): string => objectKey(served, request.namespace, name);
  const taken = (name: string): boolean => ctx.store.get(served.collection.id, key(name)) !== undefined;
  nameObject(request, metadata, taken);
  const name = textAt(metadata, "name");
  for (const field of [
    "selfLink",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "managedFields",
  ]) {
    delete metadata[field];
  }
  metadata["uid"] = randomUUID();
  metadata["creationTimestamp"] = timestamp(ctx.now());
  delete metadata["resourceVersion"];
  const { strategy } = served.collection;
  let prepared = withDefaults(served, draft);
  if (strategy.prepareCreate !== undefined) {
    const stored = served.toStored(prepared);
    strategy.prepareCreate(stored);
    prepared = served.fromStored(stored);
  }
  ctx.hooks?.beforeWrite(served, prepared, undefined);
  if (taken(name)) throw alreadyExists(subjectOf(request, name));
  return writeObject(ctx, {
    request,
    before: undefined,
    draft: prepared,
    ...(managers === undefined ? {} : { managers: managers(prepared) }),
  });
}

function nameObject(request: ApiRequest, metadata: Draft, taken: (name: string) => boolean): void {
  const { served } = request;
  if (textAt(metadata, "name") !== "") {
    if (request.name !== "" && request.name !== textAt(metadata, "name")) {
      throw badRequest(
        `the name of the object (${textAt(metadata, "name")}) does not match the name on the URL (${request.name})`,
      );
    }
    return;
  }
  if (request.name !== "") {
    metadata["name"] = request.name;
    return;
  }
  const prefix = textAt(metadata, "generateName");
  if (prefix === "") {
    const subject = { group: served.group, kind: served.kind, name: "" };
    throw invalid(subject, [requiredField("metadata.name", "name or generateName is required")]);
  }
  do metadata["name"] = prefix.slice(0, maxPrefixLength) + randomSuffix();
  while (taken(textAt(metadata, "name")));
}

function randomSuffix(): string {
  return Array.from({ length: suffixLength }, () => suffixLetters[randomInt(suffixLetters.length)]).join("");
}

function placeInNamespace(ctx: ServerContext, request: ApiRequest, metadata: Draft): void {
  const { served, namespace } = request;
  if (!served.namespaced) {
    delete metadata["namespace"];
    return;
  }
  const given = textAt(metadata, "namespace");
  if (namespace === "") throw badRequest("an empty namespace may not be set during creation");
  if (given !== "" && given !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  metadata["namespace"] = namespace;
  const home = ctx.store.get("/namespaces", namespace);
  if (home === undefined) throw notFound({ group: "", kind: "namespaces", name: namespace });
  if (textAt(home, "metadata", "deletionTimestamp") === "") return;
  throw forbidden(
    subjectOf(request, textAt(metadata, "name")),
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [
      {
        reason: "NamespaceTerminating",
        message: `namespace ${namespace} is being terminated`,
        field: "metadata.namespace",
      },
    ],
  );
}
