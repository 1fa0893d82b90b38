import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";

export interface ScriptedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly raw: IncomingMessage;
}

export interface ScriptedServer {
  readonly url: URL;
  readonly requests: readonly ScriptedRequest[];
  /** Resolves with the first request, past or to come, that fits. */
  request(fits: (request: ScriptedRequest) => boolean): Promise<ScriptedRequest>;
  close(): Promise<void>;
}

export type Script = (request: ScriptedRequest, response: ServerResponse) => void | Promise<void>;

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** Answers with a Kubernetes Status. */
export function sendStatus(
  response: ServerResponse,
  code: number,
  reason: string,
  more: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): void {
  const status = {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    reason,
    code,
    message: `test: ${reason}`,
  };
  sendJson(response, code, { ...status, ...more }, headers);
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** An HTTP server on loopback whose answers the test decides one by one; with `tls` it speaks HTTPS. */
export async function startScriptedServer(script: Script, tls?: ServerOptions): Promise<ScriptedServer> {
  const requests: ScriptedRequest[] = [];
  const waiting: {
    readonly fits: (request: ScriptedRequest) => boolean;
    done(request: ScriptedRequest): void;
  }[] = [];

  const handle = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(message.url ?? "/", "http://server");
    const request: ScriptedRequest = {
      method: message.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      headers: message.headers,
      body: await readBody(message),
      raw: message,
    };
    requests.push(request);
    for (const waiter of waiting) if (waiter.fits(request)) waiter.done(request);
    await script(request, response);
  };

  const listener = (message: IncomingMessage, response: ServerResponse): void => {
    handle(message, response).catch((error: unknown) => response.destroy(error as Error));
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`),
    requests,
    request: (fits) => {
      const past = requests.find(fits);
      if (past !== undefined) return Promise.resolve(past);
      return new Promise((done) => {
        waiting.push({ fits, done });
      });
    },
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
