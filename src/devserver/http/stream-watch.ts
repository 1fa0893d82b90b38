import type { ServerResponse } from "node:http";
import type { FaultControl, FaultTarget } from "../faults/fault-control.ts";
import type { ApiRequest, ServerContext } from "../rest/api-request.ts";
import { openWatch } from "../watch/watch-events.ts";
import type { WatchEvent } from "../watch/watch-events.ts";
import type { Form } from "./accept.ts";
import { warningHeaders } from "./respond.ts";
import { eventText, shapeObject } from "./shape.ts";

/** Watches that are open now, for bookmarks and for cutting them. */
export interface WatchHandle {
  readonly bookmark: () => void;
  readonly cut: () => void;
}

export interface WatchStream {
  readonly ctx: ServerContext;
  readonly request: ApiRequest;
  readonly form: Form;
  readonly response: ServerResponse;
  readonly faults: FaultControl;
  readonly target: FaultTarget;
  readonly open: Set<WatchHandle>;
}

const defaultTimeoutSeconds = 3600;
/** A client that does not read is cut off rather than remembered. */
const maxUnreadBytes = 256 * 1024 * 1024;

/** Answers a watch: one JSON document a line until the time is over, the client leaves or the server stops. */
export function streamWatch(stream: WatchStream): void {
  const { ctx, request, form, response, faults, target, open } = stream;
  response.writeHead(200, {
    "content-type": form.kind === "object" ? "application/json" : "application/json",
    "cache-control": "no-cache, private",
    ...warningHeaders(request.warnings),
  });
  response.flushHeaders();
  const includeObject = request.query.get("includeObject") ?? "Metadata";
  let isFirst = true;
  let isOver = false;
  const send = ({ type, object }: WatchEvent): void => {
    if (isOver || faults.silences(target)) return;
    const shaping = { form, served: request.served, includeObject, nowMs: ctx.now() };
    const shaped = type === "ERROR" ? object : shapeObject(shaping, object, isFirst);
    isFirst = false;
    response.write(eventText(type, shaped));
    if (response.writableLength > maxUnreadBytes) response.destroy();
  };
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    open.delete(handle);
    watch?.close();
    response.end();
  };
  const seconds = Number(request.query.get("timeoutSeconds") ?? 0) || defaultTimeoutSeconds;
  const timer = setTimeout(finish, Math.min(seconds * 1000, 2 ** 31 - 1));
  timer.unref();
  const handle: WatchHandle = { bookmark: () => watch?.bookmark(), cut: () => response.destroy() };
  open.add(handle);
  response.once("close", finish);
  let ended = false;
  const watch = openWatch(ctx, request, send, () => {
    ended = true;
  });
  if (ended) finish();
}
