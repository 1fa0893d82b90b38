import type { Readable } from "node:stream";
import PQueue from "p-queue";
import type { Dispatcher } from "undici";
import { ApiError, isUnauthorized, TransportError, WriteFenced } from "./api-error.ts";
import { apiErrorOf } from "./api-status.ts";
import type { RequestCredentials, TlsMaterial } from "./credentials.ts";
import { createDeadline, delay } from "./deadline.ts";
import type { Deadline } from "./deadline.ts";
import { createDispatcher } from "./dispatcher.ts";
import { parseJson } from "./json.ts";
import type { KubeClientOptions } from "./kube-client.ts";
import { transportErrorOf } from "./transport-failure.ts";

/** One HTTP request, and how it is counted. */
export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query below the server's address. */
  readonly path: string;
  readonly accept: string;
  readonly body?: { readonly type: string; readonly text: string };
  /** True for what changes nothing although it is no GET. */
  readonly isReview?: boolean;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly maxResponseBytes?: number | undefined;
}

export interface OpenBody {
  readonly chunks: AsyncIterable<Buffer>;
  close(): void;
}

export interface Transport {
  /** The parsed answer of a request that succeeded. */
  send(call: Call): Promise<unknown>;
  /** The body of a request whose answer does not end; rejects unless the server accepted it. */
  open(call: Call): Promise<OpenBody>;
  close(): Promise<void>;
}

const defaultConnections = 8;
const defaultTimeoutMs = 30_000;
const defaultMaxResponseBytes = 128 << 20;
const maxErrorBytes = 1 << 20;
const maxRetries = 4;
const maxRetryAfterMs = 10_000;
const resetRetryMs = 100;

interface Connections {
  readonly tls: TlsMaterial;
  /** Capped; the queue sees to it that no request waits in here. */
  readonly requests: Dispatcher;
  /** One connection for each watch. */
  readonly watches: Dispatcher;
}

interface Answer {
  readonly response: Dispatcher.ResponseData;
  readonly deadline: Deadline;
}

/**
 * Sends requests over kept-alive connections with the credentials of the moment.
 *
 * As many requests are handed to the connections as there are connections: what waits, waits in a queue of our own,
 * before the write fence, so that nothing that passed the fence is sent much later.
 */
export function createTransport(options: KubeClientOptions): Transport {
  const { config, fence, onRequest } = options;
  const connectionCount = options.connections ?? defaultConnections;
  const monotonic = options.monotonic ?? (() => performance.now());
  const random = options.random ?? Math.random;
  const maxBytes = options.maxResponseBytes ?? defaultMaxResponseBytes;
  const basePath = config.server.pathname.replace(/\/+$/, "");
  const queue = new PQueue({ concurrency: connectionCount });
  const closing = new AbortController();
  let connections: Connections | undefined;

  const connectionsFor = (tls: TlsMaterial): Connections => {
    if (connections?.tls === tls) return connections;
    const { server, proxy } = config;
    // Requests and watches under way end on the connections they have; these close when the last one is done.
    if (connections !== undefined) closeConnections(connections).catch(() => {});
    connections = {
      tls,
      requests: createDispatcher({ server, proxy, tls, connections: connectionCount }),
      watches: createDispatcher({ server, proxy, tls }),
    };
    return connections;
  };

  const isFenced = (call: Call): boolean =>
    fence !== undefined && call.method !== "GET" && call.isReview !== true;

  const fencedMs = (): number => {
    const limitMs = fence?.() ?? Number.POSITIVE_INFINITY;
    if (limitMs <= 0) throw new WriteFenced();
    return limitMs;
  };

  const permittedMs = (call: Call): number => {
    const ownMs = call.timeoutMs ?? options.timeoutMs ?? defaultTimeoutMs;
    return isFenced(call) ? Math.min(ownMs, fencedMs()) : ownMs;
  };

  /**
   * The body of a write asks the fence once more when the connection takes it. Making a connection takes time, and a
   * process that was frozen in between finds the connection made before it finds its timers due.
   */
  async function* fencedBody(bytes: Buffer): AsyncGenerator<Buffer> {
    fencedMs();
    yield bytes;
  }

  /** Undici writes the head together with the first piece of the body. */
  const bodyOf = (call: Call): { readonly body?: string | Readable; readonly length?: number } => {
    if (call.body === undefined) return {};
    if (!isFenced(call)) return { body: call.body.text };
    const bytes = Buffer.from(call.body.text);
    // Undici takes whatever can be iterated; its types do not say so.
    return { body: fencedBody(bytes) as unknown as Readable, length: bytes.length };
  };

  /** Sends the request's head and body; the answer's body is still to be read, and the deadline to be disposed of. */
  const exchange = async (call: Call, used: RequestCredentials, isWatch: boolean): Promise<Answer> => {
    const { requests, watches } = connectionsFor(used.tls);
    const what = `${call.method} ${call.path}`;
    const timeoutMs = permittedMs(call);
    const deadline = createDeadline(
      [options.signal, closing.signal, call.signal],
      timeoutMs,
      () => new TransportError("timeout", `${what}: no answer in ${timeoutMs} ms`),
    );
    try {
      deadline.signal.throwIfAborted();
      const { body, length } = bodyOf(call);
      const headers = headersOf(call, used, options.userAgent);
      const sent = (isWatch ? watches : requests).request({
        origin: config.server.origin,
        method: call.method,
        path: basePath + call.path,
        headers: length === undefined ? headers : { ...headers, "content-length": String(length) },
        ...(body === undefined ? {} : { body }),
        signal: deadline.signal,
      });
      // Undici notices a signal only when it has a connection.
      sent.then((late) => deadline.signal.aborted && late.body.destroy()).catch(() => {});
      return { response: await Promise.race([sent, deadline.expired]), deadline };
    } catch (error) {
      deadline.dispose();
      throw deadline.signal.aborted ? deadline.signal.reason : transportErrorOf(error, what);
    }
  };

  /** One attempt with its metric; `read` takes what it needs from a successful answer. */
  const attempt = async <T>(
    call: Call,
    used: RequestCredentials,
    isWatch: boolean,
    read: (answer: Answer) => Promise<T>,
  ): Promise<T> => {
    const startMs = monotonic();
    let status = 0;
    try {
      const answer = await exchange(call, used, isWatch);
      status = answer.response.statusCode;
      if (status < 200 || status > 299) throw await failureOf(call, answer);
      return await read(answer);
    } finally {
      const { verb, group, resource } = call;
      onRequest?.({ verb, group, resource, status, ms: monotonic() - startMs });
    }
  };

  const readAll = async (call: Call, { response, deadline }: Answer): Promise<unknown> => {
    try {
      return await readJson(call, response.body, Math.min(maxBytes, call.maxResponseBytes ?? maxBytes));
    } catch (error) {
      throw deadline.signal.aborted
        ? deadline.signal.reason
        : transportErrorOf(error, `${call.method} ${call.path}`);
    } finally {
      deadline.dispose();
    }
  };

  const openBody = ({ response, deadline }: Answer): OpenBody => {
    deadline.stopClock();
    const close = (): void => {
      deadline.dispose();
      response.body.on("error", () => {}).destroy();
    };
    response.body.once("close", () => deadline.dispose());
    return { chunks: response.body, close };
  };

  const failureOf = async (call: Call, { response, deadline }: Answer): Promise<ApiError> => {
    let text = "";
    try {
      text = await readText(response.body, maxErrorBytes, call.path);
    } catch {
      // The status alone has to do.
    } finally {
      deadline.dispose();
    }
    const retryAfter = response.headers["retry-after"];
    return apiErrorOf(parseOrNothing(text), {
      status: response.statusCode,
      message:
        `${call.method} ${call.path}: HTTP ${response.statusCode} ${text.slice(0, 200).trim()}`.trimEnd(),
      retryAfter: typeof retryAfter === "string" ? retryAfter : undefined,
    });
  };

  /** How long to wait before trying the request once more; undefined: the failure surfaces. */
  const retryDelayMs = (call: Call, error: unknown, retries: number): number | undefined => {
    if (retries >= maxRetries) return undefined;
    if (error instanceof ApiError && (error.status === 429 || error.status === 503)) {
      if (error.retryAfterMs === undefined) return undefined;
      return Math.min(error.retryAfterMs, maxRetryAfterMs) * (1 + random() / 4);
    }
    const isRead = call.method === "GET" || call.isReview === true;
    const wasReset = error instanceof TransportError && error.kind === "reset";
    return isRead && wasReset && retries < 2 ? resetRetryMs * (1 + random()) : undefined;
  };

  const withRetries = async <T>(call: Call, once: (used: RequestCredentials) => Promise<T>): Promise<T> => {
    let renewed = false;
    for (let retries = 0; ; retries++) {
      const used = await config.credentials.current();
      try {
        return await once(used);
      } catch (error) {
        if (isUnauthorized(error) && !renewed) {
          renewed = true;
          if (await config.credentials.renew(used)) continue;
        }
        const waitMs = retryDelayMs(call, error, retries);
        if (waitMs === undefined) throw error;
        await delay(waitMs, options.signal, closing.signal, call.signal);
      }
    }
  };

  return {
    send: (call) =>
      withRetries(call, (used) =>
        queue.add(() => attempt(call, used, false, (answer) => readAll(call, answer)), {
          // Writes are few and somebody waits for them; a long series of lists must not hold them up.
          priority: call.method === "GET" ? 0 : 1,
          ...(call.signal === undefined ? {} : { signal: call.signal }),
        }),
      ),
    open: (call) =>
      withRetries(call, (used) => attempt(call, used, true, (answer) => Promise.resolve(openBody(answer)))),
    close: async () => {
      closing.abort(new TransportError("reset", "the client was closed"));
      queue.clear();
      const last = connections;
      connections = undefined;
      if (last !== undefined) await destroyConnections(last);
    },
  };
}

function headersOf(call: Call, used: RequestCredentials, userAgent: string): Record<string, string> {
  return {
    accept: call.accept,
    "user-agent": userAgent,
    ...(used.authorization === undefined ? {} : { authorization: used.authorization }),
    ...(call.body === undefined ? {} : { "content-type": call.body.type }),
  };
}

async function readText(body: AsyncIterable<Buffer>, maxBytes: number, path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new TransportError("too-large", `the answer to ${path} is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function readJson(call: Call, body: AsyncIterable<Buffer>, maxBytes: number): Promise<unknown> {
  const text = await readText(body, maxBytes, call.path);
  try {
    return parseJson(text);
  } catch (error) {
    throw new TransportError("malformed", `the answer to ${call.method} ${call.path} is no JSON`, {
      cause: error,
    });
  }
}

function parseOrNothing(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

async function closeConnections({ requests, watches }: Connections): Promise<void> {
  await Promise.all([requests.close(), watches.close()]);
}

async function destroyConnections({ requests, watches }: Connections): Promise<void> {
  await Promise.all([requests.destroy(), watches.destroy()]);
}
