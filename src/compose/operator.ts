import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { shardRange } from "#api/meta/uid-range.ts";
import { pause, systemClock } from "#controllers/runtime/clock.ts";
import { untilAborted } from "#controllers/scan/until-aborted.ts";
import type { SettingsStore } from "#controllers/settings/settings-store.ts";
import { createDiscovery } from "#kube/discovery/create-discovery.ts";
import type { Discovery } from "#kube/discovery/create-discovery.ts";
import { startElector } from "#kube/leases/elector.ts";
import type { Elector } from "#kube/leases/elector.ts";
import { openSource } from "#kube/list-watch/open-source.ts";
import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { Selection, Source, SourceHandlers } from "#kube/list-watch/source.ts";
import { createHealth } from "#telemetry/health.ts";
import type { RootLogger } from "#telemetry/logger.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import { connectCluster } from "./cluster.ts";
import { followConfigMaps } from "./config-map-settings.ts";
import { followSettings } from "./live-settings.ts";
import type { Part, PartContext } from "./part.ts";
import { startScan } from "./scan-part.ts";
import { serveTelemetry } from "./telemetry-servers.ts";
import { version } from "./version.ts";

/** Kubernetes gives a pod 30 s unless told otherwise; what hangs must not cost the Lease its release. */
const stopMs = 18_000;
const closeMs = 23_000;
/** Without the Lease nothing is written any more, so there is nothing to wait for. */
const lostStopMs = 3_000;

/**
 * Runs the operator until `signal` aborts or the Lease is lost, and resolves to the exit code. It waits for the Lease
 * with its health endpoints open, so that a standby is alive but not ready.
 */
export async function runOperator(options: {
  readonly settings: SettingsStore & { seal(): void };
  readonly log: RootLogger;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}): Promise<number> {
  const { settings, log, env } = options;
  const clock = systemClock;
  const startSettings = settings.current();
  settings.seal();
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  let exitCode = 0;

  const metrics = createMetrics({ maxSeriesPerMetric: startSettings.metricsMaxSeries, processMetrics: true });
  metrics.metrics.info.read(() => [{ labels: { version }, value: 1 }]);
  metrics.metrics.settingsProblems.read(() => [{ labels: {}, value: settings.problems().length }]);
  const health = createHealth();
  const servers = await serveTelemetry({ settings: startSettings, health, metrics, log });
  const unfollow = followSettings(settings, { metrics, log });
  let clients: Awaited<ReturnType<typeof connectCluster>>;
  try {
    clients = await connectCluster({ settings: startSettings, env, metrics: metrics.metrics, signal });
  } catch (error) {
    unfollow();
    await servers.close();
    throw error;
  }

  const hostName = startSettings.podName === "" ? hostname() : startSettings.podName;
  const elector = startElector({
    client: clients.lease,
    namespace: startSettings.namespace,
    name: startSettings.reportsLease,
    identity: `${hostName}_${randomUUID()}`,
    durationMs: startSettings.leaseDuration,
    renewDeadlineMs: startSettings.leaseRenewDeadline,
    retryMs: startSettings.leaseRetryPeriod,
    clock,
    random: Math.random,
    log,
    onLost: (reason) => {
      log.error("Lease lost, ending", { lease: startSettings.reportsLease, reason });
      exitCode = 1;
      ending.abort();
    },
  });
  let partsStarted = false;
  health.add("readyz", "lease", () => leaseProblem(elector));
  // A standby is ready: waiting is its work, and a rollout must not wait for a Lease that the old process holds.
  health.add("readyz", "start", () =>
    elector.state().kind === "held" && !partsStarted ? "starting" : undefined,
  );
  metrics.metrics.leaseHeld.read(() => [
    { labels: { lease: elector.name }, value: elector.state().kind === "held" ? 1 : 0 },
  ]);
  const endWaiting = (): void => void elector.release();
  signal.addEventListener("abort", endWaiting);
  const held = await elector.acquired();
  signal.removeEventListener("abort", endWaiting);

  const parts: Part[] = [];
  if (held && !signal.aborted) {
    const client = clients.fenced(() => elector.fence());
    parts.push({ stop: () => client.close() });
    const base = { client, settings, startSettings, metrics, health, log, hostName, signal };
    try {
      await untilAborted(startParts(base, parts), signal);
      partsStarted = true;
      await untilAborted(new Promise<never>(() => {}), signal);
    } catch (error) {
      if (!signal.aborted) {
        log.error("cannot start", { error });
        exitCode = 1;
      }
    }
  }
  log.info("stopping");
  ending.abort();
  const stopParts = async (): Promise<void> => {
    for (const part of parts.toReversed()) await part.stop();
  };
  const close = async (): Promise<void> => {
    // Released only when nothing writes any more.
    if (await endsWithin(exitCode === 0 ? stopMs : lostStopMs, stopParts())) await elector.release();
    else log.warn("something did not end in time; it is left behind");
    unfollow();
    await Promise.all([clients.lease.close(), servers.close()]);
  };
  await endsWithin(exitCode === 0 ? closeMs : lostStopMs, close());
  return exitCode;
}

/** True where `work` ends in time. A failure while stopping is an end, too. */
async function endsWithin(limitMs: number, work: Promise<void>): Promise<boolean> {
  const over = Promise.withResolvers<boolean>();
  const timer = systemClock.setTimer(limitMs, () => over.resolve(false));
  const ended = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([ended, over.promise]);
  } finally {
    timer.cancel();
  }
}

/** Starts the parts and puts each into `parts` as soon as it has something to stop. */
async function startParts(base: Omit<PartContext, "discovery" | "openSource">, parts: Part[]): Promise<void> {
  const { client, startSettings, metrics, log, signal } = base;
  const range = shardRange(startSettings.shard.index, startSettings.shard.count);
  const discovery = createDiscovery({
    client,
    onError: (error) => log.warn("cannot ask what the API server serves, trying again", { error }),
  });
  parts.push({ stop: () => discovery.stop() });
  await firstDiscovery(discovery, base);
  const reading = { pageSize: startSettings.pageSize, silentAfterMs: startSettings.watchSilentAfter };
  const open = (selection: Selection, handlers: SourceHandlers): Source =>
    openSource({
      client,
      selection,
      handlers,
      ...reading,
      onNotice: ({ kind, reason }) => {
        metrics.metrics.watchRestarts.inc({ resource: resourceTypeKey(selection.type), reason: kind });
        log.debug("list and watch", { kind, reason, resource: resourceTypeKey(selection.type) });
      },
    });
  const openOwned = (selection: Selection, handlers: SourceHandlers): Source =>
    openSource({ client, selection, handlers, range, shardOnServer: true, ...reading });
  const configMaps = followConfigMaps({
    openSource: open,
    store: base.settings,
    namespace: startSettings.namespace,
    names: { kyverno: startSettings.configMapName, metrics: startSettings.metricsConfigMapName },
  });
  parts.push(configMaps);
  await configMaps.known;
  if (startSettings.only.includes("scan") && startSettings.backgroundScan && !signal.aborted) {
    await startScan({ ...base, discovery, openSource: open }, { range, openOwned, parts });
  }
}

/** The first answer is waited for: without it nothing can be named. */
async function firstDiscovery(
  discovery: Discovery,
  { log, signal }: Pick<PartContext, "log" | "signal">,
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

function leaseProblem(elector: Elector): string | undefined {
  const state = elector.state();
  switch (state.kind) {
    case "held":
    case "waiting":
      return undefined;
    case "unreachable":
    case "lost":
      return `the Lease ${elector.name}: ${state.reason}`;
    case "released":
      return "stopping";
    default:
      return state satisfies never;
  }
}
