import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { buildReport } from "#reports/build-report.ts";
import { pod, ref, result, start, statuses, urgent } from "./keeper.fixture.ts";

describe("report keeper: writes", () => {
  it("posts a new report, and a changed one replaces it without a read", async () => {
    const { store, keeper } = start();
    await keeper.start();
    assert.equal(await keeper.put(pod("u1"), [result("a")], urgent), true);
    await keeper.idle();
    assert.equal(await keeper.put(pod("u1"), [result("a", "fail")], urgent), true);
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["a=fail"]);
    assert.deepEqual(
      store.calls.map(({ verb }) => verb),
      ["list", "create", "replace"],
    );
    await keeper.stop();
  });

  it("writes nothing where nothing but the time of the verdict changed", async () => {
    const { store, keeper } = start();
    await keeper.start();
    await keeper.put(pod("u1"), [result("a"), result("b")], urgent);
    await keeper.idle();
    const later = [result("b"), result("a")].map((one) => ({ ...one, timestamp: { seconds: 9, nanos: 0 } }));
    assert.equal(await keeper.put(pod("u1"), later, urgent), false);
    assert.equal(store.writes().length, 1);
    await keeper.stop();
  });

  it("writes no empty report, and deletes one that would become empty", async () => {
    const { store, keeper } = start();
    await keeper.start();
    assert.equal(await keeper.put(pod("u1"), [], urgent), false);
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    await keeper.put(pod("u1"), [], urgent);
    await keeper.idle();
    assert.equal(store.objects.size, 0);
    assert.equal(keeper.stats().reports, 0);
    await keeper.stop();
  });

  it("lets newer results take the place of those that wait, and writes nothing for A, B, A", async () => {
    const { store, keeper } = start({ concurrency: 1 });
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    store.close();
    await keeper.put(pod("u2"), [result("a")], urgent);
    await keeper.put(pod("u1"), [result("a", "fail")], urgent);
    await keeper.put(pod("u1"), [result("a")], urgent);
    store.open();
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["a=pass"]);
    assert.deepEqual(
      store.writes().map(({ verb, name }) => `${verb} ${name}`),
      ["create u1", "create u2"],
    );
    await keeper.stop();
  });

  it("never writes one report twice at a time", async () => {
    const { store, keeper, settle } = start({ concurrency: 4 });
    await keeper.start();
    store.close();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await settle();
    await keeper.put(pod("u1"), [result("a", "fail")], urgent);
    await settle();
    assert.equal(store.writes().length, 1);
    store.open();
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["a=fail"]);
    assert.equal(store.writes().length, 2);
    await keeper.stop();
  });

  it("puts urgent results first", async () => {
    const { store, keeper, settle } = start({ concurrency: 1 });
    await keeper.start();
    store.close();
    await keeper.put(pod("first"), [result("a")], { urgent: false });
    await settle();
    await keeper.put(pod("patient"), [result("a")], { urgent: false });
    await keeper.put(pod("urgent"), [result("a")], urgent);
    store.open();
    await keeper.idle();
    assert.deepEqual(
      store.writes().map(({ name }) => name),
      ["first", "urgent", "patient"],
    );
    await keeper.stop();
  });

  it("holds back whoever brings more than the queue takes, and loses nothing", async () => {
    const { store, keeper, settle } = start({ concurrency: 1, maxQueued: 2 });
    await keeper.start();
    store.close();
    const uids = ["u1", "u2", "u3", "u4", "u5", "u6"];
    let accepted = 0;
    const puts = uids.map(async (uid) => {
      await keeper.put(pod(uid), [result("a")], urgent);
      accepted++;
    });
    await settle();
    assert.ok(accepted <= 3, `${accepted} were accepted`);
    store.open();
    await Promise.all(puts);
    await keeper.idle();
    assert.equal(store.objects.size, uids.length);
    await keeper.stop();
  });

  it("takes an object that appeared under the name for its own where it is managed", async () => {
    const { store, keeper } = start();
    await keeper.start();
    store.put(
      buildReport({ format: "wgpolicyk8s", owner: pod("u1"), results: [result("admitted", "fail")] }),
    );
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["a=pass", "admitted=fail"]);
    await keeper.stop();
  });

  it("leaves another tool's object alone, tells of it once, and takes over when it is gone", async () => {
    const { store, keeper, observed, clock, rejudged, settle } = start();
    await keeper.start();
    const foreign = buildReport({ format: "wgpolicyk8s", owner: pod("u1"), results: [] });
    store.put({ ...foreign, metadata: { ...foreign.metadata, labels: { tool: "other" } } });
    await keeper.put(pod("u1"), [result("a")], urgent);
    await settle();
    await clock.advance(1_000_000);
    await keeper.put(pod("u1"), [result("a")], urgent);
    await settle();
    assert.deepEqual(statuses(store, "u1"), []);
    assert.equal(observed.filter((line) => line === "foreign u1").length, 1);
    assert.ok(rejudged.includes("u1"));
    store.objects.delete("u1");
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["a=pass"]);
    await keeper.stop();
  });

  it("merges after a conflict and posts again after a 404", async () => {
    const { store, keeper } = start();
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.put(pod("u2"), [result("a")], urgent);
    await keeper.idle();
    store.edit("u1", (object) => {
      (object["results"] as PolicyReportResult[]).push(result("admitted"));
    });
    store.objects.delete("u2");
    await keeper.put(pod("u1"), [result("a", "fail")], urgent);
    await keeper.put(pod("u2"), [result("a", "fail")], urgent);
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["a=fail", "admitted=pass"]);
    assert.deepEqual(statuses(store, "u2"), ["a=fail"]);
    await keeper.stop();
  });

  it("counts a terminating namespace as done, and does not try the same verdict again", async () => {
    const { store, keeper } = start();
    store.terminating = new Set(["shop"]);
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    assert.equal(await keeper.put(pod("u1"), [result("a")], urgent), false);
    assert.equal(store.count("create"), 1);
    await keeper.stop();
  });

  it("counts a refusal as done where the object is gone", async () => {
    const { store, keeper } = start({ isAlive: () => "gone" });
    store.fault = ({ verb }) => (verb === "create" ? "invalid" : undefined);
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    assert.equal(store.count("create"), 1);
    await keeper.stop();
  });

  for (const fault of ["lost", "dropped"] as const) {
    it(`reads before it writes again when the answer of a post is ${fault}`, async () => {
      const { store, keeper, clock } = start();
      let faults = 1;
      store.fault = ({ verb }) => (verb === "create" && faults-- > 0 ? fault : undefined);
      await keeper.start();
      await keeper.put(pod("u1"), [result("a")], urgent);
      await clock.advance(1_000);
      await keeper.idle();
      assert.deepEqual(statuses(store, "u1"), ["a=pass"]);
      assert.deepEqual(
        store.calls.map(({ verb }) => verb),
        fault === "lost" ? ["list", "create", "get"] : ["list", "create", "get", "create"],
      );
      await keeper.stop();
    });
  }

  it("tries a failing write again without end, lets its results go, and asks for fresh ones", async () => {
    const { store, keeper, clock, rejudged, observed } = start();
    await keeper.start();
    store.fault = ({ verb }) => (verb === "list" ? undefined : "unavailable");
    await keeper.put(pod("u1"), [result("a")], urgent);
    await clock.advance(600_000);
    assert.deepEqual(observed, ["deferred u1"]);
    assert.equal(keeper.stats().queued, 0);
    assert.ok(rejudged.length > 1, "asked again and again");
    store.fault = () => undefined;
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["a=pass"]);
    assert.equal(keeper.stats().deferred, 0);
    await keeper.stop();
  });

  it("waits quietly while the lease may have lapsed", async () => {
    const { store, keeper, clock, observed } = start();
    await keeper.start();
    store.fault = () => "fenced";
    await keeper.put(pod("u1"), [result("a")], urgent);
    await clock.advance(100_000);
    assert.deepEqual(observed, []);
    store.fault = () => undefined;
    await clock.advance(1_000);
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["a=pass"]);
    await keeper.stop();
  });

  it("keeps a report of another shard's object out of its books", async () => {
    const { store, keeper } = start({ uidRange: { startInclusive: 0n, endExclusive: 1n } });
    store.put(buildReport({ format: "wgpolicyk8s", owner: pod("u1"), results: [result("zombie")] }));
    await keeper.start();
    assert.equal(await keeper.put(pod("u2"), [result("a")], urgent), false);
    await keeper.idle();
    assert.equal(keeper.stats().reports, 0);
    assert.deepEqual(store.writes(), []);
    await keeper.stop();
  });

  it("cuts a report that is too large, passes first, and compares it as a whole", async () => {
    const { store, keeper, observed } = start({ maxResultBytes: 3000 });
    await keeper.start();
    const long = { message: "x".repeat(900) };
    const results = [result("a", "pass", long), result("b", "fail", long), result("c", "skip", long)];
    await keeper.put(pod("u1"), results, urgent);
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["b=fail", "report-too-large=warn"]);
    assert.equal(keeper.differs("u1", ref("a"), [results[0] as PolicyReportResult]), true);
    await keeper.put(pod("u1"), results, urgent);
    await keeper.idle();
    assert.equal(store.writes().length, 1);
    assert.ok(observed.includes("trimmed u1"));
    await keeper.stop();
  });
});
