import { expired } from "../errors/api-failure.ts";
import { mapAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { ApiRequest, ServerContext } from "../rest/api-request.ts";
import { readResourceVersion, selectionOf } from "../rest/list.ts";
import type { Selection } from "../rest/list.ts";
import { apiVersionText } from "../resources/served-resource.ts";
import type { Change } from "../storage/store.ts";

export type WatchEventType = "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";

export interface WatchEvent {
  readonly type: WatchEventType;
  /** In the version of the request. */
  readonly object: JsonObject;
}

/** A watch that is open. */
export interface OpenWatch {
  /** Sends a bookmark of now, where the client asked for them. */
  readonly bookmark: () => void;
  readonly close: () => void;
}

/** What the objects of a watch went through, seen through its selection: whoever stops matching is gone. */
function eventOf(
  change: Change,
  { matches, prefix }: Selection,
): { type: WatchEventType; object: JsonObject } | undefined {
  if (!change.key.startsWith(prefix)) return undefined;
  const was = change.before !== undefined && matches(change.before);
  const is = !change.removed && matches(change.object);
  if (is) return { type: was ? "MODIFIED" : "ADDED", object: change.object };
  if (!was || change.before === undefined) return undefined;
  // Shown as it was when it last matched, with the resourceVersion of the change that ended it.
  const { resourceVersion } = mapAt(change.object, "metadata");
  return {
    type: "DELETED",
    object: { ...change.before, metadata: { ...mapAt(change.before, "metadata"), resourceVersion } },
  };
}

/**
 * Opens a watch and sends its events until it is closed. A resourceVersion that is no longer kept is answered with one
 * ERROR event (410), as the API server does. Without a resourceVersion, or with 0, or where the client asks for the
 * initial events (KEP-3157), everything that is there comes first.
 */
export function openWatch(
  ctx: ServerContext,
  request: ApiRequest,
  send: (event: WatchEvent) => void,
  end: () => void,
): OpenWatch {
  const { store } = ctx;
  const { served, query } = request;
  const selection = selectionOf(request);
  const wantsBookmarks = query.get("allowWatchBookmarks") === "true";
  const wantsInitial = query.get("sendInitialEvents") === "true";
  const asked = readResourceVersion(query) ?? 0;
  const show = (event: { type: WatchEventType; object: JsonObject }): void =>
    send({ type: event.type, object: served.fromStored(event.object) });
  const bookmark = (annotations?: JsonObject): void => {
    if (!wantsBookmarks) return;
    const metadata = {
      resourceVersion: String(store.revision),
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    };
    send({ type: "BOOKMARK", object: { kind: served.kind, apiVersion: apiVersionText(served), metadata } });
  };

  if (asked !== 0 && !wantsInitial && (asked < store.compacted || asked > store.revision)) {
    const text = `too old resource version: ${asked} (${store.compacted})`;
    send({ type: "ERROR", object: expired(text).status });
    end();
    return { bookmark: () => {}, close: () => {} };
  }
  if (wantsInitial || asked === 0) {
    for (const [key, object] of store.list(served.collection.id)) {
      if (key.startsWith(selection.prefix) && selection.matches(object)) show({ type: "ADDED", object });
    }
    if (wantsInitial) bookmark({ "k8s.io/initial-events-end": "true" });
  } else {
    for (const change of store.changesAfter(served.collection.id, asked)) {
      const event = eventOf(change, selection);
      if (event !== undefined) show(event);
    }
  }
  const close = store.subscribe((change) => {
    if (change.collection !== served.collection.id) return;
    const event = eventOf(change, selection);
    if (event !== undefined) show(event);
  });
  return { bookmark: () => bookmark(), close };
}
