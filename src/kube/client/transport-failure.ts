import { TransportError, WriteFenced } from "./api-error.ts";
import type { TransportFailure } from "./api-error.ts";

const byCode: ReadonlyMap<string, TransportFailure> = new Map([
  ["UND_ERR_HEADERS_TIMEOUT", "timeout"],
  ["UND_ERR_BODY_TIMEOUT", "timeout"],
  ["UND_ERR_CONNECT_TIMEOUT", "connect"],
  ["UND_ERR_PRX_CONN", "connect"],
  ["UND_ERR_PRX_TLS", "tls"],
  ["UND_ERR_ABORTED", "connect"],
  ["UND_ERR_RES_EXCEEDED_MAX_SIZE", "too-large"],
  ["ECONNREFUSED", "connect"],
  ["EHOSTUNREACH", "connect"],
  ["ENETUNREACH", "connect"],
  ["ETIMEDOUT", "connect"],
  ["ENOTFOUND", "dns"],
  ["EAI_AGAIN", "dns"],
  ["EPROTO", "tls"],
]);

/** OpenSSL's and Node's names of certificate and handshake failures. */
const tlsCode =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA)/;

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

/** Why no answer came, told by the error's code; `what` names the request for people. */
export function transportErrorOf(error: unknown, what: string): TransportError | WriteFenced {
  if (error instanceof TransportError || error instanceof WriteFenced) return error;
  const code = codeOf(error);
  const kind = byCode.get(code) ?? (tlsCode.test(code) ? "tls" : "reset");
  const text = error instanceof Error && error.message !== "" ? error.message : String(error);
  return new TransportError(kind, `${what}: ${text}${code === "" ? "" : ` (${code})`}`, { cause: error });
}
