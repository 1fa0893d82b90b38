import { randomInt } from "node:crypto";
import { createMutateExisting } from "#controllers/mutate-existing/mutate-existing-controller.ts";
import type { MutateExistingController } from "#controllers/mutate-existing/mutate-existing-controller.ts";
import type { MutateTask } from "#controllers/mutate-existing/mutate-task.ts";
import { createRightsCheck } from "#controllers/permissions/create-rights-check.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { createContextEpoch } from "#controllers/scan/context-epoch.ts";
import { createInputVersions } from "#controllers/scan/input-versions.ts";
import type { TriggerFeed } from "#controllers/triggers/trigger-feed.ts";
import { Budget, defaultBudgetLimits } from "#engine/budget.ts";
import { createTargetGuard } from "#kube/broker/create-target-guard.ts";
import { createCleanupGlobals } from "./cleanup-globals.ts";
import { createContextLoader } from "./context-loader.ts";
import { createPartRecorder } from "./event-recorder.ts";
import { createLiveFilters } from "./live-filters.ts";
import type { Part, PartContext } from "./part.ts";
import { followPolicyExceptions } from "./policy-exceptions.ts";
import type { ResultPort } from "./result-port.ts";
import { createRightsWatch } from "./rights-watch.ts";

/** Answers that one run remembers. */
const memo = { maxEntries: 10_000, maxBytes: 32 * 1024 * 1024 };
/** Triggers that are handled at once; each may have targets by the thousand. */
const workers = 4;

/** The running part, as the intake of UpdateRequests needs it. */
export interface MutatePart extends Part {
  readonly controller: MutateExistingController;
}

/** Starts the policies that change existing objects. */
export function startMutateExisting(
  context: PartContext,
  deps: { readonly feed: TriggerFeed; readonly results: ResultPort },
  clock: Clock = systemClock,
): MutatePart {
  const { client, discovery, settings, startSettings, log, signal } = context;
  const { metrics } = context.metrics;
  const recorder = createPartRecorder(context);
  const loader = createContextLoader(context, process.env, () => {}, { showsBreakers: false });
  const globals = createCleanupGlobals(context, loader.load);
  const exceptions = followPolicyExceptions(context, () => {});
  const guard = createTargetGuard({
    purpose: "mutate-existing",
    client,
    ownNamespace: startSettings.namespace,
    clock,
    random: Math.random,
    log,
    onCall: (purpose, outcome) => metrics.policyCalls.inc({ kind: purpose, outcome }),
  });
  const isFiltered = createLiveFilters(context);
  const controller = createMutateExisting({
    feed: deps.feed,
    world: {
      client,
      guard,
      ownWrites: deps.feed.ownWrites,
      namespaces: deps.feed.namespaces,
      types: () => discovery.types(),
      ownNamespace: startSettings.namespace,
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      seed: () => randomInt(2 ** 32),
      budget: () =>
        new Budget({ ...defaultBudgetLimits, maxContextBytes: settings.current().maxContextSize }),
      openContext: () =>
        createContextEpoch({ load: loader.load, globals, inputs: createInputVersions(), ...memo }),
      ...(exceptions === undefined
        ? {}
        : {
            exceptions: exceptions.rules,
            celExceptions: exceptions.cel,
            isReady: () => exceptions.isReady(),
          }),
      isFiltered: ({ type, ...place }) => isFiltered({ ...type, ...place }),
      pageSize: startSettings.pageSize,
      concurrency: startSettings.reportWriteConcurrency,
    },
    openSource: context.openSource,
    recorder,
    results: deps.results,
    reported: () => {
      const { allowedResults, enableReporting } = settings.current();
      return { results: new Set(allowedResults), isOn: enableReporting.includes("mutateExisting") };
    },
    rights: createRightsCheck({ client, log }),
    onCondition: (policyKey, condition) => {
      // That all is well needs no word.
      const told = condition?.status === "False" ? condition : undefined;
      context.policyConditions?.set("mutate-existing", policyKey, told);
    },
    onApplied: (task, outcome) => metrics.mutateExistingTargets.inc({ ...labelsOf(task), outcome }),
    intervalMs: () => settings.current().backgroundScanInterval,
    workers,
    clock,
    random: Math.random,
    log,
    signal,
  });
  metrics.mutateExistingStanding.read(() =>
    Object.entries(controller.readings()).map(([what, value]) => ({ labels: { what }, value })),
  );
  const rights = createRightsWatch({
    openSource: context.openSource,
    types: () => discovery.types(),
    clock,
    onChange: () => {
      loader.retryForbidden();
      controller.rightsChanged();
    },
  });
  rights.begin();
  const unsubscribe = discovery.onChange(() => {
    globals.typesChanged();
    exceptions?.typesChanged();
    controller.typesChanged();
  });
  log.info("mutate-existing started");
  return {
    controller,
    async stop() {
      unsubscribe();
      await Promise.all([rights.stop(), controller.stop()]);
      await Promise.all([exceptions?.stop(), globals.stop(), recorder.stop()]);
    },
  };
}

function labelsOf({ owner }: MutateTask) {
  return { policy_type: owner.kind, policy_namespace: owner.namespace ?? "", policy_name: owner.name };
}
