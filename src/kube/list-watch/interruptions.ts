import { TransportError } from "../client/api-error.ts";
import { HandlerFailed } from "./delivery.ts";

/** A list or watch was given up because another takes its place. */
export class Restarted extends Error {
  override readonly name = "Restarted";
}

/** The source has ended. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** The watch sent an error or something that cannot be read: going on from its position would meet it again. */
export class WatchBroken extends Error {
  override readonly name = "WatchBroken";
}

/** True where only a new list helps. */
export function isBeyondResuming(error: unknown): boolean {
  if (error instanceof HandlerFailed || error instanceof WatchBroken) return true;
  return error instanceof TransportError && (error.kind === "too-large" || error.kind === "malformed");
}
