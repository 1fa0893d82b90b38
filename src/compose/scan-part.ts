import { randomInt } from "node:crypto";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { UidRange } from "#api/meta/uid-range.ts";
import { createReportKeeper } from "#controllers/reports/create-report-keeper.ts";
import { createKubeReportStore } from "#controllers/reports/kube-report-store.ts";
import { createBackoff } from "#controllers/runtime/backoff.ts";
import { pause, systemClock } from "#controllers/runtime/clock.ts";
import { runReconcileLoop } from "#controllers/runtime/reconcile-loop.ts";
import { startCron } from "#controllers/runtime/schedule.ts";
import type { Schedule } from "#controllers/runtime/schedule.ts";
import { createWorkQueue } from "#controllers/runtime/work-queue.ts";
import { createJudge } from "#controllers/scan/judge.ts";
import type { ListPages } from "#controllers/scan/pass-runner.ts";
import { createContextEpoch } from "#controllers/scan/context-epoch.ts";
import { runRescan } from "#controllers/scan/rescan.ts";
import { createScanController } from "#controllers/scan/scan-controller.ts";
import type { ScanController } from "#controllers/scan/scan-controller.ts";
import { createSeenHash } from "#controllers/scan/seen-hash.ts";
import { defaultBudgetLimits } from "#engine/budget.ts";
import { noExceptions } from "#engine/exceptions/exception-source.ts";
import { createEventRecorder } from "#kube/events/event-recorder.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";
import type { Selection, Source, SourceHandlers } from "#kube/list-watch/source.ts";
import { createContextLoader } from "./context-loader.ts";
import { startEphemeralIntake } from "./ephemeral-part.ts";
import type { Part, PartContext } from "./operator.ts";
import { processKey } from "./process-key.ts";
import { oldestVerdictAge, scanReadiness } from "./readiness.ts";
import { createViolationEvents } from "./scan-events.ts";
import { publishScanMetrics } from "./scan-metrics.ts";
import { createScanObserver } from "./scan-observer.ts";
import { startPolicyStatus } from "./status-part.ts";

const maxQueuedWrites = 512;
const maxRounds = 8;
/** Verdicts older than this alarm, and end the readiness of a process that is alone. */
const staleSeconds = 300;

function reportTypes(
  types: readonly ResourceType[],
  openreports: boolean,
): { namespaced: ResourceType; cluster: ResourceType } {
  const group = openreports ? "openreports.io" : "wgpolicyk8s.io";
  const version = openreports ? "v1alpha1" : "v1alpha2";
  const find = (kind: string): ResourceType => {
    const type = types.find(
      (candidate) => candidate.group === group && candidate.version === version && candidate.kind === kind,
    );
    if (type !== undefined) return type;
    throw new Error(`the API server does not serve ${group}/${version} ${kind}: install the CRDs (crds/)`);
  };
  return openreports
    ? { namespaced: find("Report"), cluster: find("ClusterReport") }
    : { namespaced: find("PolicyReport"), cluster: find("ClusterPolicyReport") };
}

/** Starts scan, reports and policy status. */
export async function startScan(
  context: PartContext,
  owned: {
    readonly range: UidRange;
    readonly openOwned: (selection: Selection, handlers: SourceHandlers) => Source;
  },
): Promise<Part> {
  const { settings, startSettings, client, discovery, health, log, signal } = context;
  const { metrics } = context.metrics;
  const clock = systemClock;
  const random = Math.random;
  const monotonicMs = (): number => clock.monotonicMs();
  const backoff = createBackoff<string>({ random });

  const recorder = createEventRecorder({
    client,
    settings: () => settings.current(),
    hostName: context.hostName,
    clock,
    log,
    onOutcome: (outcome, reason) => {
      metrics.events.inc({ reason, outcome });
      if (outcome === "dropped") metrics.eventsDropped.inc({});
    },
  });
  const observer = createScanObserver({
    metrics,
    log,
    violated: createViolationEvents(recorder),
    monotonicMs,
  });
  const rejudgeQueue = createWorkQueue<string>({ clock, backoff });
  const { range, openOwned } = owned;

  const keeper = createReportKeeper({
    store: createKubeReportStore({
      client,
      types: reportTypes(discovery.types(), startSettings.openreportsEnabled),
      source: { silentAfterMs: startSettings.watchSilentAfter },
    }),
    format: startSettings.openreportsEnabled ? "openreports" : "wgpolicyk8s",
    clock,
    random,
    hashKey: processKey(),
    uidRange: range,
    concurrency: startSettings.reportWriteConcurrency,
    maxQueued: maxQueuedWrites,
    facts: {
      find: (policy) => scan.facts.find(policy),
      isWatched: (family) => scan.facts.isWatched(family),
    },
    isAlive: (family, uid) => scan.isAlive(family, uid),
    rejudge: (uid) => scan.rejudge.soon(uid),
    log,
    observer: {
      written: (verb) => metrics.reportWrites.inc({ verb, outcome: "written" }),
      unchanged: () => metrics.reportWrites.inc({ verb: "read", outcome: "unchanged" }),
      trimmed: (place) => log.warn("report is too large, results were left out", { ...place }),
      foreign: (place) =>
        log.warn("another tool has an object under the name of a report; it is left alone", { ...place }),
      deferred: (place) => log.warn("report cannot be written, it is judged again later", { ...place }),
    },
    signal,
  });

  const listPages: ListPages = async (type, options, handle, beforePage) => {
    await fetchPages(
      client,
      { type, ...(options.namespace === undefined ? {} : { namespace: options.namespace }) },
      handle,
      {
        range,
        pageSize: startSettings.pageSize,
        signal: options.signal,
        beforeRequest: async (isFirst) => {
          if (options.paceMs !== undefined && !isFirst) await pause(clock, options.paceMs, options.signal);
          beforePage();
        },
      },
    );
  };

  const loadContext = createContextLoader(context, process.env);
  const status = startPolicyStatus({ ...context, scan: () => scan, kinds: observer.kinds });
  const scan: ScanController = createScanController({
    client,
    openSource: openOwned,
    openShared: context.openSource,
    listPages,
    types: () => discovery.types(),
    reports: keeper,
    observer,
    judge: createJudge({
      now: () => clock.now(),
      seed: () => randomInt(2 ** 32),
      limits: () => ({ ...defaultBudgetLimits, maxContextBytes: settings.current().maxContextSize }),
      exceptions: noExceptions,
      onEvaluated: () => metrics.evaluations.inc({ cause: "scan" }),
      monotonicMs,
      maxRounds,
    }),
    seenHash: createSeenHash(Buffer.from(processKey()).toString("hex")),
    loadContext,
    allowedResults: () => new Set(settings.current().allowedResults),
    rejudgeQueue,
    clock,
    random,
    onChanged: () => status.changed(),
    onUnreadable: ({ key, problems }) => log.warn("policy cannot be read", { policy: key, problems }),
    signal,
  });

  let started = false;
  const oldest = (): number =>
    oldestVerdictAge(clock.monotonicMs(), observer.kinds.values(), [
      rejudgeQueue.readings().oldestReadyMs,
      rejudgeQueue.readings().oldestInWorkMs,
    ]);
  publishScanMetrics(metrics, { scan, keeper, rejudgeQueue, kinds: observer.kinds, oldestSeconds: oldest });
  health.add("readyz", "scan", () =>
    scanReadiness(started, observer.kinds.values(), {
      oldestSeconds: oldest(),
      limitSeconds: staleSeconds,
      alone: startSettings.shard.count === 1,
    }),
  );

  const loop = runReconcileLoop({
    queue: rejudgeQueue,
    reconcile: (uid, { signal: ending }) => scan.rejudge.reconcile(uid, ending),
    workers: 4,
    clock,
    log,
    signal,
    observer: {
      onReconciled: () => metrics.controllerReconciles.inc({ controller_name: "background-scan-controller" }),
      onRetry: (_failure, failures) =>
        metrics.controllerRequeues.inc({
          controller_name: "background-scan-controller",
          num_requeues: String(failures),
        }),
    },
  });
  const unsubscribe = discovery.onChange(() => scan.typesChanged());
  await scan.start();
  started = true;
  const ephemerals = startEphemeralIntake(context, {
    reports: keeper,
    isAlive: (family, uid) => scan.isAlive(family, uid),
    range,
  });
  log.info("scan started", { policies: scan.policies.policies.size, kinds: scan.kinds.size });

  const rescanDeps = {
    kinds: scan.kinds,
    listPages,
    newEpoch: () => createContextEpoch(loadContext, 5_000),
    clock,
    observer,
    pageSize: startSettings.pageSize,
  };
  const rounds = rescanForEver(rescanDeps, () => settings.current().backgroundScanInterval, signal);
  const schedules = followRescanSchedule(context, () =>
    scan.requestEverywhere({ policies: "all", namespaces: undefined, reason: "schedule" }),
  );

  return {
    async stop() {
      unsubscribe();
      await schedules();
      await Promise.all([scan.stop(), ephemerals.stop()]);
      await keeper.stop();
      await Promise.all([rounds, loop, status.stop()]);
      await recorder.stop();
    },
  };
}

/** One round after the other, each spread over the interval in force when it begins. */
async function rescanForEver(
  deps: Parameters<typeof runRescan>[0],
  intervalMs: () => number,
  signal: AbortSignal,
): Promise<void> {
  await pause(deps.clock, Math.min(intervalMs(), 60_000) / 4, signal);
  while (!signal.aborted) await runRescan(deps, intervalMs(), signal);
}

/** Keeps the cron schedule of the settings; returns how to end it. */
function followRescanSchedule(
  { settings, log }: Pick<PartContext, "settings" | "log">,
  rescan: () => void,
): () => Promise<void> {
  let schedule: Schedule | undefined;
  const arm = (expression: string): void => {
    void schedule?.stop();
    schedule =
      expression === ""
        ? undefined
        : startCron({
            expression,
            log,
            run: () => {
              rescan();
              return Promise.resolve();
            },
          });
  };
  arm(settings.current().rescanSchedule);
  const end = settings.onChange(["rescanSchedule"], ({ rescanSchedule }) => arm(rescanSchedule));
  return async () => {
    end();
    await schedule?.stop();
  };
}
