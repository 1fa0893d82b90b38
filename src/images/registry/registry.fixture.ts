import type { TestContext } from "node:test";
import { systemClock } from "#controllers/runtime/clock.ts";
import type { Clock } from "#kube/clock.ts";
import { startFakeRegistry, type FakeRegistry } from "#test/support/fake-registry.ts";
import { createRegistryClient, type RegistryClient, type RepositoryReader } from "./registry-client.ts";
import type { RegistryAuthority } from "./registry-auth.ts";
import type { RegistryCredential } from "./docker-credentials.ts";
import { createReadBudget, defaultLimits, type RegistryLimits } from "./registry-limits.ts";

export interface Bench {
  readonly registry: FakeRegistry;
  readonly client: RegistryClient;
  /** What was counted: host and status. */
  readonly counted: string[];
  readonly read: (repository?: string, authority?: Partial<RegistryAuthority>) => RepositoryReader;
}

const anonymous: RegistryAuthority = {
  key: "",
  allowInsecure: false,
  credential: async () => undefined,
};

export const loginOf = (credential: RegistryCredential): Partial<RegistryAuthority> => ({
  key: JSON.stringify(credential),
  credential: async () => credential,
});

/** A fake registry on loopback and a client that may reach it; both end with the test. */
export async function openBench(
  t: TestContext,
  options: {
    readonly limits?: Partial<RegistryLimits>;
    readonly clock?: Clock;
    readonly resolve?: (host: string) => Promise<readonly string[]>;
    readonly privateNetworks?: readonly string[];
    readonly proxy?: URL;
  } = {},
): Promise<Bench> {
  const registry = await startFakeRegistry();
  const limits = { ...defaultLimits, ...options.limits };
  const counted: string[] = [];
  const client = createRegistryClient({
    clock: options.clock ?? systemClock,
    limits,
    onCall: (host, status) => counted.push(`${host} ${status}`),
    resolve: options.resolve ?? (async () => ["127.0.0.1"]),
    proxyFor: () => options.proxy,
    egress: () => ({
      blockedHosts: [],
      privateNetworks: options.privateNetworks ?? ["127.0.0.1/32"],
    }),
  });
  t.after(async () => {
    await client.close();
    await registry.close();
  });
  return {
    registry,
    client,
    counted,
    read: (repository = "demo/app", authority = {}) =>
      client.open(
        { registry: registry.host, repository, authority: { ...anonymous, ...authority } },
        createReadBudget(limits, AbortSignal.timeout(limits.timeoutMs)),
      ),
  };
}
