/** Names of fields whose values never reach a log. */
const secretName =
  /^(?:authorization|proxy-authorization|cookie|set-cookie|token|accesstoken|access_token|bearertoken|idtoken|id-token|refresh-token|password|passwd|secret|clientsecret|client_secret|privatekey|private_key|clientkey|keydata|client-key-data|apikey|api_key|credentials?|kubeconfig)$/i;

const bearer = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
const urlPassword = /(\w+:\/\/[^\s/:@]*):[^\s/@]+@/g;

const mask = "[masked]";
const maxDepth = 6;
const maxItems = 50;
const maxTextLength = 4_096;

/**
 * A copy of a log line's fields in which secrets are masked, errors are plain records, and depth, length and number of
 * items are limited: a line must never be as large as an object of the cluster. `data` and `stringData` of Secrets are
 * masked whole.
 */
export function redact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactRecord(fields, 0);
}

function redactRecord(record: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  const isSecret = record["kind"] === "Secret";
  const entries = Object.entries(record)
    .slice(0, maxItems)
    .map(([key, value]): [string, unknown] => {
      const hidden = secretName.test(key) || (isSecret && (key === "data" || key === "stringData"));
      return [key, hidden && value !== undefined ? mask : redactValue(value, depth + 1)];
    });
  return Object.fromEntries(entries);
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return redactError(value, depth);
  if (typeof value !== "object" || value === null) return typeof value === "function" ? undefined : value;
  if (depth > maxDepth) return "[too deep]";
  if (value instanceof Date) return value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => redactValue(item, depth + 1));
  if (value instanceof Set) return redactValue([...value], depth);
  if (value instanceof Map) return redactRecord(Object.fromEntries(value), depth);
  return redactRecord(value as Record<string, unknown>, depth);
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const { code, status, cause } = error as Error & { readonly code?: unknown; readonly status?: unknown };
  return {
    name: error.name,
    message: redactText(error.message),
    ...(code === undefined ? {} : { code: redactValue(code, depth + 1) }),
    ...(status === undefined ? {} : { status: redactValue(status, depth + 1) }),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(cause === undefined || depth > maxDepth ? {} : { cause: redactValue(cause, depth + 1) }),
  };
}

function redactText(text: string): string {
  const short = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;
  return short.replace(bearer, `$1 ${mask}`).replace(urlPassword, `$1:${mask}@`);
}
