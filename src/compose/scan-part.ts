import { randomInt } from "node:crypto";
import type { UidRange } from "#api/meta/uid-range.ts";
import { createReportKeeper } from "#controllers/reports/create-report-keeper.ts";
import type { ResultIntake } from "#controllers/reports/create-report-keeper.ts";
import { createKubeReportStore } from "#controllers/reports/kube-report-store.ts";
import type { IsAlive } from "#controllers/reports/report-writer.ts";
import { createSilentReportStore } from "#controllers/reports/silent-report-store.ts";
import { createBackoff } from "#controllers/runtime/backoff.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import { runReconcileLoop } from "#controllers/runtime/reconcile-loop.ts";
import { createWorkQueue } from "#controllers/runtime/work-queue.ts";
import { createJudge } from "#controllers/scan/judge.ts";
import type { ListPages } from "#controllers/scan/pass-runner.ts";
import type { RescanDeps } from "#controllers/scan/rescan.ts";
import { createScanController } from "#controllers/scan/scan-controller.ts";
import type { ScanController } from "#controllers/scan/scan-controller.ts";
import { readsOutside } from "#controllers/scan/scan-policy.ts";
import type { OptionalKinds } from "#controllers/scan/policy-kinds.ts";
import { createSeenHash } from "#controllers/scan/seen-hash.ts";
import { defaultBudgetLimits } from "#engine/budget.ts";
import { createCelExceptionIndex } from "#engine/cel-policy/cel-exception-index.ts";
import { createExceptionIndex } from "#engine/exceptions/exception-index.ts";
import { noExceptions } from "#engine/exceptions/exception-source.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";
import type { Selection, Source, SourceHandlers } from "#kube/list-watch/source.ts";
import { createContextLoader } from "./context-loader.ts";
import { startEphemeralIntake } from "./ephemeral-part.ts";
import { startGlobalContext } from "./global-context-part.ts";
import { createPartRecorder } from "./event-recorder.ts";
import type { Part, PartContext } from "./part.ts";
import { processKey } from "./process-key.ts";
import { oldestVerdictAge, scanReadiness } from "./readiness.ts";
import type { Standing } from "./readiness.ts";
import { servedReportTypes } from "./report-types.ts";
import { startRescans } from "./rescan-part.ts";
import { createRightsWatch } from "./rights-watch.ts";
import { createScanEvents } from "./scan-events.ts";
import { publishScanMetrics } from "./scan-metrics.ts";
import { createScanObserver } from "./scan-observer.ts";
import { createScanScope } from "./scan-scope.ts";
import { createStatusOwnership } from "./status-ownership.ts";
import { startPolicyStatus } from "./status-part.ts";

const maxQueuedWrites = 512;
const maxRounds = 8;
/** Verdicts older than this alarm, and end the readiness of a process that is alone. */
const staleSeconds = 300;

/** Starts scan, reports and policy status. */
export async function startScan(
  context: PartContext,
  owned: {
    readonly range: UidRange;
    readonly openOwned: (selection: Selection, handlers: SourceHandlers) => Source;
    /** Takes what is to be stopped, before it is started. */
    readonly parts: Part[];
    /** Told of the writer of reports once it knows what is stored, and of its end. */
    readonly onKeeper: (keeper: ResultIntake | undefined) => void;
  },
): Promise<void> {
  const { settings, startSettings, client, discovery, health, log, signal } = context;
  const { metrics } = context.metrics;
  const clock = systemClock;
  const random = Math.random;
  const monotonicMs = (): number => clock.monotonicMs();
  const backoff = createBackoff<string>({ random });

  const recorder = createPartRecorder(context);
  const observer = createScanObserver({
    metrics,
    log,
    events: createScanEvents(recorder),
    wantsSuccesses: () => settings.current().generateSuccessEvents,
    monotonicMs,
  });
  const rejudgeQueue = createWorkQueue<string>({ clock, backoff });
  const { range, openOwned } = owned;
  let missing: string | undefined = "reports are being read";
  health.add("readyz", "reports", () => missing);
  const types = await servedReportTypes(discovery, {
    openreports: startSettings.openreportsEnabled,
    log,
    signal,
    onMissing: (what) => {
      missing = what;
    },
  });

  const keeper = createReportKeeper({
    store: startSettings.policyReports
      ? createKubeReportStore({
          client,
          types,
          source: { silentAfterMs: startSettings.watchSilentAfter },
        })
      : createSilentReportStore(),
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
      written: (verb) => {
        metrics.controllerReconciles.inc({ controller_name: "aggregate-report-controller" });
        metrics.reportWrites.inc({ verb, outcome: "written" });
      },
      unchanged: () => metrics.reportWrites.inc({ verb: "read", outcome: "unchanged" }),
      trimmed: (place) => log.warn("report is too large, results were left out", { ...place }),
      foreign: (place) =>
        log.warn("another tool has an object under the name of a report; it is left alone", { ...place }),
      deferred: (place) => log.warn("report cannot be written, it is judged again later", { ...place }),
    },
    signal,
  });

  const listPages: ListPages = async (type, options, handle, onListStart) => {
    await fetchPages(
      client,
      { type, ...(options.namespace === undefined ? {} : { namespace: options.namespace }) },
      handle,
      {
        range,
        pageSize: startSettings.pageSize,
        signal: options.signal,
        beforeRequest: async (isFirst) => {
          if (isFirst) onListStart();
          else await options.pace?.();
        },
      },
    );
  };

  const rights = createRightsWatch({
    openSource: context.openSource,
    types: () => discovery.types(),
    clock,
    onChange: () => {
      if (loader.retryForbidden()) scan.requestFor(readsOutside, "rights");
      globals.retry();
    },
  });
  const loader = createContextLoader(context, process.env, () => rights.begin());
  const scope = createScanScope(settings, {
    namespace: startSettings.namespace,
    leases: new Set([startSettings.reportsLease, startSettings.backgroundLease, startSettings.cleanupLease]),
  });
  const ownership = createStatusOwnership(context);
  const status = startPolicyStatus({ ...context, scan: () => scan, kinds: observer.kinds, ownership });
  const hashKey = Buffer.from(processKey()).toString("hex");
  const globals = startGlobalContext(context, {
    load: loader.load,
    hashKey,
    ownership,
    recorder,
    onFailed: () => rights.begin(),
    onChanged: (entry, names) => scan.globalEntryChanged(entry, names),
  });
  const exceptions = startSettings.enablePolicyException
    ? createExceptionIndex({ namespace: startSettings.exceptionNamespace })
    : undefined;
  const celExceptions = startSettings.enablePolicyException
    ? createCelExceptionIndex({ namespace: startSettings.exceptionNamespace })
    : undefined;
  const optionalKinds = optionalKindsOf(startSettings);
  const scan: ScanController = createScanController({
    client,
    ...(exceptions === undefined ? {} : { exceptions }),
    ...(celExceptions === undefined ? {} : { celExceptions }),
    optionalKinds,
    forcesIgnore: startSettings.forceFailurePolicyIgnore,
    onCompiled: (kind) => metrics.policyCompilations.inc({ kind }),
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
      exceptions: exceptions ?? noExceptions,
      ...(celExceptions === undefined ? {} : { celExceptions }),
      onEvaluated: () => metrics.evaluations.inc({ cause: "scan" }),
      monotonicMs,
      maxRounds,
    }),
    seenHash: createSeenHash(hashKey),
    isLeftOut: scope.isLeftOut,
    loadContext: loader.load,
    globalEntries: globals,
    reported: scope.reported,
    rejudgeQueue,
    concurrentPasses: startSettings.backgroundScanWorkers,
    clock,
    random,
    onChanged: () => status.changed(),
    onUnreadable: ({ key, problems }) => log.warn("policy cannot be read", { policy: key, problems }),
    signal,
  });

  let started = false;
  const waitingMs = (): readonly number[] => {
    const { oldestReadyMs, oldestInWorkMs } = rejudgeQueue.readings();
    return [oldestReadyMs, oldestInWorkMs];
  };
  const inputs = (): Standing[] =>
    [...scan.inputs.values()].map(({ state, sinceMs }) => ({ state: state.kind, sinceMs }));
  const oldestOf = (kinds: Iterable<Standing>): number =>
    oldestVerdictAge(monotonicMs(), [...kinds, ...inputs()], waitingMs());
  publishScanMetrics(metrics, {
    scan,
    keeper,
    rejudgeQueue,
    kinds: observer.kinds,
    oldestSeconds: () => oldestOf(observer.kinds.values()),
  });
  health.add("readyz", "scan", () =>
    scanReadiness(
      started ? undefined : (scan.waitingFor() ?? "reports are being read"),
      observer.kinds.values(),
      {
        // A kind that cannot be read is told of elsewhere, and must not keep the others from being served.
        oldestSeconds: oldestOf([...observer.kinds.values()].filter(({ state }) => state !== "degraded")),
        limitSeconds: staleSeconds,
        alone: startSettings.shard.count === 1,
      },
    ),
  );

  const loop = runReconcileLoop({
    queue: rejudgeQueue,
    reconcile: (uid, { signal: ending }) => scan.rejudge.reconcile(uid, ending),
    workers: 4,
    clock,
    log,
    signal,
    observer: {
      onReconciled: () => {},
      onRetry: (_failure, failures) =>
        metrics.controllerRequeues.inc({
          controller_name: "background-scan-controller",
          num_requeues: String(failures),
        }),
    },
  });
  const unsubscribe = discovery.onChange(() => {
    globals.typesChanged();
    scan.typesChanged();
  });
  owned.parts.push({
    async stop() {
      unsubscribe();
      owned.onKeeper(undefined);
      // Together, because what is handed over waits for the keeper, and the keeper ends that wait.
      await Promise.all([rights.stop(), scan.stop(), keeper.stop(), globals.stop()]);
      await Promise.all([loop, status.stop(), recorder.stop()]);
    },
  });
  await scan.start();
  started = true;
  owned.onKeeper(keeper);
  log.info("scan started", { policies: scan.policies.policies.size, kinds: scan.kinds.size });

  const isAlive: IsAlive = (family, uid) => scan.isAlive(family, uid);
  owned.parts.push(startEphemeralIntake(context, { reports: keeper, isAlive, range }));
  const rescanDeps: RescanDeps = {
    kinds: scan.kinds,
    listPages,
    newEpoch: () => {
      // Where rights cannot be watched, this is when calls that were forbidden are made again.
      loader.retryForbidden();
      return scan.newEpoch();
    },
    clock,
    observer,
    pageSize: startSettings.pageSize,
    intervalMs: () => settings.current().backgroundScanInterval,
  };
  const rescan = (reason: string): void =>
    scan.requestEverywhere({ policies: "all", namespaces: undefined, reason });
  owned.parts.push(startRescans(context, rescanDeps, () => rescan("schedule")));
  const endScope = scope.onChange(() => rescan("settings"));
  owned.parts.push({ stop: () => Promise.resolve(endScope()) });
}

/** Kinds of policies that are only judged where a setting says so. */
function optionalKindsOf(settings: Readonly<Record<OptionalKinds, boolean>>): ReadonlySet<OptionalKinds> {
  const names = ["validatingAdmissionPolicyReports", "mutatingAdmissionPolicyReports"] as const;
  return new Set(names.filter((name) => settings[name]));
}
