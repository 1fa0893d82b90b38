import type { JsonObject } from "../json/json.ts";
import type { FieldError } from "./field-error.ts";
import { fieldErrorText } from "./field-error.ts";

/** What a failure is about: a group and a resource (or a kind, for validation), and a name. */
export interface FailureSubject {
  readonly group: string;
  /** The plural resource; for validation failures the kind. */
  readonly kind: string;
  readonly name: string;
}

interface FailureParts {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  /** More fields of the list metadata: the token with which a list can go on. */
  readonly metadata?: JsonObject;
}

/** A request that ends in a Status object. Thrown by handlers, written by the HTTP layer. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: JsonObject;

  constructor(parts: FailureParts) {
    super(parts.message);
    this.code = parts.code;
    this.headers = parts.headers ?? {};
    this.status = {
      kind: "Status",
      apiVersion: "v1",
      metadata: parts.metadata ?? {},
      status: "Failure",
      message: parts.message,
      ...(parts.reason === "" ? {} : { reason: parts.reason }),
      ...(parts.details === undefined ? {} : { details: parts.details }),
      code: parts.code,
    };
  }
}

/** `pods`, or `deployments.apps`. */
function qualified({ group, kind }: FailureSubject): string {
  return group === "" ? kind : `${kind}.${group}`;
}

function detailsOf({ group, kind, name }: FailureSubject): JsonObject {
  return { ...(name === "" ? {} : { name }), ...(group === "" ? {} : { group }), kind };
}

export function notFound(subject: FailureSubject): ApiFailure {
  const message = `${qualified(subject)} ${JSON.stringify(subject.name)} not found`;
  return new ApiFailure({ code: 404, reason: "NotFound", message, details: detailsOf(subject) });
}

/** A path that names no served resource. */
export function noSuchResource(): ApiFailure {
  const message = "the server could not find the requested resource";
  return new ApiFailure({ code: 404, reason: "NotFound", message, details: {} });
}

export function alreadyExists(subject: FailureSubject): ApiFailure {
  const message = `${qualified(subject)} ${JSON.stringify(subject.name)} already exists`;
  return new ApiFailure({ code: 409, reason: "AlreadyExists", message, details: detailsOf(subject) });
}

export function conflict(subject: FailureSubject, why: string): ApiFailure {
  const message = `Operation cannot be fulfilled on ${qualified(subject)} ${JSON.stringify(subject.name)}: ${why}`;
  return new ApiFailure({ code: 409, reason: "Conflict", message, details: detailsOf(subject) });
}

export const modifiedText =
  "the object has been modified; please apply your changes to the latest version and try again";

export function forbidden(subject: FailureSubject, why: string, causes?: readonly JsonObject[]): ApiFailure {
  const name = subject.name === "" ? "" : ` ${JSON.stringify(subject.name)}`;
  return new ApiFailure({
    code: 403,
    reason: "Forbidden",
    message: `${qualified(subject)}${name} is forbidden: ${why}`,
    details: { ...detailsOf(subject), ...(causes === undefined ? {} : { causes }) },
  });
}

export function unauthorized(): ApiFailure {
  return new ApiFailure({ code: 401, reason: "Unauthorized", message: "Unauthorized" });
}

export function badRequest(message: string): ApiFailure {
  return new ApiFailure({ code: 400, reason: "BadRequest", message });
}

/** The object is not valid; `subject.kind` is the kind. */
export function invalid(subject: FailureSubject, errors: readonly FieldError[]): ApiFailure {
  const texts = [...new Set(errors.map(fieldErrorText))];
  const text = texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]`;
  const causes = errors.map((error) => ({
    reason: error.reason,
    message: fieldErrorText(error).slice(error.field === "" ? 0 : error.field.length + 2),
    field: error.field === "" ? "<nil>" : error.field,
  }));
  return new ApiFailure({
    code: 422,
    reason: "Invalid",
    message: `${qualified(subject)} ${JSON.stringify(subject.name)} is invalid: ${text}`,
    details: { ...detailsOf(subject), causes },
  });
}

/** The resourceVersion asked for is no longer kept. */
export function expired(message: string, metadata: JsonObject = {}): ApiFailure {
  return new ApiFailure({ code: 410, reason: "Expired", message, metadata });
}

/** The resourceVersion asked for does not exist yet. */
export function tooLargeResourceVersion(asked: number, current: number): ApiFailure {
  return new ApiFailure({
    code: 504,
    reason: "Timeout",
    message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
    details: {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    },
    headers: { "retry-after": "1" },
  });
}

export function unsupportedMediaType(accepted: readonly string[]): ApiFailure {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`;
  return new ApiFailure({ code: 415, reason: "UnsupportedMediaType", message });
}

export function notAcceptable(): ApiFailure {
  const message = "only the following media types are accepted: application/json, application/yaml";
  return new ApiFailure({ code: 406, reason: "NotAcceptable", message });
}

export function methodNotAllowed(): ApiFailure {
  const message = "the server does not allow this method on the requested resource";
  return new ApiFailure({ code: 405, reason: "MethodNotAllowed", message, details: {} });
}

/** This server does not do what was asked, and says so. */
export function notImplemented(what: string): ApiFailure {
  const message = `the embedded API server does not implement ${what}`;
  return new ApiFailure({ code: 501, reason: "NotImplemented", message });
}
