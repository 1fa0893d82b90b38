/** One entry of `Status.details.causes`. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** `Status.details`, as far as errors are told apart by it. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes: readonly StatusCause[];
}

/** The API server (or what stands before it) answered, and the answer is a failure. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  /** `Status.reason`, for example `NotFound`; empty where the answer was no Status. */
  readonly reason: string;
  readonly details: StatusDetails;
  /** From the Retry-After header or `details.retryAfterSeconds`. */
  readonly retryAfterMs?: number;
  /** In a 410 of a list: the token with which the list goes on at a newer state. */
  readonly continueToken?: string;

  constructor(options: {
    readonly status: number;
    readonly reason: string;
    readonly message: string;
    readonly details?: StatusDetails;
    readonly retryAfterMs?: number | undefined;
    readonly continueToken?: string | undefined;
  }) {
    super(options.message);
    this.status = options.status;
    this.reason = options.reason;
    this.details = options.details ?? { causes: [] };
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    if (options.continueToken !== undefined) this.continueToken = options.continueToken;
  }
}

export type TransportFailure =
  /** Nothing came within the request's time. */
  | "timeout"
  /** The connection broke: reset, closed in mid-answer. */
  | "reset"
  /** No connection was made: refused, unreachable, proxy said no. */
  | "connect"
  | "dns"
  | "tls"
  /** The answer is longer than the caller allows. */
  | "too-large"
  /** The answer came but is no JSON. */
  | "malformed";

/** No usable answer came. Whether a write was carried out is unknown, unless `kind` is `connect`, `dns` or `tls`. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly kind: TransportFailure;

  constructor(kind: TransportFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** A write was not sent because the lease that permits it may have lapsed. */
export class WriteFenced extends Error {
  override readonly name = "WriteFenced";

  constructor(message = "not written: the lease that permits this write may have lapsed") {
    super(message);
  }
}

function hasStatus(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status;
}

export function isNotFound(error: unknown): error is ApiError {
  return hasStatus(error, 404);
}

/** A 409 because the object changed meanwhile, or a precondition did not hold. */
export function isConflict(error: unknown): error is ApiError {
  return hasStatus(error, 409) && error.reason !== "AlreadyExists";
}

export function isAlreadyExists(error: unknown): error is ApiError {
  return hasStatus(error, 409) && error.reason === "AlreadyExists";
}

/** A 410: the resourceVersion or the continue token is too old. */
export function isGone(error: unknown): error is ApiError {
  return hasStatus(error, 410);
}

/** A 403 of any origin: RBAC, quota, admission, a terminating namespace. */
export function isForbidden(error: unknown): error is ApiError {
  return hasStatus(error, 403);
}

export function isUnauthorized(error: unknown): error is ApiError {
  return hasStatus(error, 401);
}

export function isTooManyRequests(error: unknown): error is ApiError {
  return hasStatus(error, 429);
}

/** The object cannot be created because its namespace is on its way out. */
export function isNamespaceTerminating(error: unknown): error is ApiError {
  return (
    (hasStatus(error, 403) || hasStatus(error, 409)) &&
    error.details.causes.some((cause) => cause.reason === "NamespaceTerminating")
  );
}

/** True for what is likely to go away by itself: 429, 5xx, and every failure without an answer. */
export function isTransient(error: unknown): error is ApiError | TransportError {
  if (error instanceof TransportError) return error.kind !== "too-large" && error.kind !== "malformed";
  return error instanceof ApiError && (error.status === 429 || error.status >= 500);
}
