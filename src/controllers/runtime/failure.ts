import { TransportError, WriteFenced } from "#kube/client/api-error.ts";

/**
 * How a thrown error is retried and shown:
 *
 * | class      | examples                         | retry                         | shown as                    |
 * |------------|----------------------------------|-------------------------------|-----------------------------|
 * | conflict   | 409                              | at once, then backoff         | debug, no error             |
 * | transient  | 429, 5xx, reset, time-out        | backoff, `Retry-After` obeyed | warning after several       |
 * | permission | 401, 403                         | slow backoff                  | error, once per row of them |
 * | bug        | everything else                  | backoff                       | error with stack            |
 *
 * Nothing is dropped after some number of tries: the backoff has a maximum, the work has not.
 */
export type FailureClass = "conflict" | "transient" | "permission" | "bug";

export interface Failure {
  readonly class: FailureClass;
  /** Not tried again sooner than this, whatever the backoff says. */
  readonly atLeastMs?: number;
}

/** Rights change rarely, so what is forbidden now is not asked for again at once. */
const permissionMinMs = 5_000;

/** A server that asks for more patience than this is asked again all the same. */
const maxRetryAfterMs = 300_000;

/** Codes of errors of the network: of the system, of undici, of an aborted or timed-out request. */
const networkCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_ABORTED",
  "UND_ERR_CLOSED",
  "UND_ERR_DESTROYED",
]);

interface ErrorFacts {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly status?: unknown;
  readonly retryAfterMs?: unknown;
  readonly cause?: unknown;
}

/** Classifies by HTTP status or error code, never by message text; causes are looked through. */
export function classifyFailure(error: unknown): Failure {
  let facts = error as ErrorFacts | null | undefined;
  for (let depth = 0; depth < 5 && typeof facts === "object" && facts !== null; depth++) {
    const failure = ofClient(facts) ?? ofStatus(facts) ?? ofNetwork(facts);
    if (failure !== undefined) return failure;
    facts = facts.cause as ErrorFacts | null | undefined;
  }
  return { class: "bug" };
}

function ofClient(error: unknown): Failure | undefined {
  return error instanceof TransportError || error instanceof WriteFenced ? { class: "transient" } : undefined;
}

function ofStatus({ status, retryAfterMs }: ErrorFacts): Failure | undefined {
  if (typeof status !== "number") return undefined;
  const asked =
    typeof retryAfterMs === "number" ? { atLeastMs: Math.min(retryAfterMs, maxRetryAfterMs) } : {};
  if (status === 409) return { class: "conflict", ...asked };
  if (status === 401 || status === 403) return { class: "permission", atLeastMs: permissionMinMs, ...asked };
  // 404 and 410 are answers about a moment: the kind or the namespace may be back.
  if (status === 404 || status === 408 || status === 410 || status === 429 || status >= 500) {
    return { class: "transient", ...asked };
  }
  return undefined;
}

function ofNetwork({ name, code }: ErrorFacts): Failure | undefined {
  const known = typeof code === "string" && networkCodes.has(code);
  return known || name === "AbortError" || name === "TimeoutError" ? { class: "transient" } : undefined;
}
