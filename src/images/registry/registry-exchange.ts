import type { Dispatcher } from "undici";
import request from "undici/lib/api/api-request.js";
import type { RegistryConnections } from "./registry-connections.ts";
import { RegistryError } from "./registry-error.ts";
import type { ReadBudget } from "./registry-limits.ts";

export interface Exchange {
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isInsecure: boolean;
  readonly maxBytes: number;
}

export interface Answer {
  readonly url: URL;
  readonly status: number;
  readonly body: Buffer;
  header(name: string): string | undefined;
  /** All values of a header that may come several times. */
  headers(name: string): readonly string[];
}

export interface ExchangePorts {
  readonly connections: RegistryConnections;
  /** Told of every request with its host and what became of it: a status, or `error`. */
  readonly onCall: (host: string, status: string) => void;
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** What is read of an answer that is no success: enough to say why. */
const maxErrorBytes = 16_384;

/**
 * Sends a request and reads the whole answer, never more than its bytes allow. Redirects are followed, each checked like
 * the request itself; credentials stay with the host they were meant for. Nothing is inflated: an answer that is
 * compressed on the way is refused. Throws a `RegistryError`.
 */
export async function exchange(sent: Exchange, budget: ReadBudget, ports: ExchangePorts): Promise<Answer> {
  let step = sent;
  for (let hop = 0; hop <= budget.limits.maxRedirects; hop++) {
    const answer = await once(step, budget, ports);
    if (!redirects.has(answer.status) || step.method === "POST") return answer;
    step = followed(step, answer);
  }
  throw new RegistryError("untrue", `${shown(sent)}: more than ${budget.limits.maxRedirects} redirects`);
}

const shown = ({ method, url }: Pick<Exchange, "method" | "url">): string =>
  `${method} ${url.origin}${url.pathname}`;

function followed(step: Exchange, answer: Answer): Exchange {
  const location = answer.header("location");
  const url = location === undefined ? null : URL.parse(location, step.url.href);
  if (url === null) {
    throw new RegistryError("untrue", `${shown(step)}: HTTP ${answer.status} without a usable Location`);
  }
  if (step.url.protocol === "https:" && url.protocol !== "https:") {
    throw new RegistryError("refused", `${shown(step)}: a redirect to ${url.origin} leaves TLS`);
  }
  const { authorization: _, ...others } = step.headers;
  return { ...step, url, headers: url.host === step.url.host ? step.headers : others };
}

async function once(step: Exchange, budget: ReadBudget, ports: ExchangePorts): Promise<Answer> {
  const dispatcher = await ports.connections.to(step.url, step.isInsecure);
  try {
    const response = await request.call(dispatcher, {
      origin: step.url.origin,
      path: `${step.url.pathname}${step.url.search}`,
      method: step.method,
      headers: { "accept-encoding": "identity", ...step.headers },
      signal: budget.signal,
      ...(step.body === undefined ? {} : { body: step.body }),
    });
    ports.onCall(step.url.host, String(response.statusCode));
    return await read(step, response, budget);
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    ports.onCall(step.url.host, "error");
    throw new RegistryError("outage", `${shown(step)}: ${networkText(error, budget)}`, { cause: error });
  }
}

async function read(step: Exchange, response: Dispatcher.ResponseData, budget: ReadBudget): Promise<Answer> {
  const { statusCode: status, headers } = response;
  const values = (name: string): readonly string[] => {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    return value === undefined ? [] : [value].flat();
  };
  const header = (name: string): string | undefined => values(name)[0];
  const isSuccess = status >= 200 && status <= 299;
  const encoding = header("content-encoding") ?? "identity";
  if (isSuccess && encoding.toLowerCase() !== "identity") {
    abandon(response);
    throw new RegistryError("untrue", `${shown(step)}: the answer is compressed (${encoding.slice(0, 20)})`);
  }
  const maxBytes = isSuccess ? step.maxBytes : maxErrorBytes;
  const declared = Number(header("content-length") ?? 0);
  if (isSuccess && step.method !== "HEAD" && declared > maxBytes) {
    abandon(response);
    throw tooLong(step, maxBytes);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes && !isSuccess) break;
    if (size > maxBytes) throw tooLong(step, maxBytes);
    if (!budget.take(chunk.length)) {
      throw new RegistryError(
        "untrue",
        `${shown(step)}: more than ${budget.limits.maxTotalBytes} bytes for one image`,
      );
    }
    chunks.push(chunk);
  }
  return { url: step.url, status, body: Buffer.concat(chunks), header, headers: values };
}

/** Lets go of a body that nobody reads. */
function abandon({ body }: Dispatcher.ResponseData): void {
  body.on("error", () => {});
  body.destroy();
}

function tooLong(step: Exchange, maxBytes: number): RegistryError {
  return new RegistryError("untrue", `${shown(step)}: the answer is longer than ${maxBytes} bytes`);
}

/** What went wrong below HTTP, for people. */
function networkText(error: unknown, { signal, limits }: ReadBudget): string {
  if (signal.aborted) return `no answer within ${limits.timeoutMs} ms`;
  const code =
    typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;
  if (code === "UND_ERR_BODY_TIMEOUT" || code === "UND_ERR_HEADERS_TIMEOUT") {
    return `nothing came for ${limits.stallMs} ms`;
  }
  const text = error instanceof Error && error.message !== "" ? error.message : String(error);
  if (code === undefined) return text;
  return text.includes(code) ? `dial tcp: ${text}` : `${text} (${code})`;
}
