import type { ReportKeeper } from "#controllers/reports/report-keeper.ts";
import type { WorkQueue } from "#controllers/runtime/work-queue.ts";
import type { ScanController } from "#controllers/scan/scan-controller.ts";
import type { Metrics } from "#telemetry/metrics.ts";
import type { KindStanding } from "./scan-observer.ts";

/** Gauges that are read from the running scan at each scrape. */
export function publishScanMetrics(
  metrics: Metrics,
  running: {
    readonly scan: ScanController;
    readonly keeper: ReportKeeper;
    readonly rejudgeQueue: WorkQueue<string>;
    readonly kinds: ReadonlyMap<string, KindStanding>;
    readonly oldestSeconds: () => number;
  },
): void {
  const { scan, keeper, rejudgeQueue, kinds } = running;
  metrics.oldestVerdictAge.read(() => [{ labels: {}, value: running.oldestSeconds() }]);
  metrics.objectsKnown.read(() =>
    [...scan.kinds].map(([resource, kind]) => ({ labels: { resource }, value: kind.scan.table.size })),
  );
  metrics.kinds.read(() =>
    (["live", "syncing", "degraded"] as const).map((state) => ({
      labels: { state },
      value: [...kinds.values()].filter((standing) => standing.state === state).length,
    })),
  );
  metrics.pendingPasses.read(() => [
    { labels: {}, value: [...scan.kinds.values()].filter(({ passes }) => passes.busy()).length },
  ]);
  metrics.writeQueueDepth.read(() => {
    const { queued, deferred } = keeper.stats();
    return [{ labels: {}, value: queued + deferred }];
  });
  const queue = "rejudge";
  metrics.workQueueDepth.read(() => {
    const { ready, delayed, inWork } = rejudgeQueue.readings();
    return [
      { labels: { queue, state: "ready" }, value: ready },
      { labels: { queue, state: "delayed" }, value: delayed },
      { labels: { queue, state: "in_work" }, value: inWork },
    ];
  });
  metrics.workQueueOldest.read(() => {
    const { oldestReadyMs, oldestInWorkMs } = rejudgeQueue.readings();
    return [
      { labels: { queue, state: "ready" }, value: oldestReadyMs / 1000 },
      { labels: { queue, state: "in_work" }, value: oldestInWorkMs / 1000 },
    ];
  });
  metrics.policyRuleInfo.read(() =>
    [...scan.policies.policies.values()].flatMap(({ compiled, action, idle }) =>
      compiled.rules.map((rule) => ({
        labels: {
          policy_namespace: compiled.identity.namespace ?? "-",
          policy_name: compiled.identity.name,
          status_ready: String(compiled.problems.length === 0 && idle === undefined),
          policy_validation_mode: action,
          policy_type: compiled.identity.namespace === undefined ? "cluster" : "namespaced",
          policy_background_mode: String(compiled.background),
          rule_name: rule.name,
          rule_type: rule.type,
        },
        value: 1,
      })),
    ),
  );
}
