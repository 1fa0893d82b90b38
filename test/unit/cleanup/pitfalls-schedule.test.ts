import assert from "node:assert/strict";
import { describe } from "node:test";
import { stale, staleTask, taskOf, policyObject } from "#controllers/cleanup/cleanup-world.fixture.ts";
import { PolicyLife } from "#controllers/cleanup/policy-life.fixture.ts";
import { createCleanupPolicies } from "#controllers/cleanup/policy-watch.ts";
import { taskProblems } from "#engine/cleanup/task/cleanup-task.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import { nextDue } from "#engine/cleanup/task/next-due.ts";
import { policyRows } from "#engine/cleanup/task/policy-rows.ts";
import { parseSchedule } from "#engine/cleanup/schedule/parse-schedule.ts";
import { ApiError, WriteFenced } from "#kube/client/api-error.ts";
import { pitfall } from "./pitfalls.ts";

const hourMs = 3_600_000;

const rowOf = (kind: string) => {
  const row = policyRows.find((candidate) => candidate.kind === kind);
  assert.ok(row);
  return row;
};

const podRules = {
  matchConstraints: { resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }] },
};

const deletingTask = (schedule: string): CleanupTask => taskOf("DeletingPolicy", { schedule, ...podRules });

const nextOf = (task: CleanupTask, now: string, defaultZone = "UTC"): string | undefined => {
  assert.ok(task.schedule.ok, JSON.stringify(task.schedule));
  const nowMs = Date.parse(now);
  const { options, schedule } = task;
  const due = nextDue({
    schedule: schedule.schedule,
    options,
    referenceMs: nowMs,
    nowMs,
    defaultZone,
    share: 0,
  });
  return due && new Date(due.scheduledMs).toISOString();
};

describe("schedules", () => {
  pitfall("one failure ends a policy", async () => {
    const life = new PolicyLife(staleTask());
    const refusal = { status: 500, reason: "InternalError", message: "failed calling webhook" };
    life.cluster.before = (verb) => {
      if (verb === "delete") throw new ApiError(refusal);
    };
    await life.live(5.5 * hourMs);
    assert.deepEqual(
      life.outcomes,
      Array.from({ length: 5 }, () => "completed"),
    );
    assert.ok(life.runs.every(({ tally }) => tally?.failed === 1));
    life.cluster.before = () => {};
    await life.live(hourMs);
    assert.equal(life.cluster.objects.size, 0);
  });

  pitfall("a schedule without a next time runs every second", async () => {
    for (const schedule of ["0 0 30 2 *", "0 0 31 4 *"]) {
      const life = new PolicyLife(staleTask({ schedule }));
      assert.equal(await life.live(400 * 24 * hourMs), 1, "it is looked at once");
      assert.deepEqual(life.runs, []);
    }
    const life = new PolicyLife(deletingTask("0 0 1 1 * 2020"));
    assert.equal(await life.live(24 * hourMs), 1);
  });

  pitfall("six fields are read with the seconds first", () => {
    assert.equal(nextOf(deletingTask("0 */5 * * * *"), "2026-03-01T00:00:01Z"), "2026-03-01T05:00:00.000Z");
    assert.equal(taskProblems(staleTask({ schedule: "0 */5 * * * *" })).length, 1);
  });

  pitfall("a schedule that only one of two parsers takes is admitted and never runs", async () => {
    for (const [schedule, hint] of [
      ["@every 5m", /write \*\/5 \* \* \* \*/],
      ["@midnight", /write @daily/],
      ["TZ=Europe/Berlin 0 5 * * *", /time-zone to Europe\/Berlin/],
      ["*/60 * * * *", /write 0 for once/],
    ] as const) {
      const life = new PolicyLife(staleTask({ schedule }));
      await life.live(5 * hourMs);
      assert.deepEqual(life.runs, []);
      assert.match(taskProblems(staleTask({ schedule })).join(), hint);
      assert.equal(life.written.length, 1, "and its status says so");
    }
  });

  pitfall("weekdays with a leading zero are taken for what they look like", () => {
    // The 1st of March 2026 is a Sunday.
    for (const day of ["01", "05", "06"]) {
      const task = staleTask({ schedule: `0 0 * * ${day}` });
      assert.equal(nextOf(task, "2026-03-01T12:00:00Z"), "2026-03-08T00:00:00.000Z");
      assert.ok(task.schedule.ok && task.schedule.warnings.some((text) => text.includes("means Sunday")));
    }
  });

  pitfall("a reversed range takes the process down", async () => {
    const unreadable: string[] = [];
    const policies = createCleanupPolicies({
      defaults: () => ({ percentFrom: 100 }),
      onChange: () => {},
      onUnreadable: ({ key }) => unreadable.push(key),
    });
    const handlers = policies.handlersOf(rowOf("NamespacedDeletingPolicy"));
    const page = { epoch: 1, superseded: () => false };
    const bad = ["30-0/10 * * * *", "* 22-2/2 * * *", "* * * 12-1/1 *", "* * * * FRI-MON"];
    const objects = [...bad, "* * * * *"].map((schedule, index) =>
      policyObject(
        "NamespacedDeletingPolicy",
        { schedule, ...podRules },
        { namespace: "shop", name: `p-${index}`, uid: `u-${index}` },
      ),
    );
    await handlers.onPage(objects, page);
    assert.equal(policies.tasks.size, objects.length);
    assert.deepEqual(unreadable, []);
    const problems = [...policies.tasks.values()].map((task) => taskProblems(task).length);
    assert.deepEqual(problems, [1, 1, 1, 1, 0]);
    for (const text of bad) assert.ok(!parseSchedule(text, "DeletingPolicy").ok);
  });

  pitfall("the zone of a schedule is that of the machine", () => {
    const task = staleTask({
      schedule: "0 5 * * *",
      annotations: { "cleanup.rearguard.io/time-zone": "Asia/Tokyo" },
    });
    assert.equal(nextOf(task, "2026-03-01T00:00:00Z"), "2026-03-01T20:00:00.000Z");
    const plain = staleTask({ schedule: "0 5 * * *" });
    const before = process.env["TZ"];
    process.env["TZ"] = "America/New_York";
    try {
      assert.equal(nextOf(plain, "2026-03-01T00:00:00Z"), "2026-03-01T05:00:00.000Z");
      assert.equal(nextOf(plain, "2026-03-01T00:00:00Z", "Europe/Berlin"), "2026-03-01T04:00:00.000Z");
    } finally {
      if (before === undefined) delete process.env["TZ"];
      else process.env["TZ"] = before;
    }
  });

  pitfall("an annotation changes nothing until the spec is edited", async () => {
    const changed: string[] = [];
    const policies = createCleanupPolicies({
      defaults: () => ({ percentFrom: 100 }),
      onChange: (key) => changed.push(key),
      onUnreadable: () => {},
    });
    const handlers = policies.handlersOf(rowOf("DeletingPolicy"));
    const spec = { schedule: "* * * * *", ...podRules };
    await handlers.onEvent("ADDED", policyObject("DeletingPolicy", spec), 1);
    const annotations = { "cleanup.rearguard.io/mode": "audit" };
    await handlers.onEvent("MODIFIED", policyObject("DeletingPolicy", spec, { annotations }), 1);
    assert.equal(changed.length, 2);
    assert.deepEqual(
      [...policies.tasks.values()].map(({ options }) => options.audit),
      [true],
    );
  });

  pitfall("a lost Lease lets deletes go on", async () => {
    const life = new PolicyLife(staleTask({ created: "2025-12-01T00:00:00Z" }));
    for (let index = 0; index < 100; index += 1) life.cluster.put(`o-${index}`, stale);
    life.cluster.before = (verb) => {
      if (verb === "delete" && life.cluster.deleted.length >= 5) throw new WriteFenced();
    };
    await assert.rejects(life.reconciler.reconcile("k", new AbortController().signal), WriteFenced);
    const { length } = life.cluster.deleted;
    assert.ok(length < 5 + life.cluster.world.concurrency, `${length} were deleted`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(life.cluster.deleted.length, length);
  });
});
