import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import type { ReportOwner } from "#reports/owner.ts";
import { isWithdrawal } from "#reports/withdrawal.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { findingsOf } from "./audit-findings.ts";
import { createAuditResults } from "./audit-results.ts";
import { configMaps, staleTask } from "./cleanup-world.fixture.ts";
import type { RunRecord } from "./plan-status.ts";
import type { Candidate } from "./run/candidate.ts";

const candidate = (name: string): Candidate => ({
  uid: `uid-${name}`,
  type: configMaps,
  namespace: "shop",
  name,
  resourceVersion: "1",
  createdMs: 0,
});

const outcome = (kind: "audited" | "completed" | "held" | "failed"): Pick<RunRecord, "outcome"> => {
  switch (kind) {
    case "held":
      return { outcome: { kind, limits: ["5 objects match, the limit is 3"] } };
    case "failed":
      return { outcome: { kind, message: "no answer" } };
    case "audited":
    case "completed":
      return { outcome: { kind } };
    default:
      return kind satisfies never;
  }
};

class Reports {
  /** `object: message` of each result that stands. */
  readonly standing = new Map<string, PolicyReportResult>();
  readonly owners = new Map<string, ReportOwner>();
  merges = 0;
  lists = 0;
  refusals = 0;

  readonly port: Parameters<typeof createAuditResults>[0]["reports"] = {
    merge: async (owner, results) => {
      this.merges += 1;
      if (this.refusals > 0) {
        this.refusals -= 1;
        throw new Error("not now");
      }
      for (const result of results) {
        if (isWithdrawal(result)) this.standing.delete(owner.name);
        else this.standing.set(owner.name, result);
        this.owners.set(owner.name, owner);
      }
    },
    listStored: async (handle) => {
      this.lists += 1;
      for (const [name, result] of this.standing) {
        const owner = this.owners.get(name);
        if (owner !== undefined) handle(owner, [result]);
      }
    },
  };

  shown(): readonly string[] {
    return [...this.standing].map(([name, { result }]) => `${name}=${result ?? ""}`).sort();
  }
}

const audit = { "cleanup.rearguard.io/mode": "audit" };

class Process {
  readonly clock = createVirtualClock();
  readonly reports: Reports;
  readonly audits: ReturnType<typeof createAuditResults>;

  constructor(reports = new Reports()) {
    this.reports = reports;
    this.audits = createAuditResults({
      reports: reports.port,
      clock: this.clock,
      random: () => 0,
      log: silentLogger,
      signal: new AbortController().signal,
    });
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  async ran(task: CleanupTask, kind: Parameters<typeof outcome>[0], ...names: readonly string[]) {
    const findings = findingsOf(task, outcome(kind), names.map(candidate));
    if (findings !== undefined) this.audits.found(task, findings);
    await this.settle();
  }
}

describe("results of audits", () => {
  it("stand on each object that would go, and leave when it would not any more", async () => {
    const process = new Process();
    const task = staleTask({ annotations: audit });
    await process.ran(task, "audited", "a", "b");
    assert.deepEqual(process.reports.shown(), ["a=warn", "b=warn"]);
    const [result] = process.reports.standing.values();
    assert.equal(result?.source, "KyvernoCleanupPolicy");
    assert.equal(result?.message, "ClusterCleanupPolicy stale would delete it");
    await process.ran(task, "audited", "b");
    assert.deepEqual(process.reports.shown(), ["b=warn"]);
    assert.equal(process.audits.count, 1);
  });

  it("are not written again where nothing changed", async () => {
    const process = new Process();
    const task = staleTask({ annotations: audit });
    await process.ran(task, "audited", "a", "b");
    const { merges } = process.reports;
    await process.ran(task, "audited", "a", "b");
    assert.equal(process.reports.merges, merges);
  });

  it("stay where a run fails, and are tried again where a report cannot be written", async () => {
    const process = new Process();
    const task = staleTask({ annotations: audit });
    process.reports.refusals = 1;
    await process.ran(task, "audited", "a", "b");
    assert.equal(process.reports.standing.size, 1);
    await process.clock.advance(600_000);
    await process.settle();
    assert.deepEqual(process.reports.shown(), ["a=warn", "b=warn"]);
    await process.ran(task, "failed");
    assert.deepEqual(process.reports.shown(), ["a=warn", "b=warn"]);
  });

  it("leave when the policy deletes, or is gone", async () => {
    for (const end of ["follow", "gone"] as const) {
      const process = new Process();
      await process.ran(staleTask({ annotations: audit }), "audited", "a");
      process.audits[end](staleTask());
      await process.settle();
      assert.deepEqual(process.reports.shown(), [], end);
    }
  });

  it("tell of a held run on the policy, until a run is carried out", async () => {
    const process = new Process();
    const task = staleTask();
    await process.ran(task, "held");
    assert.deepEqual(process.reports.shown(), ["stale=fail"]);
    assert.equal(
      process.reports.standing.get("stale")?.message,
      "run held, nothing was deleted: 5 objects match, the limit is 3",
    );
    process.audits.follow(task);
    await process.settle();
    assert.equal(process.reports.standing.size, 1);
    await process.ran(task, "completed");
    assert.equal(process.reports.standing.size, 0);
  });

  it("are known after a restart: nothing is written twice, and what ended meanwhile leaves", async () => {
    const before = new Process();
    const task = staleTask({ annotations: audit });
    await before.ran(task, "audited", "a", "b");
    const { reports } = before;
    const { merges } = reports;

    const same = new Process(reports);
    same.audits.follow(task);
    same.audits.sweep();
    await same.settle();
    await same.ran(task, "audited", "a", "b");
    assert.equal(reports.merges, merges);
    assert.equal(reports.lists, 2);

    const ended = new Process(reports);
    ended.audits.follow(staleTask());
    ended.audits.sweep();
    await ended.settle();
    assert.deepEqual(reports.shown(), []);

    await before.ran(task, "audited");
    await before.ran(task, "audited", "a");
    const gone = new Process(reports);
    gone.audits.sweep();
    await gone.settle();
    assert.deepEqual(reports.shown(), []);
  });
});
