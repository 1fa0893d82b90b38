import { lookup } from "node:dns/promises";
import type { BrokerAnswer, BrokerScope } from "#api/broker/broker-request.ts";
import type { ImageRequest } from "#api/broker/image-request.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import type { ReadSecret } from "#images/access-authority.ts";
import type { ImageService } from "#images/image-service.ts";
import { defaultLimits } from "#images/registry/registry-limits.ts";
import { createTimedCache } from "#images/timed-cache.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import { createCachedFile } from "#kube/client/cached-file.ts";
import { proxyFor } from "#kube/client/proxy.ts";
import type { PartContext } from "./part.ts";

export type LoadImage = (request: ImageRequest, scope: BrokerScope) => Promise<BrokerAnswer>;

const secrets: ResourceType = {
  group: "",
  version: "v1",
  kind: "Secret",
  resource: "secrets",
  namespaced: true,
  preferred: true,
  verbs: ["get"],
};

const secretLifetimeMs = 30_000;
const maxSecrets = 1_000;
const fileLifetimeMs = 60_000;

/** What registries say of images. The code for it, and what it needs, is loaded with the first question. */
export function createImageLoader(context: PartContext, env: NodeJS.ProcessEnv): LoadImage {
  let service: Promise<ImageService> | undefined;
  return async (request, scope) => {
    service ??= openService(context, env);
    return (await service).answer(request, scope);
  };
}

async function openService(context: PartContext, env: NodeJS.ProcessEnv): Promise<ImageService> {
  const { createImageService } = await import("#images/image-service.ts");
  const { createRegistryClient } = await import("#images/registry/registry-client.ts");
  const { settings, startSettings, metrics, signal } = context;
  const counters = metrics.metrics;
  const limits = { ...defaultLimits, timeoutMs: startSettings.imageTimeout };
  const registry = createRegistryClient({
    clock: systemClock,
    limits,
    onCall: (host, status) => counters.registryCalls.inc({ host, status }),
    resolve: async (hostName) => (await lookup(hostName, { all: true })).map(({ address }) => address),
    proxyFor: (url) => proxyFor(url, undefined, env),
    egress: () => {
      const { httpBlocklist: blockedHosts, httpPrivateNetworks: privateNetworks } = settings.current();
      return { blockedHosts, privateNetworks };
    },
  });
  signal.addEventListener("abort", () => void registry.close(), { once: true });
  counters.registryBacklog.read(() =>
    [...registry.backlog()].map(([host, value]) => ({ labels: { host }, value })),
  );
  return createImageService({
    registry,
    limits,
    clock: systemClock,
    settings: () => {
      const now = settings.current();
      return {
        lifetimeMs: now.imageVerifyCacheEnabled ? now.imageVerifyCacheTTLDuration : 0,
        maxEntries: now.imageVerifyCacheMaxSize,
      };
    },
    trustedRoot: fileReader(startSettings.imageTrustedRoot),
    dockerConfig: fileReader(startSettings.imageDockerConfig),
    ownNamespace: startSettings.namespace,
    readSecret: secretReader(context),
    onVerification: (outcome) => counters.imageVerifications.inc({ outcome }),
    onCache: (result) => counters.imageCache.inc({ result }),
  });
}

function fileReader(path: string): () => Promise<string | undefined> {
  if (path === "") return async () => undefined;
  const file = createCachedFile(path, fileLifetimeMs, () => systemClock.monotonicMs());
  return () => file.read();
}

/** Secrets by name, kept for half a minute: a page of objects asks for the same ones. */
function secretReader({ client }: PartContext): ReadSecret {
  type Data = Readonly<Record<string, string>>;
  const nowMs = (): number => systemClock.monotonicMs();
  const kept = createTimedCache<Data | "absent">({
    maxEntries: () => maxSecrets,
    maxBytes: 16 * 1_048_576,
    nowMs,
  });
  return async (namespace, name) => {
    const key = `${namespace}/${name}`;
    let found = kept.get(key);
    if (found === undefined) {
      found = await readData(() => client.get(secrets, { namespace, name }));
      const bytes = found === "absent" ? 1 : Object.values(found).reduce((sum, one) => sum + one.length, 0);
      kept.set(key, found, nowMs() + secretLifetimeMs, bytes);
    }
    return found === "absent" ? undefined : found;
  };
}

async function readData(read: () => Promise<object>): Promise<Readonly<Record<string, string>> | "absent"> {
  try {
    const secret = (await read()) as { readonly data?: Readonly<Record<string, unknown>> };
    return Object.fromEntries(
      Object.entries(secret.data ?? {}).map(([key, value]) => [
        key,
        Buffer.from(typeof value === "string" ? value : "", "base64").toString("utf8"),
      ]),
    );
  } catch (error) {
    if (isNotFound(error)) return "absent";
    throw error;
  }
}
