import { lookup } from "node:dns/promises";
import type { LoadContext, LoadedAnswer } from "#controllers/scan/context-epoch.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import type { Json } from "#engine/values/json.ts";
import { createBroker } from "#kube/broker/create-broker.ts";
import { proxyFor } from "#kube/client/proxy.ts";
import { createImageLoader } from "./image-loader.ts";
import type { PartContext } from "./part.ts";

export interface ContextLoader {
  readonly load: LoadContext;
  /** Ends the pauses of calls that were forbidden; false where there are none. */
  retryForbidden(): boolean;
}

/** Everything that policies ask for goes through the broker; what it answers is JSON. */
export function createContextLoader(
  context: PartContext,
  env: NodeJS.ProcessEnv,
  /** Told when calls are held back for lack of rights. */
  onForbidden: () => void,
  /** Who counts the breakers: of several loaders in a process one. */
  options: { readonly showsBreakers: boolean } = { showsBreakers: true },
): ContextLoader {
  const { client, settings, startSettings, log, metrics } = context;
  const broker = createBroker({
    client,
    ownNamespace: startSettings.namespace,
    settings: () => {
      const now = settings.current();
      return {
        maxResponseBytes: now.maxAPICallResponseLength,
        timeoutMs: now.apiCallTimeout,
        allowedHosts: now.httpAllowlist,
        blockedHosts: now.httpBlocklist,
        privateNetworks: now.httpPrivateNetworks,
      };
    },
    types: () => context.discovery.types(),
    images: createImageLoader(context, env),
    clock: systemClock,
    random: Math.random,
    log,
    onCall: (kind, outcome) => metrics.metrics.policyCalls.inc({ kind, outcome }),
    resolve: async (hostName) => (await lookup(hostName, { all: true })).map(({ address }) => address),
    proxyFor: (url) => proxyFor(url, undefined, env),
  });
  if (options.showsBreakers)
    metrics.metrics.openBreakers.read(() => [{ labels: {}, value: broker.openBreakers() }]);
  return {
    async load(request, scope): Promise<LoadedAnswer> {
      const answer = await broker.load(request, scope);
      if (broker.openBreakers() > 0) onForbidden();
      return answer.kind === "value" ? { kind: "value", value: answer.value as Json } : answer;
    },
    retryForbidden() {
      const wereHeld = broker.openBreakers() > 0;
      broker.retryForbidden();
      return wereHeld;
    },
  };
}
