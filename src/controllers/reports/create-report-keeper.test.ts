import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { everyUid } from "#api/meta/uid-range.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { buildReport } from "#reports/build-report.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { PolicyFact, PolicyFacts } from "#reports/policy-facts.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { createReportKeeper } from "./create-report-keeper.ts";
import type { ReportKeeperDeps } from "./create-report-keeper.ts";
import { InMemoryReports } from "./report-store.fixture.ts";

const ref = (policy: string) => ({ source: "kyverno", policy });

const pod = (uid: string, name = `pod-${uid}`): ReportOwner => ({
  apiVersion: "v1",
  kind: "Pod",
  namespace: "shop",
  name,
  uid,
});

const result = (
  policy: string,
  status: PolicyReportResult["result"] = "pass",
  extra: Partial<PolicyReportResult> = {},
): PolicyReportResult => ({
  source: "kyverno",
  policy,
  rule: "check",
  timestamp: { seconds: 1_766_000_000, nanos: 0 },
  ...(status === undefined ? {} : { result: status }),
  scored: true,
  message: `${policy} ${status}`,
  properties: { process: "background scan" },
  ...extra,
});

/** Policies `a`, `b`, `c` are judged by the scan, `admitted` by admission alone; all others are gone. */
function testFacts(gone: ReadonlySet<string> = new Set()): PolicyFacts {
  const find = ({ source, policy }: { source: string; policy: string }): PolicyFact => {
    if (source !== "kyverno") return { kind: "unknown" };
    if (gone.has(policy)) return { kind: "gone" };
    const rules = new Set(["check"]);
    if (["a", "b", "c"].includes(policy)) {
      return {
        kind: "known",
        rules,
        scanRules: rules,
        excluded: false,
        canMatch: ({ kind }) => kind !== "Service",
      };
    }
    if (policy === "admitted") {
      return { kind: "known", rules, scanRules: new Set(), excluded: false, canMatch: () => false };
    }
    return { kind: "gone" };
  };
  return { find, isWatched: ({ kind }) => kind === "Pod" };
}

interface World {
  readonly store: InMemoryReports;
  readonly clock: ReturnType<typeof createVirtualClock>;
  readonly keeper: ReturnType<typeof createReportKeeper>;
  readonly rejudged: string[];
  readonly observed: string[];
  readonly restart: () => World;
  /** Everything that is due now is done. */
  readonly settle: () => Promise<void>;
}

function start(options: Partial<ReportKeeperDeps> = {}, store = new InMemoryReports()): World {
  const clock = createVirtualClock();
  const rejudged: string[] = [];
  const observed: string[] = [];
  const keeper = createReportKeeper({
    store,
    format: "wgpolicyk8s",
    clock,
    random: () => 0,
    hashKey: new Uint8Array([1, 2, 3]),
    uidRange: everyUid,
    concurrency: 2,
    maxQueued: 100,
    facts: testFacts(),
    isAlive: () => "unknown",
    rejudge: (uid) => rejudged.push(uid),
    log: silentLogger,
    observer: {
      written: (verb) => observed.push(verb),
      unchanged: () => observed.push("unchanged"),
      trimmed: ({ name }) => observed.push(`trimmed ${name}`),
      foreign: ({ name }) => observed.push(`foreign ${name}`),
      deferred: ({ name }) => observed.push(`deferred ${name}`),
    },
    signal: new AbortController().signal,
    ...options,
  });
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 10; round++) await clock.settle();
  };
  return { store, clock, keeper, rejudged, observed, settle, restart: () => start(options, store) };
}

const urgent = { urgent: true };

function statuses(store: InMemoryReports, uid: string): readonly string[] {
  const results = (store.objects.get(uid)?.["results"] ?? []) as readonly PolicyReportResult[];
  return results.map(({ policy, result: status }) => `${policy}=${status}`);
}

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

describe("report keeper: others' edits", () => {
  it("takes its own writes for echoes, whether they come before the answer or late", async () => {
    const { store, keeper, rejudged, settle } = start();
    await keeper.start();
    await store.relist();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    await keeper.put(pod("u1"), [result("a", "fail")], urgent);
    await keeper.idle();
    await store.deliver();
    // The event before the answer: the fake stores at once and answers a lost request late.
    await keeper.put(pod("u1"), [result("a", "skip")], urgent);
    await settle();
    await store.deliver();
    await keeper.put(pod("u1"), [], urgent);
    await keeper.idle();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    await store.deliver();
    assert.deepEqual(rejudged, []);
    assert.equal(store.count("get"), 0);
    await keeper.stop();
  });

  it("marks a report that others changed, asks for a verdict, and repairs it although hashes are equal", async () => {
    const { store, keeper, rejudged } = start();
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    await store.deliver();
    store.edit("u1", (object) => {
      object["results"] = [];
    });
    await store.deliver();
    assert.deepEqual(rejudged, ["u1"]);
    assert.equal(keeper.differs("u1", ref("a"), [result("a")]), true);
    assert.equal(await keeper.put(pod("u1"), [result("a")], urgent), true);
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["a=pass"]);
    await keeper.stop();
  });

  it("only reads where the edit changed nothing that counts", async () => {
    const { store, keeper, observed } = start();
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    await store.deliver();
    store.edit("u1", (object) => {
      object.metadata["annotations"] = { note: "mine" };
    });
    await store.deliver();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    assert.deepEqual(observed, ["create", "unchanged"]);
    assert.equal(keeper.stats().marked, 0);
    await keeper.stop();
  });

  it("posts a report again that others deleted while its object lives", async () => {
    const { store, keeper, rejudged } = start();
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    await store.deliver();
    store.drop("u1");
    await store.deliver();
    assert.deepEqual(rejudged, ["u1"]);
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.idle();
    assert.deepEqual(statuses(store, "u1"), ["a=pass"]);
    await keeper.stop();
  });

  it("finds what was edited and deleted while the watch was blind", async () => {
    const { store, keeper, rejudged } = start();
    await keeper.start();
    await keeper.put(pod("u1"), [result("a")], urgent);
    await keeper.put(pod("u2"), [result("a")], urgent);
    await keeper.put(pod("u3"), [result("a")], urgent);
    await keeper.idle();
    store.edit("u1", (object) => {
      object["results"] = [];
    });
    store.drop("u2");
    await store.relist();
    assert.deepEqual(rejudged.toSorted(), ["u1", "u2"]);
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

describe("report keeper: results of events", () => {
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
