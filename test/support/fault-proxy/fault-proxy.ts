import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { failureStatus, isContinuedList, isWatch, isWrite, renewedToken } from "./proxy-fault.ts";
import type { ProxiedRequest, ProxyFault } from "./proxy-fault.ts";

export interface FaultProxyOptions {
  /** The API server. */
  readonly serverUrl: string;
  readonly caFile: string;
  /** A number in [0, 1); a seeded one makes decisions repeatable for the same order of requests. */
  readonly random: () => number;
}

/** Stands between one client and an API server and fails on demand. */
export interface FaultProxy {
  /** Plain HTTP on loopback. */
  readonly url: string;
  /** What fails from now on; undefined: nothing. */
  setFault(fault: ProxyFault | undefined): void;
  /** Requests that came in so far. */
  readonly requests: number;
  /** How often the fault of the moment, or one before it, struck. */
  readonly struck: number;
  /** Resolves when so many more requests came in. */
  afterRequests(count: number): Promise<void>;
  close(): Promise<void>;
}

export const startFaultProxy = async (options: FaultProxyOptions): Promise<FaultProxy> => {
  const proxy = new Proxy(options, await readFile(options.caFile, "utf8"));
  await proxy.listen();
  return proxy;
};

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly asked: ProxiedRequest;
}

class Proxy implements FaultProxy {
  readonly #options: FaultProxyOptions;
  readonly #upstream: URL;
  readonly #agent: Agent;
  readonly #sockets = new Set<Socket>();
  readonly #muted = new WeakSet<ServerResponse>();
  readonly #watches = new Set<ServerResponse>();
  readonly #waiting = new Set<{ readonly until: number; readonly resolve: () => void }>();
  readonly #server = createServer({ keepAliveTimeout: 60_000 }, (request, response) =>
    this.#handle({ request, response, asked: { method: request.method ?? "GET", url: request.url ?? "/" } }),
  );
  #fault: ProxyFault | undefined;
  #requests = 0;
  #struck = 0;

  constructor(options: FaultProxyOptions, ca: string) {
    this.#options = options;
    this.#upstream = new URL(options.serverUrl);
    this.#agent = new Agent({ keepAlive: true, ca });
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => this.#sockets.delete(socket));
      if (this.#fault?.kind === "unreachable") socket.destroy();
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get requests(): number {
    return this.#requests;
  }

  get struck(): number {
    return this.#struck;
  }

  setFault(fault: ProxyFault | undefined): void {
    this.#fault = fault;
    if (fault?.kind === "silent-watches") {
      for (const watch of this.#watches) this.#mute(watch);
    }
    if (fault?.kind === "unreachable") {
      this.#struck += this.#sockets.size;
      for (const socket of this.#sockets) socket.destroy();
    }
    // Watches that are open would not notice.
    if (fault?.kind === "gone-on-watch" || fault?.kind === "cut") this.#breakWatches(fault.share);
  }

  #breakWatches(share: number): void {
    for (const watch of this.#watches) {
      if (this.#options.random() >= share) continue;
      this.#struck += 1;
      watch.destroy();
    }
  }

  afterRequests(count: number): Promise<void> {
    return new Promise((resolve) => {
      if (count <= 0) resolve();
      else this.#waiting.add({ until: this.#requests + count, resolve });
    });
  }

  async close(): Promise<void> {
    for (const { resolve } of this.#waiting) resolve();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    this.#agent.destroy();
    await closed;
  }

  #handle(exchange: Exchange): void {
    this.#requests += 1;
    for (const waiter of this.#waiting) {
      if (this.#requests < waiter.until) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
    exchange.response.on("error", () => {});
    const fault = this.#faultFor(exchange.asked);
    if (fault !== undefined) this.#struck += 1;
    switch (fault?.kind) {
      case "refuse":
        this.#refuse(exchange, fault);
        return;
      case "gone-in-list":
      case "gone-without-token":
        this.#goneInList(exchange, fault.kind === "gone-in-list");
        return;
      case "gone-on-watch":
        this.#goneOnWatch(exchange);
        return;
      case "unreachable":
        exchange.request.socket.destroy();
        return;
      case "cut":
      case "slow":
      case "lost-answer":
      case "silent-watches":
      case undefined:
        this.#forward(exchange, fault);
        return;
      default:
        fault satisfies never;
    }
  }

  /** The fault of the moment where it concerns the request. */
  #faultFor(asked: ProxiedRequest): ProxyFault | undefined {
    const fault = this.#fault;
    if (fault === undefined || !concerns(fault, asked)) return undefined;
    return !("share" in fault) || this.#options.random() < fault.share ? fault : undefined;
  }

  #refuse({ request, response }: Exchange, fault: Extract<ProxyFault, { kind: "refuse" }>): void {
    const { status, retryAfterSeconds } = fault;
    request.resume();
    response.writeHead(status, {
      "content-type": "application/json",
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
    });
    response.end(failureStatus(status, reasons[status], "the fault proxy refuses"));
  }

  #goneInList({ request, response, asked }: Exchange, withToken: boolean): void {
    const token = withToken ? renewedToken(asked.url) : undefined;
    request.resume();
    response.writeHead(410, { "content-type": "application/json" });
    response.end(
      failureStatus(
        410,
        "Expired",
        "The provided continue parameter is too old",
        token === undefined ? {} : { continue: token },
      ),
    );
  }

  #goneOnWatch({ request, response }: Exchange): void {
    const status = failureStatus(410, "Expired", "too old resource version");
    request.resume();
    if (this.#options.random() < 0.5) {
      response.writeHead(410, { "content-type": "application/json" });
      response.end(status);
    } else {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(`{"type":"ERROR","object":${status}}\n`);
    }
  }

  #forward({ request, response, asked }: Exchange, fault: ProxyFault | undefined): void {
    const { random } = this.#options;
    const sent = httpsRequest(
      {
        agent: this.#agent,
        host: this.#upstream.hostname,
        port: this.#upstream.port,
        method: asked.method,
        path: asked.url,
        headers: { ...request.headers, host: this.#upstream.host },
      },
      (answer) => {
        if (fault?.kind === "lost-answer") {
          answer.resume();
          answer.once("end", () => request.socket.destroy());
          return;
        }
        const delayMs = fault?.kind === "slow" ? Math.floor(random() * fault.maxDelayMs) : 0;
        const cutAfter = fault?.kind === "cut" ? Math.floor(random() * fault.maxBytes) : undefined;
        if (delayMs === 0) this.#relay(answer, response, asked, cutAfter);
        else setTimeout(() => this.#relay(answer, response, asked, cutAfter), delayMs);
      },
    );
    sent.on("error", () => request.socket.destroy());
    response.once("close", () => sent.destroy());
    request.pipe(sent);
  }

  #relay(
    answer: IncomingMessage,
    response: ServerResponse,
    asked: ProxiedRequest,
    cutAfter: number | undefined,
  ): void {
    if (isWatch(asked)) {
      this.#watches.add(response);
      response.once("close", () => this.#watches.delete(response));
      if (this.#fault?.kind === "silent-watches") this.#mute(response);
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    let bytes = 0;
    answer.on("data", (chunk: Buffer) => {
      if (this.#muted.has(response)) return;
      bytes += chunk.length;
      if (cutAfter !== undefined && bytes > cutAfter) {
        const rest = chunk.subarray(0, Math.max(0, chunk.length - (bytes - cutAfter)));
        response.write(rest, () => response.destroy());
        return;
      }
      if (!response.write(chunk)) {
        answer.pause();
        response.once("drain", () => answer.resume());
      }
    });
    answer.once("error", () => response.destroy());
    answer.once("end", () => {
      // A silent connection does not even say that it has ended.
      if (!this.#muted.has(response)) response.end();
    });
  }

  #mute(watch: ServerResponse): void {
    if (this.#muted.has(watch)) return;
    this.#muted.add(watch);
    this.#struck += 1;
  }
}

const reasons = { 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable" } as const;

const concerns = (fault: ProxyFault, asked: ProxiedRequest): boolean => {
  switch (fault.kind) {
    case "gone-in-list":
    case "gone-without-token":
      return isContinuedList(asked);
    case "gone-on-watch":
      return isWatch(asked);
    case "lost-answer":
      return isWrite(asked);
    case "silent-watches":
      // Watches are muted when they are answered.
      return false;
    case "slow":
    case "cut":
    case "refuse":
    case "unreachable":
      return true;
    default:
      return fault satisfies never;
  }
};
