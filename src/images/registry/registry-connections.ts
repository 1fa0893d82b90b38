import { isIP, type LookupFunction } from "node:net";
import type { Dispatcher } from "undici";
import methods from "undici/lib/api/index.js";
import DispatcherBase from "undici/lib/dispatcher/dispatcher.js";
import Pool from "undici/lib/dispatcher/pool.js";
import ProxyAgent from "undici/lib/dispatcher/proxy-agent.js";
import { isOpenAddress, refuseUrl } from "#kube/broker/egress-rules.ts";
import { RegistryError } from "./registry-error.ts";
import type { RegistryLimits } from "./registry-limits.ts";

/** Where connections may go; from the settings in force. */
export interface RegistryEgress {
  readonly blockedHosts: readonly string[];
  /** Ranges (CIDR) that registries may be in although they are not public. */
  readonly privateNetworks: readonly string[];
}

export interface ConnectionPorts {
  /** All addresses of a host name. */
  readonly resolve: (hostName: string) => Promise<readonly string[]>;
  /** The proxy that the environment names for a URL; undefined where it is reached directly. */
  readonly proxyFor: (url: URL) => URL | undefined;
  readonly egress: () => RegistryEgress;
}

export interface RegistryConnections {
  /** Connections to the origin of `url`. Throws a `RegistryError` where it may not be reached. */
  to(url: URL, isInsecure: boolean): Promise<Dispatcher>;
  close(): Promise<void>;
}

// What the package's entry does: proxies need `connect`.
Object.assign(DispatcherBase.prototype, methods);

type LookedUp = Parameters<LookupFunction>[2];

const maxPools = 64;
const connectTimeoutMs = 10_000;
const idleTimeoutMs = 30_000;

/**
 * Connections that are checked where they are made: every address that a host name has must be open at that moment,
 * whoever named the host: an image, a realm, a redirect. Unverified TLS has connections of its own, so that it never
 * reaches anyone who did not ask for it.
 */
export function createRegistryConnections(
  ports: ConnectionPorts,
  limits: RegistryLimits,
): RegistryConnections {
  const pools = new Map<string, Dispatcher>();

  const checkedAddresses = async (host: string): Promise<readonly string[]> => {
    const literal = isIP(host) === 0 ? undefined : host;
    const addresses = literal === undefined ? await ports.resolve(host) : [literal];
    const closed = addresses.find((address) => !isOpenAddress(address, ports.egress().privateNetworks));
    if (closed !== undefined) throw new RegistryError("refused", closedAddress(host, closed));
    if (addresses.length === 0) throw new RegistryError("outage", `dial tcp: lookup ${host}: no such host`);
    return addresses;
  };

  const lookUp = async (host: string, wantsAll: boolean, done: LookedUp): Promise<void> => {
    let all: readonly { readonly address: string; readonly family: number }[];
    try {
      all = (await checkedAddresses(host)).map((address) => ({ address, family: isIP(address) }));
    } catch (error) {
      done(error as Error, "");
      return;
    }
    const [first = { address: "", family: 4 }] = all;
    if (wantsAll) done(null, [...all]);
    else done(null, first.address, first.family);
  };

  const open = (url: URL, isInsecure: boolean, proxy: URL | undefined): Dispatcher => {
    const timeouts = {
      headersTimeout: limits.stallMs,
      bodyTimeout: limits.stallMs,
      keepAliveTimeout: idleTimeoutMs,
      keepAliveMaxTimeout: idleTimeoutMs,
      allowH2: false,
    };
    const tls = { rejectUnauthorized: !isInsecure, allowH2: false, timeout: connectTimeoutMs };
    if (proxy !== undefined) {
      return new ProxyAgent({ ...timeouts, uri: proxy.href, requestTls: tls, connections: 8 });
    }
    return new Pool(url.origin, {
      ...timeouts,
      connections: 8,
      connect: {
        ...tls,
        lookup: (host, options, done) => void lookUp(host, options.all === true, done),
      },
    });
  };

  return {
    async to(url, isInsecure) {
      const host = url.hostname.replace(/^\[|\]$/g, "");
      const refusal = refuseUrl(url, {
        ...ports.egress(),
        allowedHosts: [url.hostname.replace(/\.$/, "")],
      });
      if (refusal !== undefined) throw new RegistryError("refused", refusal);
      const proxy = ports.proxyFor(url);
      if (isIP(host) !== 0) await checkedAddresses(host);
      // A proxy resolves names itself; what this process can see of a name is checked all the same.
      else if (proxy !== undefined) await refuseClosed(checkedAddresses, host);
      const key = JSON.stringify([url.origin, isInsecure, proxy?.href]);
      const known = pools.get(key);
      pools.delete(key);
      const pool = known ?? open(url, isInsecure, proxy);
      pools.set(key, pool);
      const [oldest] = pools;
      if (pools.size > maxPools && oldest !== undefined) {
        pools.delete(oldest[0]);
        void oldest[1].close();
      }
      return pool;
    },
    async close() {
      const all = [...pools.values()];
      pools.clear();
      await Promise.all(all.map((pool) => pool.destroy()));
    },
  };
}

async function refuseClosed(check: (host: string) => Promise<unknown>, host: string): Promise<void> {
  try {
    await check(host);
  } catch (error) {
    if (error instanceof RegistryError && error.kind === "refused") throw error;
  }
}

function closedAddress(host: string, address: string): string {
  return `${host} has the address ${address}, which is not public; an administrator can name its network in the setting httpPrivateNetworks`;
}
