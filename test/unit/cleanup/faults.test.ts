import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createCleanupController } from "#controllers/cleanup/cleanup-controller.ts";
import { createRecreations } from "#controllers/cleanup/recreations.ts";
import type { RunRecord } from "#controllers/cleanup/plan-status.ts";
import {
  configMaps,
  FakeCluster,
  policyObject,
  stale,
  staleTask,
  taskOf,
} from "#controllers/cleanup/cleanup-world.fixture.ts";
import { PolicyLife } from "#controllers/cleanup/policy-life.fixture.ts";
import { createStatusWriter } from "#controllers/cleanup/write-status.ts";
import { JournalFailure } from "#engine/cleanup/journal/journal-failure.ts";
import { taskProblems } from "#engine/cleanup/task/cleanup-task.ts";
import { TransportError } from "#kube/client/api-error.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { refusal } from "./ttl-world.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const signal = new AbortController().signal;
const instants = (life: PolicyLife): readonly string[] =>
  life.runs.map(({ scheduledMs }) => new Date(scheduledMs).toISOString().slice(0, 16));

/** A life that begins at an instant, with a policy that was made just then. */
const lifeFrom = (
  start: string,
  schedule: string,
  annotations: Readonly<Record<string, string>> = {},
): PolicyLife => {
  const life = new PolicyLife(staleTask({ schedule, annotations, created: start }));
  life.cluster.clock.shiftWallClock(Date.parse(start) - life.cluster.clock.now());
  return life;
};

describe("schedules under bad input and faults", () => {
  it("5,000 policies of every minute all run in every minute, a few at a time", async () => {
    const cluster = new FakeCluster();
    const { clock } = cluster;
    const ending = new AbortController();
    const runs = new Map<string, RunRecord[]>();
    const handlers = new Map<string, SourceHandlers>();
    const types = [
      configMaps,
      { ...configMaps, group: "kyverno.io", version: "v2", kind: "ClusterCleanupPolicy" },
    ];
    const controller = createCleanupController({
      client: cluster.world.client,
      world: cluster.world,
      openSource: (selection, told) => {
        handlers.set(selection.type.kind, told);
        return {
          selection,
          state: () => ({ kind: "live" }),
          relist: () => {},
          stop: () => Promise.resolve(),
        };
      },
      types: () => types,
      recorder: { record: () => {} },
      recreations: createRecreations({ now: () => clock.now() }),
      counts: { deleted: () => {}, failed: () => {} },
      onRun: ({ key }, run) => {
        const known = runs.get(key);
        if (known === undefined) runs.set(key, [run]);
        else known.push(run);
      },
      defaults: () => ({ percentFrom: 100 }),
      defaultZone: () => "UTC",
      workers: 3,
      clock,
      random: () => 0.5,
      log: silentLogger,
      signal: ending.signal,
    });
    const match = { any: [{ resources: { kinds: ["Pod"] } }] };
    const policies = Array.from({ length: 5_000 }, (_, index) =>
      policyObject(
        "ClusterCleanupPolicy",
        { schedule: "* * * * *", match },
        { name: `p-${index}`, uid: `u-${index}` },
      ),
    );
    const page = { epoch: 1, superseded: () => false };
    await handlers.get("ClusterCleanupPolicy")?.onPage(policies, page);
    assert.equal(controller.tasks.size, 5_000);
    for (let second = 0; second < 125; second += 1) {
      await clock.advance(1_000);
      // A turn of the event loop is a moment in which thousands of promises may run.
      for (let turns = 0; turns < 25; turns += 1) await clock.settle();
    }
    const counts = [...runs.values()].map(({ length }) => length);
    assert.equal(counts.length, 5_000);
    assert.ok(
      Math.min(...counts) >= 2 && Math.max(...counts) <= 2,
      `${Math.min(...counts)} to ${Math.max(...counts)}`,
    );
    ending.abort();
    await controller.stop();
  });

  it("February 30th never comes, and the status says so", async () => {
    const life = new PolicyLife(staleTask({ schedule: "0 0 30 2 *" }));
    assert.equal(await life.live(8 * 366 * 24 * hourMs), 1);
    assert.equal(life.written[0]?.nextMs, undefined);
  });

  it("reversed ranges are a problem of their policy with the form that works", () => {
    for (const schedule of ["0 22-2 * * *", "30-0/10 * * * *", "0 0 28-3 * *", "0 0 * 11-2 *"]) {
      const [problem, ...others] = taskProblems(staleTask({ schedule }));
      assert.deepEqual(others, []);
      assert.match(problem ?? "", /invalid interval.*write /);
    }
  });

  it("a clock that jumps an hour forward makes one run of what was passed over", async () => {
    const life = lifeFrom("2026-01-01T00:00:00Z", "*/10 * * * *");
    await life.live(25 * minuteMs);
    life.cluster.clock.shiftWallClock(hourMs);
    await life.live(10 * minuteMs);
    assert.deepEqual(instants(life), [
      "2026-01-01T00:10",
      "2026-01-01T00:20",
      "2026-01-01T00:30",
      "2026-01-01T01:30",
    ]);
  });

  it("a clock that is set back an hour does not stop a policy for an hour", async () => {
    const life = lifeFrom("2026-01-01T00:00:00Z", "*/10 * * * *");
    await life.live(85 * minuteMs);
    assert.equal(life.runs.length, 8);
    life.cluster.clock.shiftWallClock(-hourMs);
    await life.live(21 * minuteMs);
    assert.deepEqual(instants(life).slice(8), ["2026-01-01T00:30", "2026-01-01T00:40"]);
  });

  it("a time that the clocks of a zone skip is moved forward, once", async () => {
    const berlin = { "cleanup.rearguard.io/time-zone": "Europe/Berlin" };
    const life = lifeFrom("2026-03-28T12:00:00Z", "30 2 * * *", berlin);
    await life.live(48 * hourMs);
    assert.deepEqual(instants(life), ["2026-03-29T01:30", "2026-03-30T00:30"]);
  });

  it("a time that comes twice runs once, and every quarter of an hour goes on", async () => {
    const zone = { "cleanup.rearguard.io/time-zone": "America/New_York" };
    const once = lifeFrom("2026-10-31T12:00:00Z", "30 1 * * *", zone);
    await once.live(48 * hourMs);
    assert.equal(once.runs.length, 2);
    const often = lifeFrom("2026-11-01T03:00:00Z", "*/15 * * * *", zone);
    await often.live(6 * hourMs);
    const found = instants(often);
    assert.deepEqual(found, [...new Set(found)].toSorted());
    assert.ok(found.includes("2026-11-01T08:45"));
  });

  it("an operator that was down over three ticks makes one run, and then keeps the time", async () => {
    const status = { lastExecutionTime: "2026-01-01T00:00:05Z" };
    const life = new PolicyLife(
      staleTask({ schedule: "*/10 * * * *", created: "2025-12-01T00:00:00Z", status }),
    );
    life.cluster.clock.shiftWallClock(35 * minuteMs);
    await life.live(10 * minuteMs);
    assert.deepEqual(instants(life), ["2026-01-01T00:10", "2026-01-01T00:40"]);
  });

  it("a status that may not be written changes nothing about the runs", async () => {
    const life = new PolicyLife(staleTask());
    let refused = 0;
    life.writeStatus = createStatusWriter({
      client: {
        patch: () => {
          refused += 1;
          return Promise.reject(refusal(403, "Forbidden"));
        },
      },
      typeOf: () => configMaps,
      now: () => life.cluster.clock.now(),
      log: silentLogger,
    });
    await life.live(5.5 * hourMs);
    assert.equal(life.runs.length, 5);
    assert.ok(refused > 5 && refused < 1_000, `${refused} tries`);
  });
});

describe("runs under faults", () => {
  const fill = (cluster: FakeCluster, count: number): void => {
    for (let index = 0; index < count; index += 1) cluster.put(`o-${index}`, stale);
  };
  const due = (): PolicyLife => new PolicyLife(staleTask({ created: "2025-12-01T00:00:00Z" }));
  const look = (life: PolicyLife): Promise<unknown> => life.reconciler.reconcile("k", signal);

  it("a webhook that denies deletes is counted object by object, and ends when it allows them", async () => {
    const life = due();
    fill(life.cluster, 20);
    life.cluster.before = (verb) => {
      if (verb === "delete") throw refusal(400, "denied the request");
    };
    await look(life);
    assert.deepEqual([life.outcomes, life.runs[0]?.tally?.failed], [["completed"], 21]);
    life.cluster.before = () => {};
    await life.live(hourMs + minuteMs);
    assert.equal(life.cluster.objects.size, 0);
  });

  it("rights that are taken away in the middle of a run cost no other policy and no later run", async () => {
    const life = due();
    fill(life.cluster, 20);
    life.cluster.before = (verb) => {
      if (verb === "delete" && life.cluster.deleted.length >= 5) throw refusal(403, "Forbidden");
    };
    await look(life);
    assert.deepEqual(life.outcomes, ["completed"]);
    assert.ok((life.runs[0]?.tally?.failed ?? 0) > 10);
    life.cluster.before = () => {};
    await life.live(hourMs + minuteMs);
    assert.equal(life.cluster.objects.size, 0);
  });

  for (const [title, code] of [
    ["the right to list is taken away between the two passes", 403],
    ["a definition is removed between the two passes", 404],
  ] as const) {
    it(`where ${title}, the run is repeated, names it, and goes on with its schedule`, async () => {
      const life = due();
      let lists = 0;
      life.cluster.before = (verb, name) => {
        if (verb === "list" && name === "configmaps" && ++lists >= 2) throw refusal(code, "not here");
      };
      await life.live(2.5 * hourMs);
      assert.deepEqual(life.outcomes, ["failed", "completed", "completed", "completed"]);
      assert.match(life.runs[1]?.tally?.problems.join() ?? "", /configmaps cannot be listed/);
      assert.deepEqual(life.cluster.deleted, []);
      life.cluster.before = () => {};
      await life.live(hourMs);
      assert.equal(life.cluster.deleted.length, 1);
    });
  }

  it("a list that expires in mid-page starts over, and nothing is deleted or counted twice", async () => {
    const life = due();
    fill(life.cluster, 9);
    const { client } = life.cluster.world;
    const { listPage } = client;
    let expired = 0;
    Object.assign(client, {
      listPage: async (...[type, query]: Parameters<typeof listPage>) => {
        const page = await listPage(type, query);
        if (type.resource !== "configmaps") return page;
        if (query.continue === undefined) return { ...page, items: page.items.slice(0, 5), continue: "more" };
        if (expired++ % 2 === 0) throw refusal(410, "Expired");
        return { ...page, items: page.items.slice(5) };
      },
    });
    await look(life);
    assert.deepEqual(life.outcomes, ["completed"]);
    assert.equal(life.cluster.calls.delete, life.cluster.deleted.length);
    assert.ok(life.cluster.deleted.length >= 5);
    await life.live(3 * hourMs);
    assert.equal(life.cluster.objects.size, 0);
  });

  it("a Lease that is stolen in the middle of a batch ends it, and the next holder goes on", async () => {
    const life = due();
    fill(life.cluster, 50);
    const { WriteFenced } = await import("#kube/client/api-error.ts");
    life.cluster.before = (verb) => {
      if (verb === "delete" && life.cluster.deleted.length >= 10) throw new WriteFenced();
    };
    await assert.rejects(look(life), WriteFenced);
    assert.ok(life.cluster.deleted.length >= 10 && life.cluster.deleted.length < 20);
    life.cluster.before = () => {};
    const next = new PolicyLife(staleTask({ created: "2025-12-01T00:00:00Z" }), life.cluster);
    await next.live(1_000);
    assert.equal(life.cluster.objects.size, 0);
  });

  it("objects that come anew between list and delete stay, all of them", async () => {
    const life = due();
    fill(life.cluster, 50);
    let lists = 0;
    life.cluster.before = (verb, name) => {
      if (verb === "list" && name === "configmaps" && ++lists === 2)
        for (let index = 0; index < 25; index += 1) life.cluster.recreate(`o-${index}`, stale);
      if (verb === "delete" && name.endsWith("9")) life.cluster.recreate(name, stale);
    };
    await look(life);
    assert.equal(life.cluster.objects.size, 25 + 3);
    assert.equal(life.runs[0]?.tally?.skipped.get("gone"), 25 + 3);
  });

  it("a journal that is full keeps everything, says so, and lets all go when there is room", async () => {
    const life = due();
    fill(life.cluster, 20);
    let isFull = true;
    Object.assign(life.cluster.world, {
      journal: {
        keep: () =>
          isFull ? Promise.reject(new JournalFailure("full", "the volume is full")) : Promise.resolve(),
      },
    });
    await life.live(10 * minuteMs);
    assert.deepEqual([life.cluster.calls.delete, [...new Set(life.outcomes)]], [0, ["failed"]]);
    assert.ok(life.runs.length < 8, `${life.runs.length} tries in ten minutes`);
    isFull = false;
    await life.live(15 * minuteMs);
    assert.equal(life.cluster.objects.size, 0);
  });

  it("a server that is away for half an hour costs no run that would have come", async () => {
    const life = new PolicyLife(staleTask({ schedule: "*/10 * * * *" }));
    life.cluster.before = (verb) => {
      const { clock } = life.cluster;
      if (verb === "delete" && clock.now() < Date.parse("2026-01-01T00:35:00Z"))
        throw new TransportError("connect", "refused");
    };
    await life.live(2 * hourMs);
    assert.equal(life.outcomes.at(-1), "completed");
    assert.equal(life.cluster.objects.size, 0);
    assert.ok(instants(life).includes("2026-01-01T01:50"));
  });

  it("a match on everything is held before it deletes anything", async () => {
    const match = { any: [{ resources: { kinds: ["*"] } }] };
    const life = new PolicyLife(
      taskOf("ClusterCleanupPolicy", { schedule: "0 * * * *", match }, { created: "2025-12-01T00:00:00Z" }),
    );
    life.task = {
      ...taskOf(
        "ClusterCleanupPolicy",
        { schedule: "0 * * * *", match },
        { created: "2025-12-01T00:00:00Z" },
      ),
      options: {
        audit: false,
        limits: { maxPercent: 50, percentFrom: 100 },
        graceMs: 0,
        jitterMs: 0,
        problems: [],
      },
    };
    fill(life.cluster, 300);
    await look(life);
    assert.deepEqual([life.outcomes, life.cluster.calls.delete], [["held"], 0]);
    assert.match(
      life.written.at(-1)?.held?.message ?? "",
      /301 of 301 objects match \(100 %\), the limit is 50 %/,
    );
  });
});
