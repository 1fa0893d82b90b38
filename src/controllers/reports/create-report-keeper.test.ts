import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { buildReport } from "#reports/build-report.ts";
import type { ReportOwner } from "#reports/owner.ts";
import { pod, ref, result, start, statuses, testFacts, urgent } from "./keeper.fixture.ts";

/** Lets promises run until it is so. */
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
};

describe("report keeper: what it knows", () => {
  it("tells what differs and what failed, from what was accepted", async () => {
    const { keeper } = start();
    await keeper.start();
    await keeper.put(pod("u1"), [result("a", "fail"), result("b")], urgent);
    assert.equal(keeper.differs("u1", ref("a"), [result("a", "fail")]), false);
    assert.equal(keeper.differs("u1", ref("a"), [result("a")]), true);
    assert.equal(keeper.differs("u1", ref("a"), []), true);
    assert.equal(keeper.differs("u1", ref("c"), []), false);
    assert.equal(keeper.wasFailing("u1", ref("a")), true);
    assert.equal(keeper.wasFailing("u1", ref("b")), false);
    assert.deepEqual(
      keeper
        .policiesOf("u1")
        .map(({ policy }) => policy)
        .toSorted(),
      ["a", "b"],
    );
    await keeper.stop();
  });
});

describe("report keeper: restart", () => {
  it("writes nothing where the stored reports are what would be written", async () => {
    const first = start();
    await first.keeper.start();
    for (const uid of ["u1", "u2", "u3"]) await first.keeper.put(pod(uid), [result("a", "fail")], urgent);
    await first.keeper.idle();
    await first.keeper.stop();
    const { store, keeper } = first.restart();
    const before = store.calls.length;
    await keeper.start();
    assert.equal(keeper.wasFailing("u2", ref("a")), true);
    for (const uid of ["u1", "u2", "u3"]) {
      assert.equal(await keeper.put(pod(uid), [result("a", "fail")], urgent), false);
    }
    await keeper.idle();
    assert.deepEqual(
      store.calls.slice(before).map(({ verb }) => verb),
      ["list"],
    );
    await keeper.stop();
  });

  const edits: readonly (readonly [string, (object: Record<string, unknown>) => void])[] = [
    ["results", (object) => (object["results"] as PolicyReportResult[]).splice(0, 1, result("a", "skip"))],
    ["owner references", (object) => Object.assign(object["metadata"] as object, { ownerReferences: [] })],
    ["scope", (object) => Object.assign(object["scope"] as object, { name: "other" })],
    ["summary", (object) => Object.assign(object["summary"] as object, { pass: 7 })],
  ];
  for (const [what, edit] of edits) {
    it(`repairs ${what} that were edited by hand while it was away, and keeps what others added`, async () => {
      const first = start();
      await first.keeper.start();
      await first.keeper.put(pod("u1"), [result("a")], urgent);
      await first.keeper.idle();
      await first.keeper.stop();
      const wanted = structuredClone(first.store.objects.get("u1"));
      const { store, keeper } = first.restart();
      store.edit("u1", (object) => {
        edit(object);
        object.metadata["annotations"] = { note: "mine" };
      });
      await keeper.start();
      await keeper.put(pod("u1"), [result("a")], urgent);
      await keeper.idle();
      const repaired = store.objects.get("u1");
      assert.deepEqual(
        [repaired?.["results"], repaired?.["scope"], repaired?.["summary"]],
        [wanted?.["results"], wanted?.["scope"], wanted?.["summary"]],
      );
      assert.deepEqual(repaired?.metadata["ownerReferences"], wanted?.metadata["ownerReferences"]);
      assert.deepEqual(repaired?.metadata["annotations"], { note: "mine" });
      await keeper.stop();
    });
  }

  it("takes stale results out of reports of kinds that are not watched, without reading an object", async () => {
    const { store, keeper } = start();
    const service: ReportOwner = { ...pod("u1"), kind: "Service" };
    store.put(
      buildReport({
        format: "wgpolicyk8s",
        owner: service,
        results: [result("zombie"), result("admitted"), result("a")],
      }),
    );
    store.put(
      buildReport({
        format: "wgpolicyk8s",
        owner: { ...service, uid: "u2" },
        results: [result("zombie")],
      }),
    );
    await keeper.start();
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["admitted=pass"]);
    assert.equal(store.objects.has("u2"), false);
    await keeper.stop();
  });

  it("leaves stale results of watched kinds to the put of their object: one write", async () => {
    const { store, keeper } = start();
    store.put(
      buildReport({ format: "wgpolicyk8s", owner: pod("u1"), results: [result("a"), result("zombie")] }),
    );
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.kindSynced({ group: "", kind: "Pod" });
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["a=pass"]);
    assert.equal(store.writes().length, 1);
    await keeper.stop();
  });

  it("lists again until the API server answers", async () => {
    const { store, keeper, clock } = start();
    let faults = 3;
    store.fault = ({ verb }) => (verb === "list" && faults-- > 0 ? "unavailable" : undefined);
    const started = keeper.start();
    await clock.advance(60_000);
    await started;
    assert.equal(store.count("list"), 4);
    await keeper.stop();
  });
});

describe("report keeper: objects and kinds that go", () => {
  it("leaves the report of a gone object to garbage collection, and deletes what is left later", async () => {
    const { store, keeper, clock } = start();
    await keeper.start();
    for (const uid of ["u1", "u2"]) await keeper.put(pod(uid), [result("a")], urgent);
    await keeper.idle();
    await store.deliver();
    keeper.ownerGone("u1");
    keeper.ownerGone("u2");
    store.drop("u1");
    await store.deliver();
    await clock.advance(29_000);
    assert.equal(store.count("remove"), 0);
    await clock.advance(2_000);
    await keeper.idle();
    assert.equal(store.objects.size, 0);
    assert.equal(store.count("remove"), 1);
    assert.equal(keeper.stats().reports, 0);
    assert.equal(clock.pendingTimers(), 0);
    await keeper.stop();
  });

  it("forgets results that wait when their object goes", async () => {
    const { store, keeper, settle } = start({ concurrency: 1 });
    await keeper.start();
    store.close();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await settle();
    await keeper.put(pod("u2"), [result("a")], urgent);
    keeper.ownerGone("u2");
    store.open();
    await keeper.idle();
    assert.deepEqual([...store.objects.keys()], ["u1"]);
    await keeper.stop();
  });

  it("sweeps reports without a living object when their kind is listed, and no others", async () => {
    const { store, keeper, clock } = start({
      isAlive: ({ kind }, uid) => (kind === "Pod" ? (uid === "u1" ? "alive" : "gone") : "unknown"),
    });
    for (const uid of ["u1", "u2"]) {
      store.put(buildReport({ format: "wgpolicyk8s", owner: pod(uid), results: [result("a")] }));
    }
    const secret: ReportOwner = { ...pod("u3"), kind: "Secret" };
    store.put(buildReport({ format: "wgpolicyk8s", owner: secret, results: [result("a")] }));
    await keeper.start();
    await keeper.kindSynced({ group: "", kind: "Pod" });
    await clock.advance(31_000);
    await keeper.idle();
    assert.deepEqual([...store.objects.keys()], ["u1", "u3"]);
    await keeper.stop();
  });

  it("takes the scan's results out of reports of a kind that is not judged any more", async () => {
    const { store, keeper } = start();
    store.put(
      buildReport({ format: "wgpolicyk8s", owner: pod("u2"), results: [result("a"), result("admitted")] }),
    );
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    await keeper.kindUnwatched({ group: "", kind: "Pod" });
    await keeper.idle();
    assert.equal(store.objects.has("u1"), false);
    assert.deepEqual(statuses(store, "u2"), ["admitted=pass"]);
    assert.equal(store.count("get"), 1);
    await keeper.put(pod("u2"), [result("a", "fail")], urgent);
    await keeper.idle();
    assert.deepEqual(statuses(store, "u2"), ["a=fail", "admitted=pass"]);
    await keeper.stop();
  });
});

describe("report keeper: kinds that go while their reports are written", () => {
  for (const known of [true, false]) {
    it(`takes back ${known ? "a replacement" : "a new report"} that was under way`, async () => {
      const { store, keeper } = start();
      await keeper.start();
      if (known) await keeper.put(pod("u1"), [result("a")], urgent);
      await keeper.idle();
      const before = store.writes().length;
      store.close();
      await keeper.put(pod("u1"), [result("a", "fail")], urgent);
      await until(() => store.writes().length > before);
      await keeper.kindUnwatched({ group: "", kind: "Pod" });
      store.open();
      await keeper.idle();
      assert.equal(store.objects.has("u1"), false);
      await keeper.stop();
    });
  }
});

describe("report keeper: policies that go", () => {
  it("takes what others said of them out of shared reports, and looks at no other report", async () => {
    const gone = new Set<string>();
    const { store, keeper } = start({ facts: testFacts(gone) });
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.put(pod("u2"), [result("a")], urgent);
    await keeper.mergeEvents(pod("u1"), [result("admitted")]);
    await keeper.mergeEvents(pod("u3"), [result("admitted")]);
    await keeper.idle();
    const before = store.count("get");
    gone.add("admitted");
    keeper.policiesWent();
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["a=pass"]);
    assert.equal(store.objects.has("u3"), false);
    assert.equal(store.count("get") - before, 2);
    assert.equal(await keeper.put(pod("u1"), [result("a")], urgent), false);
    await keeper.stop();
  });
});

describe("report keeper: results of events", () => {
  it("are not taken for an object that is gone, and hold up nothing", async () => {
    const { keeper, clock, store, settle } = start({ isAlive: () => "gone" });
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    keeper.ownerGone("u1");
    await assert.rejects(keeper.mergeEvents(pod("u1"), [result("admitted")]), /the object is gone/);
    await clock.advance(60_000);
    await settle();
    assert.equal(store.objects.has("u1"), false);
    const { queued, deferred } = keeper.stats();
    assert.deepEqual([queued, deferred], [0, 0]);
    await keeper.stop();
  });

  it("merges them beside the scan's results, in whatever order they come", async () => {
    const { store, keeper } = start();
    await keeper.start();
    await keeper.mergeEvents(pod("u1"), [result("admitted", "fail"), result("a", "fail")]);
    assert.deepEqual(statuses(store, "u1"), ["admitted=fail"]);
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    await keeper.put(pod("u2"), [result("a")], urgent);
    await keeper.mergeEvents(pod("u2"), [result("admitted", "fail")]);
    await keeper.idle();
    for (const uid of ["u1", "u2"]) assert.deepEqual(statuses(store, uid), ["a=pass", "admitted=fail"]);
    assert.equal(store.unchangedWrites, 0);
    await keeper.stop();
  });
});
