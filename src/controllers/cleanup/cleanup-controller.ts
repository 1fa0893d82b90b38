import type { ResourceType } from "#api/meta/resource-type.ts";
import { createBackoff } from "#controllers/runtime/backoff.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { runReconcileLoop } from "#controllers/runtime/reconcile-loop.ts";
import { createWorkQueue } from "#controllers/runtime/work-queue.ts";
import type { CleanupLimits } from "#engine/cleanup/cleanup-options.ts";
import type { EventRecorder } from "#kube/events/event-recorder.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Selection, Source, SourceHandlers } from "#kube/list-watch/source.ts";
import type { Logger } from "#telemetry/logger.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import type { AuditResults } from "./audit-results.ts";
import { followAudits } from "./follow-audits.ts";
import type { RunRecord } from "./plan-status.ts";
import { createCleanupPolicies } from "./policy-watch.ts";
import { policyRows } from "#engine/cleanup/task/policy-rows.ts";
import type { PolicyRow } from "#engine/cleanup/task/policy-rows.ts";
import type { RunWorld } from "./ports.ts";
import { createPolicyReconciler } from "./reconcile-policy.ts";
import type { Recreations } from "./recreations.ts";
import { createRunTeller } from "./tell-run.ts";
import type { CleanupCounts } from "./tell-run.ts";
import { createStatusWriter } from "./write-status.ts";

export interface CleanupControllerDeps {
  readonly client: Pick<KubeClient, "patch">;
  readonly world: RunWorld;
  readonly openSource: (selection: Selection, handlers: SourceHandlers) => Source;
  readonly types: () => readonly ResourceType[];
  readonly recorder: Pick<EventRecorder, "record">;
  readonly recreations: Recreations;
  readonly counts: CleanupCounts;
  /** Where audits and held runs are told of; absent where nobody reads it. */
  readonly audits?: AuditResults;
  readonly onRun: (task: CleanupTask, run: RunRecord) => void;
  readonly defaults: () => CleanupLimits;
  readonly defaultZone: () => string;
  /** Policies that run at the same time. */
  readonly workers: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export interface CleanupController {
  /** Discovery changed: policies, or kinds that they name, may have come or gone. */
  typesChanged(): void;
  readonly tasks: ReadonlyMap<string, CleanupTask>;
  nextMs(key: string): number | undefined;
  stop(): Promise<void>;
}

/** An edit that comes as several events is looked at once. */
const settleMs = 100;

/** Runs the policies that delete on a schedule. Only the holder of the Lease may start it. */
export function createCleanupController(deps: CleanupControllerDeps): CleanupController {
  const { clock, log, signal } = deps;
  const queue = createWorkQueue<string>({ clock, backoff: createBackoff({ random: deps.random }) });
  const sources = new Map<PolicyRow, { readonly source: Source; readonly type: ResourceType }>();
  const synced = new Set<PolicyRow>();
  const audits = deps.audits && followAudits(deps.audits);
  const policies = createCleanupPolicies({
    defaults: deps.defaults,
    onChange: (key) => {
      audits?.policyChanged(key, policies.tasks.get(key));
      queue.add(key, { afterMs: settleMs });
    },
    onUnreadable: ({ key, problems }) => log.warn("policy cannot be read", { policy: key, problems }),
    onSynced: (row) => {
      synced.add(row);
      if ([...sources.keys()].every((opened) => synced.has(opened))) deps.audits?.sweep();
    },
  });
  const teller = createRunTeller(deps.recorder, deps.counts, (task, target) =>
    deps.recreations.note(task.key, target),
  );
  const reconciler = createPolicyReconciler({
    world: deps.world,
    clock,
    log,
    defaultZone: deps.defaultZone,
    task: (key) => policies.tasks.get(key),
    served: deps.types,
    observerOf: (task) => audits?.observerOf(task, teller.observerOf(task)) ?? teller.observerOf(task),
    waits: (task) => (target) => deps.recreations.waits(task.key, target),
    onRun: (task, run) => {
      teller.tellRun(task, run);
      audits?.runEnded(task, run);
      deps.onRun(task, run);
    },
    writeStatus: createStatusWriter({
      client: deps.client,
      typeOf: (task) => servedType(deps.types(), rowOf(task)),
      now: () => clock.now(),
      log,
    }),
  });
  const loop = runReconcileLoop({
    queue,
    reconcile: (key, context) => reconciler.reconcile(key, context.signal),
    workers: deps.workers,
    clock,
    log,
    signal,
  });

  const typesChanged = (): void => {
    for (const row of policyRows) {
      const type = servedType(deps.types(), row);
      // A kind that is not served any more is relisted as gone by its source; one that comes is opened.
      if (type === undefined || sources.has(row)) continue;
      sources.set(row, { type, source: deps.openSource({ type }, policies.handlersOf(row)) });
    }
  };
  typesChanged();

  return {
    typesChanged,
    tasks: policies.tasks,
    nextMs: (key) => reconciler.nextMs(key),
    async stop() {
      await Promise.all([...sources.values()].map(({ source }) => source.stop()));
      await loop;
    },
  };
}

function rowOf({ kind }: CleanupTask): PolicyRow | undefined {
  return policyRows.find((row) => row.kind === kind);
}

function servedType(types: readonly ResourceType[], row: PolicyRow | undefined): ResourceType | undefined {
  return types.find(({ group, kind, preferred }) => preferred && group === row?.group && kind === row.kind);
}
