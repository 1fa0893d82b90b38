import { ApiError } from "./api-error.ts";
import type { StatusCause, StatusDetails } from "./api-error.ts";

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function textOf(fields: Fields, name: string): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

function causesOf(details: Fields): StatusCause[] {
  const causes = details["causes"];
  if (!Array.isArray(causes)) return [];
  return causes.map((cause) => {
    const fields = fieldsOf(cause);
    return {
      reason: textOf(fields, "reason") ?? "",
      message: textOf(fields, "message") ?? "",
      field: textOf(fields, "field") ?? "",
    };
  });
}

function detailsOf(details: Fields): StatusDetails {
  const [name, group, kind] = [textOf(details, "name"), textOf(details, "group"), textOf(details, "kind")];
  return {
    ...(name === undefined ? {} : { name }),
    ...(group === undefined ? {} : { group }),
    ...(kind === undefined ? {} : { kind }),
    causes: causesOf(details),
  };
}

/** Retry-After as seconds (RFC 9110 10.2.3); dates are not used by API servers and are ignored. */
function headerRetryMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}

/**
 * The error that a `Status` object tells. `fallback` describes the request where the answer is no Status: an answer of
 * a proxy, or of a server that is just starting.
 */
export function apiErrorOf(
  answer: unknown,
  fallback: { readonly status: number; readonly message: string; readonly retryAfter?: string | undefined },
): ApiError {
  const fields = fieldsOf(answer);
  const status = textOf(fields, "kind") === "Status" ? fields : {};
  const details = fieldsOf(status["details"]);
  const seconds = details["retryAfterSeconds"];
  const code = status["code"];
  return new ApiError({
    status: typeof code === "number" && code > 0 ? code : fallback.status,
    reason: textOf(status, "reason") ?? "",
    message: textOf(status, "message") ?? fallback.message,
    details: detailsOf(details),
    retryAfterMs:
      headerRetryMs(fallback.retryAfter) ??
      (typeof seconds === "number" && seconds > 0 ? seconds * 1000 : undefined),
    continueToken: textOf(fieldsOf(status["metadata"]), "continue"),
  });
}
