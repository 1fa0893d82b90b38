import type { ServerResponse } from "node:http";
import type { ApiFailure } from "../errors/api-failure.ts";

const textType = "text/plain; charset=utf-8";

/** Writes a whole answer. Warnings go into headers of their own (RFC 7234, 5.5). */
export function respond(
  response: ServerResponse,
  code: number,
  body: string,
  {
    contentType = textType,
    headers = {},
    warnings = [],
  }: {
    readonly contentType?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly warnings?: readonly string[];
  } = {},
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(code, {
    "content-type": contentType,
    "cache-control": "no-cache, private",
    ...warningHeaders(warnings),
    ...headers,
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

export function warningHeaders(warnings: readonly string[]): Readonly<Record<string, string[]>> {
  if (warnings.length === 0) return {};
  // A header holds no line break and only Latin text.
  const values = [...new Set(warnings)].map(
    (text) => `299 - ${JSON.stringify(text).replace(/[^\x20-\x7e]/g, "?")}`,
  );
  return { warning: values };
}

export function respondFailure(
  response: ServerResponse,
  failure: ApiFailure,
  warnings: readonly string[] = [],
): void {
  respond(response, failure.code, `${JSON.stringify(failure.status)}\n`, {
    contentType: "application/json",
    headers: failure.headers,
    warnings,
  });
}
