import { createHash, randomInt } from "node:crypto";
import { createGenerateController } from "#controllers/generate/generate-controller.ts";
import type { GenerateController } from "#controllers/generate/generate-controller.ts";
import type { TriggerRun } from "#controllers/generate/handle-trigger.ts";
import type { RunContext } from "#controllers/generate/ports.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import { createContextEpoch } from "#controllers/scan/context-epoch.ts";
import { createInputVersions } from "#controllers/scan/input-versions.ts";
import type { TriggerFeed } from "#controllers/triggers/trigger-feed.ts";
import { Budget, defaultBudgetLimits } from "#engine/budget.ts";
import { createTargetGuard } from "#kube/broker/create-target-guard.ts";
import { stringifyJson } from "#kube/client/json.ts";
import { createCleanupGlobals } from "./cleanup-globals.ts";
import { createContextLoader } from "./context-loader.ts";
import { createPartRecorder } from "./event-recorder.ts";
import type { Part, PartContext } from "./part.ts";
import { followPolicyExceptions } from "./policy-exceptions.ts";
import { processKey } from "./process-key.ts";
import type { ResultPort } from "./result-port.ts";
import { createRightsWatch } from "./rights-watch.ts";

/** Answers that triggers which come together share. */
const memo = { maxEntries: 5_000, maxBytes: 16 * 1024 * 1024 };
const memoMs = 2_000;
/** Triggers that are handled at once; each mostly waits for one write. */
const workers = 16;

/** The running part, as the intake of UpdateRequests needs it. */
export interface GeneratePart extends Part {
  readonly controller: GenerateController;
}

/** Starts the policies that generate. */
export function startGenerate(
  context: PartContext,
  deps: { readonly feed: TriggerFeed; readonly results: ResultPort },
): GeneratePart {
  const { client, discovery, settings, startSettings, log, signal } = context;
  const { metrics } = context.metrics;
  const clock = systemClock;
  const recorder = createPartRecorder(context);
  const loader = createContextLoader(context, process.env, () => {}, { showsBreakers: false });
  const globals = createCleanupGlobals(context, loader.load);
  const exceptions = followPolicyExceptions(context, () => {});
  const key = processKey();
  const controller = createGenerateController({
    feed: deps.feed,
    world: {
      client,
      guard: createTargetGuard({
        purpose: "generate",
        client,
        ownNamespace: startSettings.namespace,
        clock,
        random: Math.random,
        log,
        onCall: (purpose, outcome) => metrics.policyCalls.inc({ kind: purpose, outcome }),
      }),
      ownWrites: deps.feed.ownWrites,
      namespaces: deps.feed.namespaces,
      types: () => discovery.types(),
      openSource: context.openSource,
      hash: (value) =>
        createHash("sha256")
          .update(key)
          .update(stringifyJson(value) ?? "")
          .digest("base64")
          .slice(0, 16),
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      seed: () => randomInt(2 ** 32),
      budget: () =>
        new Budget({ ...defaultBudgetLimits, maxContextBytes: settings.current().maxContextSize }),
      context: sharedContext(() =>
        createContextEpoch({ load: loader.load, globals, inputs: createInputVersions(), ...memo }),
      ),
      ...(exceptions === undefined ? {} : { exceptions: exceptions.rules, celExceptions: exceptions.cel }),
      pageSize: startSettings.pageSize,
      log,
      concurrency: startSettings.reportWriteConcurrency,
    },
    recorder,
    results: deps.results,
    reported: () => {
      const { allowedResults, enableReporting } = settings.current();
      return { results: new Set(allowedResults), isOn: enableReporting.includes("generate") };
    },
    isReady: () => exceptions?.isReady() ?? true,
    onCondition: (policyKey, condition) => context.policyConditions?.set("generate", policyKey, condition),
    onRun: (run, durationMs) => countRun(context, run, durationMs),
    workers,
    clock,
    random: Math.random,
    log,
    signal,
  });
  metrics.generateStanding.read(() =>
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
  log.info("generate started");
  return {
    controller,
    async stop() {
      unsubscribe();
      await rights.stop();
      await controller.stop();
      await Promise.all([globals.stop(), exceptions?.stop(), recorder.stop()]);
    },
  };
}

/** One memo for all who ask within two seconds and know the same sources. */
function sharedContext(open: () => RunContext): (version: number) => RunContext {
  let shared:
    | { readonly context: RunContext; readonly version: number; readonly sinceMs: number }
    | undefined;
  return (version) => {
    const nowMs = systemClock.monotonicMs();
    if (shared === undefined || shared.version !== version || nowMs - shared.sinceMs > memoMs) {
      shared = { context: open(), version, sinceMs: nowMs };
    }
    return shared.context;
  };
}

function countRun({ metrics: { metrics } }: PartContext, run: TriggerRun, durationMs: number): void {
  const { task, created, changed, deleted, held, problem } = run;
  const labels = {
    policy_type: task.owner.kind,
    policy_namespace: task.owner.namespace ?? "",
    policy_name: task.owner.name,
    rule_name: task.rule,
  };
  const count = (outcome: string, value: number): void => {
    if (value > 0) metrics.generatedObjects.inc({ ...labels, outcome }, value);
  };
  count("created", created.length);
  count("changed", changed.length);
  count("deleted", deleted);
  count("held", held);
  count("failed", problem === undefined ? 0 : 1);
  metrics.generateDuration.observe({ policy_type: task.owner.kind }, durationMs / 1_000);
}
