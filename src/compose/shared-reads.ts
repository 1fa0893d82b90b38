import { resourceTypeKey } from "#api/meta/resource-type.ts";
import { pause, systemClock } from "#controllers/runtime/clock.ts";
import type { SettingsStore } from "#controllers/settings/settings-store.ts";
import type { Settings } from "#controllers/settings/setting-table.ts";
import { createDiscovery } from "#kube/discovery/create-discovery.ts";
import type { Discovery } from "#kube/discovery/create-discovery.ts";
import { openSource } from "#kube/list-watch/open-source.ts";
import type { RootLogger } from "#telemetry/logger.ts";
import type { MetricsPage } from "#telemetry/metrics.ts";
import type { ClusterClients } from "./cluster.ts";
import { followConfigMaps } from "./config-map-settings.ts";
import type { Part, PartContext } from "./part.ts";

/** What all parts of a process read with one client: discovery and ConfigMaps of settings, and how to open a source. */
export type SharedReads = Pick<PartContext, "discovery" | "openSource">;

export interface SharedReadsOptions {
  readonly clients: ClusterClients;
  readonly settings: SettingsStore;
  readonly startSettings: Settings;
  readonly metrics: MetricsPage;
  readonly log: RootLogger;
  readonly signal: AbortSignal;
}

/** Nothing is read before it is asked for: a standby costs the API server its Lease and nothing else. */
export function createSharedReads(options: SharedReadsOptions): {
  /** Resolves once discovery has answered and the settings of the cluster are known; the first call starts it. */
  readonly started: () => Promise<SharedReads>;
  readonly stop: () => Promise<void>;
} {
  const parts: Part[] = [];
  let reads: Promise<SharedReads> | undefined;
  return {
    started: () => (reads ??= startReads(options, parts)),
    async stop() {
      await reads?.catch(() => {});
      for (const part of parts.toReversed()) await part.stop();
    },
  };
}

async function startReads(options: SharedReadsOptions, parts: Part[]): Promise<SharedReads> {
  const { clients, settings, startSettings, metrics, log, signal } = options;
  const client = clients.open();
  parts.push({ stop: () => client.close() });
  const discovery = createDiscovery({
    client,
    onError: (error) => log.warn("cannot ask what the API server serves, trying again", { error }),
  });
  parts.push({ stop: () => discovery.stop() });
  await firstDiscovery(discovery, { log, signal });
  const open: PartContext["openSource"] = (selection, handlers) =>
    openSource({
      client,
      selection,
      handlers,
      pageSize: startSettings.pageSize,
      silentAfterMs: startSettings.watchSilentAfter,
      onNotice: ({ kind, reason }) => {
        metrics.metrics.watchRestarts.inc({ resource: resourceTypeKey(selection.type), reason: kind });
        log.debug("list and watch", { kind, reason, resource: resourceTypeKey(selection.type) });
      },
    });
  const configMaps = followConfigMaps({
    openSource: open,
    store: settings,
    namespace: startSettings.namespace,
    names: { kyverno: startSettings.configMapName, metrics: startSettings.metricsConfigMapName },
  });
  parts.push(configMaps);
  await configMaps.known;
  return { discovery, openSource: open };
}

/** The first answer is waited for: without it nothing can be named. */
async function firstDiscovery(
  discovery: Discovery,
  { log, signal }: Pick<SharedReadsOptions, "log" | "signal">,
): Promise<void> {
  for (let delayMs = 500; !signal.aborted; delayMs = Math.min(30_000, delayMs * 2)) {
    try {
      await discovery.refresh();
      return;
    } catch (error) {
      log.warn("the API server does not answer, trying again", { error, delayMs });
      await pause(systemClock, delayMs, signal);
    }
  }
}
