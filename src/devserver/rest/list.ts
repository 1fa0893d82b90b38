import { badRequest, expired, tooLargeResourceVersion } from "../errors/api-failure.ts";
import { mapAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import { apiVersionText } from "../resources/served-resource.ts";
import { matchesFields, parseFieldSelector } from "../storage/field-selector.ts";
import { matchesLabels, parseLabelSelector } from "../storage/label-selector.ts";
import { decodeContinueToken, encodeContinueToken } from "../storage/continue-token.ts";
import { parseShardSelector } from "../storage/shard-selector.ts";
import type { ApiRequest, ServerContext } from "./api-request.ts";

/** Which objects of a collection a request is about. */
export interface Selection {
  readonly matches: (stored: JsonObject) => boolean;
  /** Keys start with it. */
  readonly prefix: string;
  readonly hasSelector: boolean;
}

export function selectionOf(request: ApiRequest): Selection {
  const { served, query, namespace, name } = request;
  const labels = parseLabelSelector(query.get("labelSelector") ?? "");
  const fields = parseFieldSelector(query.get("fieldSelector") ?? "", served);
  const shards = query.get("shardSelector") ?? "";
  const isOfShard = shards === "" ? undefined : parseShardSelector(shards);
  const prefix = served.namespaced && namespace !== "" ? `${namespace}/` : "";
  const hasSelector = labels.length > 0 || fields.length > 0 || name !== "" || isOfShard !== undefined;
  if (!hasSelector) return { prefix, hasSelector, matches: () => true };
  return {
    prefix,
    hasSelector,
    matches: (stored) =>
      (labels.length === 0 || matchesLabels(labels, mapAt(stored, "metadata", "labels"))) &&
      (fields.length === 0 || matchesFields(fields, served.fromStored(stored))) &&
      (name === "" || mapAt(stored, "metadata")["name"] === name) &&
      (isOfShard === undefined || isOfShard(stored)),
  };
}

export interface Listed {
  /** The list object without its items. */
  readonly list: JsonObject;
  /** As stored. */
  readonly objects: readonly JsonObject[];
}

/** A resourceVersion of a query: absent, or a number. Throws a 400. */
export function readResourceVersion(query: URLSearchParams): number | undefined {
  const text = query.get("resourceVersion") ?? "";
  if (text === "") return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version ${JSON.stringify(text)}`);
  return Number(text);
}

/** GET of a collection. Pages are of one moment: that of the first page, as long as its revision is kept. */
export function listObjects(ctx: ServerContext, request: ApiRequest): Listed {
  const { query, served } = request;
  const { store } = ctx;
  const selection = selectionOf(request);
  const token = query.get("continue") ?? "";
  const match = query.get("resourceVersionMatch") ?? "";
  const asked = readResourceVersion(query);
  if (token !== "" && asked !== undefined && asked !== 0) {
    throw badRequest("specifying resource version is not allowed when using continue");
  }
  if (match !== "" && asked === undefined) {
    throw badRequest("resourceVersionMatch is forbidden unless resourceVersion is provided");
  }
  if (asked !== undefined && asked > store.revision) throw tooLargeResourceVersion(asked, store.revision);
  // A list "not older than" is answered from what the API server keeps in memory, which knows no pages at 0.
  const limit = asked === 0 && match !== "Exact" && token === "" ? 0 : Number(query.get("limit") ?? 0) || 0;

  const from = token === "" ? undefined : decodeContinueToken(token);
  const revision =
    from === undefined
      ? match === "Exact" && asked !== undefined
        ? asked
        : store.revision
      : from.revision || store.revision;
  if (revision < store.compacted) throw expiredList(store.revision, from?.startAfter);
  const entries =
    revision === store.revision
      ? store.list(served.collection.id)
      : store.listAt(served.collection.id, revision);

  const objects: JsonObject[] = [];
  let lastKey = "";
  let remaining = 0;
  for (const [key, object] of entries) {
    if (!key.startsWith(selection.prefix)) continue;
    if (from !== undefined && key <= from.startAfter) continue;
    if (!selection.matches(object)) continue;
    if (limit > 0 && objects.length >= limit) {
      remaining += 1;
      continue;
    }
    objects.push(object);
    lastKey = key;
  }
  const metadata = {
    resourceVersion: String(revision),
    ...(remaining === 0 ? {} : { continue: encodeContinueToken({ revision, startAfter: lastKey }) }),
    ...(remaining === 0 || selection.hasSelector ? {} : { remainingItemCount: remaining }),
    ...(query.has("shardSelector") ? { shardInfo: { selector: query.get("shardSelector") } } : {}),
  };
  return { objects, list: { kind: served.listKind, apiVersion: apiVersionText(served), metadata } };
}

/** 410; where pages were being read, with a token that goes on from there with what is there now. */
function expiredList(revision: number, startAfter: string | undefined): Error {
  if (startAfter === undefined) {
    return expired(`The resourceVersion for the provided list is too old.`);
  }
  return expired(
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
    { continue: encodeContinueToken({ revision: 0, startAfter }), resourceVersion: String(revision) },
  );
}
