import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { ApiFailure, expired } from "../errors/api-failure.ts";
import type { FaultControl, FaultTarget } from "../faults/fault-control.ts";

const reasons: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Expired",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** Lets the fault that hits this request happen. Resolves to true where there is nothing more to answer. */
export async function strikeFault(
  faults: FaultControl,
  target: FaultTarget,
  response: ServerResponse,
): Promise<boolean> {
  const effect = faults.strike(target);
  if (effect === undefined) return false;
  switch (effect.kind) {
    case "delay":
      await wait(effect.ms, undefined, { ref: false });
      return response.destroyed;
    case "silence":
      // A watch opens and then keeps silent; anything else is never answered.
      return target.verb !== "watch";
    case "cut":
      cutAfter(response, effect.afterBytes ?? 0);
      return (effect.afterBytes ?? 0) === 0;
    case "status":
      break;
  }
  const { code, retryAfterSeconds } = effect;
  if (code === 410 && target.verb === "watch") {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(
      `${JSON.stringify({ type: "ERROR", object: expired("too old resource version (fault)").status })}\n`,
    );
    return true;
  }
  throw new ApiFailure({
    code,
    reason: reasons[code] ?? "",
    message: `fault: this request is answered with ${code}`,
    details: retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
    headers: retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) },
  });
}

/** Closes the connection once that much of the answer was written. */
function cutAfter(response: ServerResponse, bytes: number): void {
  const { socket } = response;
  if (socket === null || bytes === 0) {
    socket?.destroy();
    return;
  }
  const before = socket.bytesWritten;
  const write = response.write.bind(response);
  const end = response.end.bind(response);
  const cutNow = (chunk: unknown): boolean => {
    const left = bytes - (socket.bytesWritten - before);
    const buffer = Buffer.from(typeof chunk === "string" ? chunk : "");
    if (buffer.length < left) return false;
    write(buffer.subarray(0, Math.max(left, 0)), () => socket.destroy());
    return true;
  };
  response.write = ((chunk: unknown) => cutNow(chunk) || write(chunk)) as typeof response.write;
  response.end = ((chunk: unknown) => (cutNow(chunk) ? response : end(chunk))) as typeof response.end;
}
