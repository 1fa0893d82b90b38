import { hostname } from "node:os";
import { shardRange } from "#api/meta/uid-range.ts";
import type { UidRange } from "#api/meta/uid-range.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import { untilAborted } from "#controllers/scan/until-aborted.ts";
import type { SettingsStore } from "#controllers/settings/settings-store.ts";
import type { Settings } from "#controllers/settings/setting-table.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { openSource } from "#kube/list-watch/open-source.ts";
import type { Selection, Source, SourceHandlers } from "#kube/list-watch/source.ts";
import { createHealth } from "#telemetry/health.ts";
import type { RootLogger } from "#telemetry/logger.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import { startBackground } from "./background-part.ts";
import { startCleanup } from "./cleanup-part.ts";
import { connectCluster } from "./cluster.ts";
import { startJournal } from "./journal-part.ts";
import { startLeaseGroup } from "./lease-group.ts";
import type { LeaseGroup, LeaseWork } from "./lease-group.ts";
import { followSettings } from "./live-settings.ts";
import type { PartContext } from "./part.ts";
import { createPolicyConditions } from "./policy-conditions.ts";
import { createResultRelay } from "./result-port.ts";
import { startScan } from "./scan-part.ts";
import { createSharedReads } from "./shared-reads.ts";
import type { SharedReads } from "./shared-reads.ts";
import { serveTelemetry } from "./telemetry-servers.ts";
import { startTtl } from "./ttl-part.ts";
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
  const fail = (): void => {
    exitCode = 1;
    ending.abort();
  };
  const shared = createSharedReads({ clients, settings, startSettings, metrics, log, signal });
  const policyConditions = createPolicyConditions();
  const base = { policyConditions, settings, startSettings, metrics, health, log, hostName, signal };
  const works = leaseWorks(base, shared.started);
  if (works.length === 0) {
    log.error("nothing to run", { only: startSettings.only, backgroundScan: startSettings.backgroundScan });
    fail();
  }
  const groups = works.map((work) =>
    startLeaseGroup(work, {
      clients,
      settings: startSettings,
      hostName,
      health,
      metrics: metrics.metrics,
      log,
      signal,
      onFailed: fail,
    }),
  );
  metrics.metrics.leaseHeld.read(() =>
    groups.map((group) => ({ labels: { lease: group.name }, value: group.isHeld() ? 1 : 0 })),
  );
  await untilAborted(new Promise<never>(() => {}), signal).catch(() => {});
  log.info("stopping");
  const stopGroup = async (group: LeaseGroup): Promise<void> => {
    // Released only when nothing writes any more.
    if (await endsWithin(exitCode === 0 ? stopMs : lostStopMs, group.stopParts())) await group.release();
    else log.warn("something did not end in time; it is left behind", { lease: group.name });
  };
  const close = async (): Promise<void> => {
    await Promise.all(groups.map(stopGroup));
    await shared.stop();
    unfollow();
    await Promise.all([clients.lease.close(), servers.close()]);
  };
  await endsWithin(exitCode === 0 ? closeMs : lostStopMs, close());
  return exitCode;
}

/** What this process does, by Lease: one process does the whole work of a Lease. */
function leaseWorks(
  base: Omit<PartContext, keyof SharedReads | "client">,
  shared: () => Promise<SharedReads>,
): LeaseWork[] {
  const { startSettings } = base;
  const wants = (...capabilities: readonly Settings["only"][number][]): boolean =>
    capabilities.some((capability) => startSettings.only.includes(capability));
  const works: LeaseWork[] = [];
  const relay = createResultRelay();
  if (wants("scan") && startSettings.backgroundScan) {
    works.push({
      lease: startSettings.reportsLease,
      start: async (client, parts) =>
        startScan(
          { ...base, ...(await shared()), client },
          { ...readScope(client, startSettings), parts, onKeeper: (keeper) => relay.provide(keeper) },
        ),
    });
  }
  if (wants("generate", "mutate-existing")) {
    const capabilities = (["generate", "mutate-existing"] as const).filter((one) => wants(one));
    works.push({
      lease: startSettings.backgroundLease,
      start: async (client, parts, openLasting) => {
        const context = { ...base, ...(await shared()), client };
        const results = relay.through(client, context.discovery);
        await startBackground(context, parts, {
          results,
          wants: new Set(capabilities),
          checkpointClient: openLasting(),
        });
      },
    });
  }
  if (wants("cleanup", "ttl")) {
    works.push({
      lease: startSettings.cleanupLease,
      start: async (client, parts) => {
        const shares = { ...base, ...(await shared()), client };
        const context = {
          ...shares,
          journal: startJournal(shares, parts),
          results: relay.through(client, shares.discovery),
        };
        if (wants("cleanup")) startCleanup(context, parts);
        if (wants("ttl")) startTtl(context, parts);
      },
    });
  }
  return works;
}

interface ReadScope {
  readonly range: UidRange;
  readonly openOwned: (selection: Selection, handlers: SourceHandlers) => Source;
}

/** The objects that this process owns, and how to read them. */
function readScope(client: KubeClient, settings: Settings): ReadScope {
  const range = shardRange(settings.shard.index, settings.shard.count);
  const reading = { pageSize: settings.pageSize, silentAfterMs: settings.watchSilentAfter };
  return {
    range,
    openOwned: (selection, handlers) =>
      openSource({ client, selection, handlers, range, shardOnServer: true, ...reading }),
  };
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
