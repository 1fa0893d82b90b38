import { readFileSync, unwatchFile, watchFile } from "node:fs";
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Health, HealthEndpoint } from "./health.ts";
import { showListenAddress, type ListenAddress } from "./listen-address.ts";
import type { Logger } from "./logger.ts";

interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface TelemetryServerOptions {
  readonly address: ListenAddress;
  /** Present: `/livez` and `/readyz` are served. */
  readonly health?: Health;
  /** Present: `/metrics` is served. */
  readonly metrics?: { readonly contentType: string; render(): Promise<string> };
  /** Certificates are read again when the files change. */
  readonly tls?: TlsFiles;
  readonly log: Logger;
}

export interface TelemetryServer {
  readonly port: number;
  close(): Promise<void>;
}

interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** How often certificate files are looked at. */
const certificatePollMs = 30_000;
/** Scrapers and probes are few; whoever opens more connections is not one. */
const maxConnections = 100;

/**
 * Serves health and metrics as plain text. It answers GET and HEAD only.
 *
 * @throws Error that says what to change, where the address cannot be listened on or a TLS file cannot be read.
 */
export async function startTelemetryServer(options: TelemetryServerOptions): Promise<TelemetryServer> {
  const { address, tls } = options;
  const handler = (request: IncomingMessage, response: ServerResponse): void =>
    void answer(options, request, response);
  const limits = { requestTimeout: 10_000, headersTimeout: 10_000, keepAliveTimeout: 60_000 };
  const server =
    tls === undefined
      ? createPlainServer(limits, handler)
      : createTlsServer({ ...limits, ...readCertificate(tls), minVersion: "TLSv1.2" }, handler);
  server.maxConnections = maxConnections;
  await listen(server, address);
  const stopWatching = tls === undefined ? () => {} : watchCertificate(server as TlsServer, tls, options.log);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        stopWatching();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  options: TelemetryServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let page: Page;
  try {
    page = await choosePage(options, request);
  } catch (error) {
    options.log.error("cannot build a page", { error, url: request.url });
    page = text(500, "internal error, see the log\n");
  }
  response.writeHead(page.status, {
    "content-type": page.contentType,
    "content-length": Buffer.byteLength(page.body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : page.body);
}

async function choosePage(options: TelemetryServerOptions, request: IncomingMessage): Promise<Page> {
  if (request.method !== "GET" && request.method !== "HEAD") return text(405, "only GET and HEAD\n");
  const { health, metrics } = options;
  // The base only completes the path; what a client says of the host is of no interest.
  const url = URL.parse(request.url ?? "/", "http://localhost");
  if (url === null) return text(400, "this is no path\n");
  const [, endpoint = "", check] = url.pathname.split("/");
  if (endpoint === "metrics" && check === undefined && metrics !== undefined) {
    return { status: 200, contentType: metrics.contentType, body: await metrics.render() };
  }
  if (isHealthEndpoint(endpoint) && health !== undefined) {
    const verbose = url.searchParams.has("verbose");
    const { status, body } = health.render(endpoint, check === undefined ? { verbose } : { check, verbose });
    return text(status, body);
  }
  return text(404, "not found\n");
}

const isHealthEndpoint = (name: string): name is HealthEndpoint => name === "livez" || name === "readyz";

const text = (status: number, body: string): Page => ({
  status,
  contentType: "text/plain; charset=utf-8",
  body,
});

function listen(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new Error(listenProblem(address, error), { cause: error })),
    );
    server.listen(address, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

function listenProblem(address: ListenAddress, error: NodeJS.ErrnoException): string {
  const shown = showListenAddress(address);
  switch (error.code) {
    case "EADDRINUSE":
      return `cannot listen on ${shown}: another process has this port; choose another address or stop that process`;
    case "EACCES":
      return `cannot listen on ${shown}: not allowed; ports below 1024 need a privilege`;
    case "EADDRNOTAVAIL":
      return `cannot listen on ${shown}: this machine has no such address`;
    default:
      return `cannot listen on ${shown}: ${error.message}`;
  }
}

function readCertificate({ certFile, keyFile }: TlsFiles): { readonly cert: Buffer; readonly key: Buffer } {
  const read = (path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new Error(`cannot read the TLS file ${path}: ${(error as Error).message}`, { cause: error });
    }
  };
  return { cert: read(certFile), key: read(keyFile) };
}

function watchCertificate(server: TlsServer, files: TlsFiles, log: Logger): () => void {
  const paths = [files.certFile, files.keyFile];
  const reload = (): void => {
    try {
      server.setSecureContext({ ...readCertificate(files), minVersion: "TLSv1.2" });
      log.info("TLS certificate read again", { certFile: files.certFile });
    } catch (error) {
      // Between the writes of the two files they do not fit together; the next change mends it.
      log.warn("TLS certificate not usable, keeping the one before", { certFile: files.certFile, error });
    }
  };
  for (const path of paths) watchFile(path, { interval: certificatePollMs, persistent: false }, reload);
  return () => {
    for (const path of paths) unwatchFile(path, reload);
  };
}
