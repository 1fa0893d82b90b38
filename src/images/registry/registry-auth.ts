import type { Clock } from "#kube/clock.ts";
import { parseChallenge } from "./auth-challenge.ts";
import type { RegistryCredential } from "./docker-credentials.ts";
import type { Answer, ExchangePorts } from "./registry-exchange.ts";
import type { ReadBudget } from "./registry-limits.ts";
import { obtainToken } from "./token-flow.ts";

/** Under whose name a registry is asked. */
export interface RegistryAuthority {
  /** The same for two authorities only where they see the same; part of every cache's key. */
  readonly key: string;
  readonly allowInsecure: boolean;
  /** The login for a repository of a registry; undefined: asked without a name. Throws a `RegistryError`. */
  credential(registry: string, repository: string): Promise<RegistryCredential | undefined>;
}

export interface AuthPlace {
  readonly registry: string;
  readonly repository: string;
  readonly authority: RegistryAuthority;
}

export interface RegistryAuth {
  /** What was good for this place before; undefined where nothing is known. */
  known(place: AuthPlace): string | undefined;
  /** A new value for the Authorization header after a refusal; undefined where there is none to be had. */
  renew(
    place: AuthPlace,
    refusal: Answer,
    isInsecure: boolean,
    budget: ReadBudget,
  ): Promise<string | undefined>;
}

interface Kept {
  readonly authorization: string;
  readonly untilMs: number;
}

const maxKept = 2_000;

/** Remembers tokens by authority, registry and repository for as long as they are valid. */
export function createRegistryAuth(ports: ExchangePorts, clock: Clock): RegistryAuth {
  const tokens = new Map<string, Kept>();
  const keyOf = ({ registry, repository, authority }: AuthPlace): string =>
    JSON.stringify([authority.key, registry, repository]);
  return {
    known(place) {
      const kept = tokens.get(keyOf(place));
      return kept !== undefined && kept.untilMs > clock.monotonicMs() ? kept.authorization : undefined;
    },
    async renew(place, refusal, isInsecure, budget) {
      const key = keyOf(place);
      tokens.delete(key);
      const challenge = parseChallenge(refusal.headers("www-authenticate"));
      if (challenge === undefined) return undefined;
      const { registry, repository, authority } = place;
      const credential = await authority.credential(registry, repository);
      const token = await obtainToken(
        { challenge, credential, registryUrl: refusal.url, repository, isInsecure },
        budget,
        ports,
      );
      if (token === undefined) return undefined;
      tokens.set(key, {
        authorization: token.authorization,
        untilMs: clock.monotonicMs() + Math.min(token.validMs, 3_600_000),
      });
      const [oldest] = tokens.keys();
      if (tokens.size > maxKept && oldest !== undefined) tokens.delete(oldest);
      return token.authorization;
    },
  };
}
