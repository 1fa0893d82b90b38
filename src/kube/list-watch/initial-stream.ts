import type { KubeObject } from "#api/meta/object-meta.ts";
import { ApiError } from "../client/api-error.ts";
import type { Delivery } from "./delivery.ts";
import { WatchSilent } from "./watch-connection.ts";
import type { WatchConnection } from "./watch-connection.ts";

/** The initial events came without an end: the server does not know what it was asked for. */
class StreamIgnored extends Error {
  override readonly name = "StreamIgnored";
}

const refusals: ReadonlySet<number> = new Set([400, 404, 405, 406, 422]);

/** True where the server does not serve streamed lists, so that asking again is of no use. */
export function isStreamRefusal(error: unknown): boolean {
  return error instanceof StreamIgnored || (error instanceof ApiError && refusals.has(error.status));
}

/**
 * Reads the initial events of a watch up to the bookmark that ends them, and hands them over as pages. Returns the
 * bookmark's resourceVersion; the connection goes on with live events. Live changes that come before the bookmark stay
 * in their order among the objects.
 */
export async function readInitialStream(
  connection: WatchConnection,
  delivery: Delivery,
  pageSize: number,
): Promise<string> {
  let page: KubeObject[] = [];
  const flush = async (): Promise<void> => {
    const full = page;
    page = [];
    if (full.length > 0) await delivery.page(full);
  };
  for (;;) {
    const event = await nextOrIgnored(connection);
    switch (event.type) {
      case "ADDED":
        page.push(event.object);
        if (page.length >= pageSize) await flush();
        break;
      case "MODIFIED":
      case "DELETED":
        await flush();
        await delivery.event(event.type, event.object);
        break;
      case "BOOKMARK":
        if (!event.initialEventsEnd) break;
        await flush();
        return event.resourceVersion;
      case "ERROR":
        throw event.error;
      default:
        event satisfies never;
    }
  }
}

async function nextOrIgnored(
  connection: WatchConnection,
): Promise<NonNullable<Awaited<ReturnType<WatchConnection["next"]>>>> {
  try {
    const event = await connection.next();
    if (event !== undefined) return event;
  } catch (error) {
    if (!(error instanceof WatchSilent)) throw error;
  }
  throw new StreamIgnored("the initial events came without an end");
}
