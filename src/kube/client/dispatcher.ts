import type { Dispatcher, Pool as PoolType } from "undici";
import methods from "undici/lib/api/index.js";
import DispatcherBase from "undici/lib/dispatcher/dispatcher.js";
import Pool from "undici/lib/dispatcher/pool.js";
import ProxyAgent from "undici/lib/dispatcher/proxy-agent.js";
import type { TlsMaterial } from "./credentials.ts";

// What the package's entry does; proxies need `connect`, and we need `request`.
Object.assign(DispatcherBase.prototype, methods);

const connectTimeoutMs = 10_000;
/** Shorter than the idle time of API servers and common load balancers, so that we close first. */
const idleTimeoutMs = 50_000;
const tcpKeepAliveMs = 15_000;

function tlsOptions(tls: TlsMaterial): {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
} {
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    rejectUnauthorized: tls.rejectUnauthorized,
  };
}

/**
 * HTTP/1.1 connections to one server, at most `connections` of them (undefined: as many as there are requests), kept
 * alive, through the proxy where one is given. Time limits are the caller's.
 */
export function createDispatcher(options: {
  readonly server: URL;
  readonly proxy?: URL | undefined;
  readonly tls: TlsMaterial;
  readonly connections?: number | undefined;
}): Dispatcher {
  const { server, proxy, tls, connections } = options;
  const connect = {
    ...tlsOptions(tls),
    allowH2: false,
    timeout: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelay: tcpKeepAliveMs,
  };
  const pool: PoolType.Options = {
    connections: connections ?? null,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: idleTimeoutMs,
    keepAliveMaxTimeout: idleTimeoutMs,
  };
  if (proxy === undefined) return new Pool(server.origin, { ...pool, connect });
  return new ProxyAgent({ ...pool, uri: proxy.href, requestTls: connect, connectTimeout: connectTimeoutMs });
}
