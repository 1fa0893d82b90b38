import { randomInt } from "node:crypto";
import { createCleanupController } from "#controllers/cleanup/cleanup-controller.ts";
import { createRecreations } from "#controllers/cleanup/recreations.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { createContextEpoch } from "#controllers/scan/context-epoch.ts";
import { createInputVersions } from "#controllers/scan/input-versions.ts";
import { Budget, defaultBudgetLimits } from "#engine/budget.ts";
import { startAudits } from "./audit-part.ts";
import { followCleanupExceptions } from "./cleanup-exceptions.ts";
import { createCleanupGlobals } from "./cleanup-globals.ts";
import { createContextLoader } from "./context-loader.ts";
import { createPartRecorder } from "./event-recorder.ts";
import { createLiveFilters } from "./live-filters.ts";
import type { DeletingPartContext, Part, PartContext } from "./part.ts";

/** Answers that one run remembers. */
const memo = { maxEntries: 10_000, maxBytes: 32 * 1024 * 1024 };

/** Starts the policies that delete on a schedule. */
export function startCleanup(context: DeletingPartContext, parts: Part[], clock: Clock = systemClock): void {
  const { client, discovery, settings, startSettings, log, signal } = context;
  const { metrics } = context.metrics;
  const recorder = createPartRecorder(context);
  const loader = createContextLoader(context, process.env, () => {}, {
    showsBreakers: !startSettings.only.includes("scan"),
  });
  const globals = createCleanupGlobals(context, loader.load);
  const exceptions = followCleanupExceptions(context);
  const filters = createLiveFilters(context);
  const audits = context.results && startAudits(context, { results: context.results, clock, parts });
  const controller = createCleanupController({
    client,
    world: {
      client,
      now: () => clock.now(),
      seed: () => randomInt(2 ** 32),
      budget: () =>
        new Budget({ ...defaultBudgetLimits, maxContextBytes: settings.current().maxContextSize }),
      openContext: () =>
        createContextEpoch({ load: loader.load, globals, inputs: createInputVersions(), ...memo }),
      isFiltered: ({ type, namespace, name }) => filters({ ...type, subresource: "", namespace, name }),
      ...(exceptions === undefined
        ? {}
        : { celExceptions: exceptions.source, ready: () => exceptions.ready() }),
      ownNamespace: startSettings.namespace,
      pageSize: startSettings.pageSize,
      concurrency: startSettings.cleanupConcurrency,
      ...(context.journal === undefined ? {} : { journal: context.journal }),
    },
    openSource: context.openSource,
    types: () => discovery.types(),
    recorder,
    recreations: createRecreations({ now: () => clock.now() }),
    counts: createCleanupCounts(context),
    ...(audits === undefined ? {} : { audits }),
    onRun: (task, run) => {
      const labels = {
        policy_type: task.kind,
        policy_namespace: task.namespace ?? "",
        policy_name: task.name,
      };
      metrics.cleanupRuns.inc({ ...labels, outcome: run.outcome.kind });
      metrics.cleanupRunDuration.observe({ policy_type: task.kind }, run.durationMs / 1000);
      metrics.cleanupScanned.inc({ policy_type: task.kind }, run.tally?.scanned ?? 0);
      metrics.cleanupMatched.inc(labels, run.tally?.matched ?? 0);
      const startedMs = run.endedMs - run.durationMs;
      const latenessMs = Math.max(0, startedMs - run.scheduledMs);
      metrics.cleanupLateness.observe({ policy_type: task.kind }, latenessMs / 1000);
      const controller_name = task.family === "CleanupPolicy" ? "cleanup-controller" : "deleting-controller";
      metrics.controllerReconciles.inc({ controller_name });
      for (const [reason, count] of run.tally?.skipped ?? [])
        metrics.cleanupSkipped.inc({ ...labels, reason }, count);
    },
    defaults: () => {
      const { cleanupMaxDeletions, cleanupMaxPercent, cleanupMaxPercentFrom } = settings.current();
      return {
        ...(cleanupMaxDeletions === 0 ? {} : { maxCount: cleanupMaxDeletions }),
        ...(cleanupMaxPercent === 100 ? {} : { maxPercent: cleanupMaxPercent }),
        percentFrom: cleanupMaxPercentFrom,
      };
    },
    defaultZone: () => settings.current().cleanupTimeZone,
    workers: startSettings.cleanupWorkers,
    clock,
    random: Math.random,
    log,
    signal,
  });
  metrics.cleanupNextRun.read(() =>
    [...controller.tasks.values()].flatMap((task) => {
      const nextMs = controller.nextMs(task.key);
      const labels = {
        policy_type: task.kind,
        policy_namespace: task.namespace ?? "",
        policy_name: task.name,
      };
      return nextMs === undefined ? [] : [{ labels, value: (nextMs - clock.now()) / 1000 }];
    }),
  );
  const unsubscribe = discovery.onChange(() => {
    globals.typesChanged();
    exceptions?.typesChanged();
    controller.typesChanged();
  });
  parts.push({
    async stop() {
      unsubscribe();
      // Ended first: a run may wait for it.
      await exceptions?.stop();
      await controller.stop();
      await globals.stop();
      await recorder.stop();
    },
  });
  log.info("cleanup started");
}

function createCleanupCounts({
  metrics: page,
}: PartContext): Parameters<typeof createCleanupController>[0]["counts"] {
  const { metrics } = page;
  type Count = Parameters<typeof createCleanupController>[0]["counts"]["deleted"];
  const labelsOf = (...[task, target]: Parameters<Count>) => ({
    policy_type: task.kind,
    policy_namespace: task.namespace ?? "",
    policy_name: task.name,
    resource_namespace: target.namespace,
    deletion_propagation: task.propagation ?? "",
  });
  return {
    deleted(task, target) {
      const labels = labelsOf(task, target);
      if (task.family === "CleanupPolicy")
        metrics.cleanupDeleted.inc({ ...labels, resource_kind: target.type.kind });
      else metrics.deletingDeleted.inc({ ...labels, resource: target.type.resource });
    },
    failed(task, target) {
      const labels = labelsOf(task, target);
      if (task.family === "CleanupPolicy")
        metrics.cleanupErrors.inc({ ...labels, resource_kind: target.type.kind });
      else metrics.deletingErrors.inc({ ...labels, resource: target.type.resource });
    },
  };
}
