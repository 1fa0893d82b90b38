/**
 * Why a registry did not give what was asked for.
 *
 * - `notFound`: it said that there is no such thing;
 * - `outage`: it said nothing, or that it will not say now: the same question may have an answer soon;
 * - `refused`: the question was not asked, and never will be;
 * - `untrue`: what it said is not what was asked for: other bytes than the digest names, too many, in a wrong form.
 */
export type RegistryFailure = "notFound" | "outage" | "refused" | "untrue";

export class RegistryError extends Error {
  readonly kind: RegistryFailure;
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;

  constructor(
    kind: RegistryFailure,
    message: string,
    options: { readonly status?: number; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "RegistryError";
    this.kind = kind;
    this.status = options.status;
  }
}

const maxShownBytes = 256;

interface Diagnostic {
  readonly code: string;
  readonly message: string;
}

/** The `errors` of an answer of the distribution protocol; empty where the body is none. */
function diagnosticsIn(body: string): readonly Diagnostic[] {
  try {
    const parsed: unknown = JSON.parse(body);
    const errors = typeof parsed === "object" && parsed !== null && "errors" in parsed ? parsed.errors : [];
    if (!Array.isArray(errors)) return [];
    return errors.slice(0, 5).flatMap((one: unknown) => {
      if (typeof one !== "object" || one === null || !("code" in one)) return [];
      const message = "message" in one ? String(one.message).slice(0, maxShownBytes) : "";
      return [{ code: String(one.code).slice(0, maxShownBytes), message }];
    });
  } catch {
    return [];
  }
}

const reasons: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** The error for an answer that is no success, in the words of the Go registry client, which tools know. */
export function statusError(method: string, url: URL, status: number, body: string): RegistryError {
  const found = diagnosticsIn(body);
  const shown = `${method} ${url.origin}${url.pathname}`;
  const text =
    found.length > 0
      ? found.map(({ code, message }) => (message === "" ? code : `${code}: ${message}`)).join("; ")
      : `unexpected status code ${status}${Object.hasOwn(reasons, status) ? ` ${reasons[status]}` : ""}`;
  return new RegistryError(status === 404 ? "notFound" : "outage", `${shown}: ${text}`, { status });
}
