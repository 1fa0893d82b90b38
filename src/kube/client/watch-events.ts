import type { ResourceType } from "#api/meta/resource-type.ts";
import { ApiError, TransportError } from "./api-error.ts";
import { apiErrorOf } from "./api-status.ts";
import { parseJson } from "./json.ts";
import type { WatchEvent } from "./kube-client.ts";
import { isFields, kubeObjectOf, metadataOf } from "./kube-object.ts";
import { splitLines } from "./line-splitter.ts";
import { transportErrorOf } from "./transport-failure.ts";

/** Set on the bookmark that ends the initial events of a streamed list (KEP-3157). */
const initialEventsEnd = "k8s.io/initial-events-end";

function parseLine(line: string, type: ResourceType): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = parseJson(line);
  } catch (error) {
    throw new TransportError("malformed", `an event of the watch on ${type.resource} is no JSON`, {
      cause: error,
    });
  }
  if (!isFields(parsed))
    throw new TransportError("malformed", `an event of the watch on ${type.resource} is no object`);
  return parsed;
}

function bookmarkOf(object: unknown): WatchEvent {
  const metadata = metadataOf(object);
  const annotations = isFields(metadata["annotations"]) ? metadata["annotations"] : {};
  const version = metadata["resourceVersion"];
  return {
    type: "BOOKMARK",
    resourceVersion: typeof version === "string" ? version : "",
    initialEventsEnd:
      Object.hasOwn(annotations, initialEventsEnd) && annotations[initialEventsEnd] === "true",
  };
}

/** Decodes one line of a watch. Throws TransportError `malformed`. */
function decodeWatchEvent(line: string, type: ResourceType, metadataOnly: boolean): WatchEvent {
  const event = parseLine(line, type);
  const kind = event["type"];
  switch (kind) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type: kind, object: kubeObjectOf(event["object"], type, metadataOnly) };
    case "BOOKMARK":
      return bookmarkOf(event["object"]);
    case "ERROR":
      return {
        type: "ERROR",
        error: apiErrorOf(event["object"], { status: 500, message: "the watch failed" }),
      };
    default:
      throw new TransportError(
        "malformed",
        `an event of the watch on ${type.resource} has type ${String(kind)}`,
      );
  }
}

/**
 * The events of an open watch. Ends when the server closes it; throws TransportError where the connection breaks or
 * sends what cannot be read, and the reason of the signal that closed it.
 */
export async function* readWatchEvents(options: {
  readonly chunks: AsyncIterable<Buffer>;
  readonly close: () => void;
  readonly type: ResourceType;
  readonly metadataOnly: boolean;
  readonly maxEventBytes: number;
  readonly signal?: AbortSignal | undefined;
}): AsyncGenerator<WatchEvent> {
  const { type, metadataOnly, signal } = options;
  try {
    for await (const line of splitLines(options.chunks, options.maxEventBytes)) {
      yield decodeWatchEvent(line, type, metadataOnly);
    }
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    throw error instanceof ApiError ? error : transportErrorOf(error, `watch on ${type.resource}`);
  } finally {
    options.close();
  }
}
