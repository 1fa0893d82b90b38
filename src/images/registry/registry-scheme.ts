import { isIP } from "node:net";
import type { Clock } from "#kube/clock.ts";
import { exchange, type ExchangePorts } from "./registry-exchange.ts";
import { RegistryError } from "./registry-error.ts";
import type { ReadBudget } from "./registry-limits.ts";

const knownForMs = 10 * 60_000;
const maxKnown = 1_000;

/** Finds out how registries are spoken to. */
export interface RegistryScheme {
  /** The base URL of a registry. Throws a `RegistryError`. */
  baseOf(registry: string, isInsecure: boolean, budget: ReadBudget): Promise<URL>;
}

/**
 * TLS, except where plain http is customary (this machine, `.local` names, private addresses) or was asked for: there TLS is
 * tried first, once in ten minutes.
 */
export function createRegistryScheme(ports: ExchangePorts, clock: Clock): RegistryScheme {
  const plain = new Map<string, { readonly isPlain: boolean; readonly untilMs: number }>();

  const isPlain = async (secure: URL, isInsecure: boolean, budget: ReadBudget): Promise<boolean> => {
    const key = JSON.stringify([secure.host, isInsecure]);
    const known = plain.get(key);
    if (known !== undefined && known.untilMs > clock.monotonicMs()) return known.isPlain;
    const probe = (base: URL) =>
      exchange(
        { method: "GET", url: new URL("/v2/", base), headers: {}, isInsecure, maxBytes: 65_536 },
        budget,
        ports,
      );
    let found = false;
    try {
      await probe(secure);
    } catch (error) {
      if (!(error instanceof RegistryError) || error.kind !== "outage" || budget.signal.aborted) throw error;
      // Where neither answers, what http says is what people look for.
      await probe(plainOf(secure));
      found = true;
    }
    if (plain.size >= maxKnown) plain.clear();
    plain.set(key, { isPlain: found, untilMs: clock.monotonicMs() + knownForMs });
    return found;
  };

  return {
    async baseOf(registry, isInsecure, budget) {
      const secure = URL.parse(`https://${registry}/`);
      if (secure === null) throw new RegistryError("refused", `${registry} is no registry`);
      const mayBePlain = isInsecure || isPlainByCustom(secure.hostname);
      return mayBePlain && (await isPlain(secure, isInsecure, budget)) ? plainOf(secure) : secure;
    },
  };
}

function plainOf(secure: URL): URL {
  return new URL(`http://${secure.host}/`);
}

function isPlainByCustom(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || host.endsWith(".localhost") || host.endsWith(".local") || host === "::1") {
    return true;
  }
  return isIP(host) === 4 && /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/.test(host);
}
