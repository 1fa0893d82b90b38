import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { TransportError } from "#kube/client/api-error.ts";

import { stale, staleTask } from "./cleanup-world.fixture.ts";
import { PolicyLife } from "./policy-life.fixture.ts";

const hourMs = 3_600_000;

describe("the schedule of a policy", () => {
  it("runs it at each of its times and at no other", async () => {
    const operator = new PolicyLife(staleTask());
    await operator.live(3.5 * hourMs);
    assert.deepEqual(
      operator.runs.map(({ scheduledMs }) => new Date(scheduledMs).toISOString()),
      ["2026-01-01T01:00:00.000Z", "2026-01-01T02:00:00.000Z", "2026-01-01T03:00:00.000Z"],
    );
  });

  it("makes one run of the times that passed while nobody ran it", async () => {
    const operator = new PolicyLife(staleTask({ created: "2025-12-01T00:00:00Z" }));
    await operator.live(1_000);
    assert.equal(operator.runs.length, 1);
  });

  it("goes on from the run that the status tells of", async () => {
    const operator = new PolicyLife(
      staleTask({ created: "2025-12-01T00:00:00Z", status: { lastExecutionTime: "2026-01-01T00:00:00Z" } }),
    );
    await operator.live(hourMs / 2);
    assert.deepEqual(operator.runs, []);
  });

  it("never runs a policy whose time never comes, and says so", async () => {
    const operator = new PolicyLife(staleTask({ schedule: "0 0 30 2 *" }));
    assert.equal(await operator.live(30 * 24 * hourMs), 1);
    assert.deepEqual(operator.runs, []);
    assert.equal(operator.written[0]?.nextMs, undefined);
  });

  it("repeats a run that failed, less and less often, and goes on when it succeeds", async () => {
    const operator = new PolicyLife(staleTask());
    let failures = 0;
    operator.cluster.before = (verb) => {
      if (verb === "delete" && failures++ < 3) throw new TransportError("connect", "refused");
    };
    await operator.live(1.2 * hourMs);
    assert.deepEqual(operator.outcomes, ["failed", "failed", "failed", "completed"]);
    const gaps = operator.runs
      .slice(1)
      .map(({ endedMs }, index) => endedMs - (operator.runs[index]?.endedMs ?? 0));
    assert.deepEqual(gaps, [15_000, 30_000, 60_000]);
    await operator.live(hourMs);
    assert.equal(operator.outcomes.at(-1), "completed");
    assert.equal(operator.runs.length, 5);
  });

  it("waits with a failed run however often the policy is looked at, as after each write of its own status", async () => {
    const operator = new PolicyLife(staleTask({ created: "2025-12-01T00:00:00Z" }));
    operator.cluster.before = (verb) => {
      if (verb === "delete") throw new TransportError("connect", "refused");
    };
    for (let look = 0; look < 100; look += 1) {
      await operator.reconciler.reconcile("k", new AbortController().signal);
      await operator.cluster.clock.advance(100);
    }
    assert.equal(operator.runs.length, 1);
    operator.task = staleTask({ created: "2025-12-01T00:00:00Z", generation: 2 });
    await operator.reconciler.reconcile("k", new AbortController().signal);
    assert.equal(operator.runs.length, 2, "an edit is tried at once");
  });

  it("ends a run whose policy is deleted, and tells another policy of that name nothing", async () => {
    for (const next of [undefined, staleTask({ uid: "policy-2" })]) {
      const operator = new PolicyLife(staleTask({ created: "2025-12-01T00:00:00Z" }));
      for (let index = 0; index < 50; index += 1) operator.cluster.put(`o-${index}`, stale);
      operator.cluster.before = (verb) => {
        if (verb === "delete" && operator.cluster.calls.delete === 3) operator.task = next;
      };
      await operator.reconciler.reconcile("k", new AbortController().signal);
      assert.ok(operator.cluster.deleted.length < 12, `${operator.cluster.deleted.length} were deleted`);
      assert.deepEqual(operator.written, []);
    }
  });

  it("ends a run whose policy is told to audit, and audits", async () => {
    const operator = new PolicyLife(staleTask({ created: "2025-12-01T00:00:00Z" }));
    for (let index = 0; index < 50; index += 1) operator.cluster.put(`o-${index}`, stale);
    const annotations = { "cleanup.rearguard.io/mode": "audit" };
    operator.cluster.before = (verb) => {
      if (verb === "delete" && operator.cluster.calls.delete === 3)
        operator.task = staleTask({ created: "2025-12-01T00:00:00Z", annotations });
    };
    await operator.live(60_000);
    assert.deepEqual(operator.outcomes, ["failed", "audited"]);
    assert.ok(operator.cluster.objects.size > 38);
  });

  it("does not run more often where the clock is set back, and once where it is set forward", async () => {
    const operator = new PolicyLife(staleTask());
    await operator.live(1.5 * hourMs);
    operator.cluster.clock.shiftWallClock(-hourMs);
    await operator.live(hourMs / 4);
    assert.equal(operator.runs.length, 1);
    operator.cluster.clock.shiftWallClock(5 * hourMs);
    await operator.live(hourMs / 5);
    assert.equal(operator.runs.length, 2);
  });

  it("leaves out a run that is later than its deadline allows, and keeps the next", async () => {
    const annotations = { "cleanup.rearguard.io/starting-deadline": "10m" };
    const operator = new PolicyLife(staleTask({ created: "2025-12-01T00:00:00Z", annotations }));
    await operator.live(1.5 * hourMs);
    assert.deepEqual(operator.outcomes, ["missed", "completed"]);
  });

  it("starts within its jitter", async () => {
    const operator = new PolicyLife(staleTask({ annotations: { "cleanup.rearguard.io/jitter": "10m" } }));
    await operator.live(1.5 * hourMs);
    const [run] = operator.runs;
    const lateMs = (run?.endedMs ?? 0) - (run?.scheduledMs ?? 0);
    assert.ok(lateMs > 0 && lateMs < 600_000, `${lateMs} ms`);
  });

  it("does not run what cannot be read", async () => {
    const operator = new PolicyLife(staleTask({ annotations: { "cleanup.rearguard.io/mod": "audit" } }));
    await operator.live(5 * hourMs);
    assert.deepEqual(operator.runs, []);
  });
});

describe("a run that a limit held", () => {
  const limited = (more: Readonly<Record<string, string>> = {}) =>
    staleTask({ annotations: { "cleanup.rearguard.io/max-deletions": "0", ...more } });

  it("is held at every time of the schedule, under the name of the first", async () => {
    const operator = new PolicyLife(limited());
    await operator.live(3.5 * hourMs);
    assert.deepEqual(operator.outcomes, ["held", "held", "held"]);
    assert.deepEqual(operator.written.at(-1)?.held?.scheduledMs, Date.parse("2026-01-01T01:00:00Z"));
    assert.equal(operator.cluster.objects.size, 1);
  });

  it("is carried out at once when it is confirmed, and once only", async () => {
    const operator = new PolicyLife(limited());
    await operator.live(1.5 * hourMs);
    operator.task = limited({ "cleanup.rearguard.io/confirm-run": "2026-01-01T01:00:00Z" });
    await operator.live(1_000);
    assert.deepEqual(operator.outcomes, ["held", "completed"]);
    operator.cluster.put("b", stale);
    await operator.live(hourMs);
    assert.deepEqual(operator.outcomes, ["held", "completed", "held"]);
    assert.ok(operator.cluster.objects.has("b"));
  });

  it("is not carried out by the confirmation of another", async () => {
    const operator = new PolicyLife(limited({ "cleanup.rearguard.io/confirm-run": "2025-01-01T01:00:00Z" }));
    await operator.live(2.5 * hourMs);
    assert.deepEqual(operator.outcomes, ["held", "held"]);
  });

  it("is remembered over a restart", async () => {
    const task = staleTask({
      annotations: {
        "cleanup.rearguard.io/max-deletions": "0",
        "cleanup.rearguard.io/confirm-run": "2025-12-31T23:00:00Z",
      },
      status: {
        lastExecutionTime: "2026-01-01T00:00:00Z",
        heldRun: { scheduledTime: "2025-12-31T23:00:00Z", message: "m" },
      },
    });
    const operator = new PolicyLife(task);
    await operator.live(1_000);
    assert.deepEqual(operator.outcomes, ["completed"]);
  });
});
