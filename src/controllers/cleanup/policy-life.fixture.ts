import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { configMaps, FakeCluster, stale } from "./cleanup-world.fixture.ts";
import type { CleanupFindings, RunRecord } from "./plan-status.ts";
import { createPolicyReconciler } from "./reconcile-policy.ts";
import type { PolicyReconciler } from "./reconcile-policy.ts";

/** One policy over a cluster in memory and a clock that is moved by hand; it is looked at whenever it wants to be. */
export class PolicyLife {
  readonly cluster: FakeCluster;
  readonly runs: RunRecord[] = [];
  readonly written: CleanupFindings[] = [];
  task: CleanupTask | undefined;
  /** Stores what is true of the policy; a test may have it fail. */
  writeStatus: (task: CleanupTask, findings: CleanupFindings) => Promise<void> = () => Promise.resolve();
  readonly reconciler: PolicyReconciler;

  constructor(task: CleanupTask, cluster?: FakeCluster) {
    this.task = task;
    this.cluster = cluster ?? new FakeCluster();
    if (cluster === undefined) this.cluster.put("a", stale);
    this.reconciler = createPolicyReconciler({
      world: this.cluster.world,
      clock: this.cluster.clock,
      log: silentLogger,
      defaultZone: () => "UTC",
      task: () => this.task,
      served: () => [configMaps],
      observerOf: () => ({ deleted: () => {}, failed: () => {}, marked: () => {}, wouldDelete: () => {} }),
      waits: () => () => false,
      onRun: (_task, run) => this.runs.push(run),
      writeStatus: (of, findings) => {
        this.written.push(findings);
        return this.writeStatus(of, findings);
      },
    });
  }

  /** Lets the policy live for some time, asleep as long as it wants to be. Returns how often it was looked at. */
  async live(durationMs: number): Promise<number> {
    const endMs = this.cluster.clock.now() + durationMs;
    for (let looks = 1; ; looks += 1) {
      const outcome = await this.reconciler.reconcile("k", new AbortController().signal);
      if (outcome.kind === "done") return looks;
      if (this.cluster.clock.now() + outcome.delayMs > endMs) {
        await this.cluster.clock.advance(Math.max(0, endMs - this.cluster.clock.now()));
        return looks;
      }
      await this.cluster.clock.advance(outcome.delayMs);
    }
  }

  get outcomes(): readonly string[] {
    return this.runs.map(({ outcome }) => outcome.kind);
  }
}
