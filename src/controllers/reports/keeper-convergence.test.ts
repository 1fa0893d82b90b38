import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { everyUid } from "#api/meta/uid-range.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { canonicalResults } from "#reports/canonical-results.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { PolicyFacts } from "#reports/policy-facts.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { createReportKeeper } from "./create-report-keeper.ts";
import { InMemoryReports } from "./report-store.fixture.ts";
import type { Fault } from "./report-store.fixture.ts";

const uids = ["u1", "u2"] as const;
type Uid = (typeof uids)[number];

const pod = (uid: string): ReportOwner => ({
  apiVersion: "v1",
  kind: "Pod",
  namespace: "shop",
  name: `pod-${uid}`,
  uid,
});

const result = (policy: string, status: "pass" | "fail" | "skip"): PolicyReportResult => ({
  source: "kyverno",
  policy,
  rule: "check",
  timestamp: { seconds: 1, nanos: 0 },
  result: status,
  scored: true,
  properties: { process: "background scan" },
});

const rules = new Set(["check"]);
const facts: PolicyFacts = {
  find: ({ policy }) => ({
    kind: "known",
    rules,
    scanRules: policy === "admitted" ? new Set() : rules,
    excluded: false,
    canMatch: () => true,
  }),
  isWatched: () => true,
};

type Action =
  | { readonly kind: "judge"; readonly uid: Uid; readonly statuses: readonly ("pass" | "fail" | "skip")[] }
  | { readonly kind: "edit" | "admit" | "annotate" | "delete"; readonly uid: Uid }
  | { readonly kind: "faults"; readonly faults: readonly (Fault | undefined)[] }
  | { readonly kind: "deliver" | "relist" | "wait" | "turn" | "restart" | "hold" | "release" };

const uid = fc.constantFrom(...uids);
const status = fc.constantFrom("pass" as const, "fail" as const, "skip" as const);
const fault = fc.constantFrom<Fault | undefined>(
  undefined,
  "lost",
  "dropped",
  "unavailable",
  "fenced",
  "forbidden",
);

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("judge" as const),
      uid,
      statuses: fc.array(status, { maxLength: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("edit" as const, "admit" as const, "annotate" as const, "delete" as const),
      uid,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("faults" as const), faults: fc.array(fault, { maxLength: 4 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "deliver" as const,
        "relist" as const,
        "wait" as const,
        "turn" as const,
        "restart" as const,
        "hold" as const,
        "release" as const,
      ),
    }),
  },
);

/** A scan that knows the truth about each object, a store with faults, others who edit, and a keeper between. */
class World {
  readonly store = new InMemoryReports();
  readonly clock = createVirtualClock();
  readonly truth = new Map<Uid, readonly PolicyReportResult[]>();
  changedVerdicts = 0;
  edits = 0;
  #keeper = this.#create();

  #create() {
    return createReportKeeper({
      store: this.store,
      format: "wgpolicyk8s",
      clock: this.clock,
      random: () => 0,
      hashKey: new Uint8Array(8),
      uidRange: everyUid,
      concurrency: 2,
      maxQueued: 1,
      facts,
      isAlive: () => "alive",
      rejudge: (uid) => this.#judge(uid as Uid),
      log: silentLogger,
      observer: { written() {}, unchanged() {}, trimmed() {}, foreign() {}, deferred() {} },
      signal: new AbortController().signal,
    });
  }

  async start(): Promise<void> {
    await this.#keeper.start();
    for (const uid of uids) this.#judge(uid);
  }

  #judge(uid: Uid): void {
    void this.#keeper.put(pod(uid), this.truth.get(uid) ?? [], { urgent: true });
  }

  async run(step: Action): Promise<void> {
    switch (step.kind) {
      case "judge": {
        const results = step.statuses.map((one, index) => result(["a", "b"][index] ?? "c", one));
        if (canonicalResults(results) !== canonicalResults(this.truth.get(step.uid) ?? []))
          this.changedVerdicts++;
        this.truth.set(step.uid, results);
        return this.#judge(step.uid);
      }
      case "edit":
        return this.#edit(step.uid, (object) => {
          const others = (object["results"] as PolicyReportResult[]).filter(
            ({ policy }) => policy === "admitted",
          );
          object["results"] = [...others, result("a", "skip")];
        });
      case "admit":
        return this.#edit(step.uid, (object) => {
          const own = (object["results"] as PolicyReportResult[]).filter(
            ({ policy }) => policy !== "admitted",
          );
          object["results"] = [...own, result("admitted", "fail")];
        });
      case "annotate":
        return this.#edit(step.uid, (object) => {
          object.metadata["annotations"] = { note: "mine" };
        });
      case "delete":
        if (this.store.objects.has(step.uid)) this.edits++;
        return this.store.drop(step.uid);
      case "faults": {
        const faults = [...step.faults];
        this.store.fault = ({ verb }) => (verb === "list" ? undefined : faults.shift());
        return;
      }
      case "deliver":
        return this.store.deliver();
      case "relist":
        return this.store.relist();
      case "wait":
        return this.clock.advance(2_000);
      case "turn":
        return this.clock.settle();
      case "hold":
        return this.store.holdAnswers();
      case "release":
        return this.store.releaseAnswers();
      case "restart":
        this.store.releaseAnswers();
        await this.#keeper.stop();
        this.#keeper = this.#create();
        return this.start();
      default:
        return step satisfies never;
    }
  }

  #edit(uid: Uid, change: Parameters<InMemoryReports["edit"]>[1]): void {
    if (!this.store.objects.has(uid)) return;
    this.edits++;
    this.store.edit(uid, change);
  }

  /** The faults end, events come, time goes by. */
  async calm(): Promise<void> {
    this.store.fault = () => undefined;
    this.store.releaseAnswers();
    for (let round = 0; round < 3; round++) {
      await this.clock.advance(400_000);
      await this.store.deliver();
    }
    await this.clock.advance(400_000);
    await this.#keeper.idle();
    assert.equal(this.#keeper.stats().marked, 0);
    await this.#keeper.stop();
  }

  results(uid: Uid): readonly PolicyReportResult[] {
    return (this.store.objects.get(uid)?.["results"] ?? []) as readonly PolicyReportResult[];
  }
}

describe("report keeper: any order of verdicts, edits, faults and restarts", () => {
  it("ends with what an undisturbed run gives, and keeps what others added", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
        const world = new World();
        await world.start();
        for (const step of actions) {
          const before = uids.map((uid) => world.results(uid).some(({ policy }) => policy === "admitted"));
          await world.run(step);
          // Whatever the keeper does, the results of others stay; only others take them away.
          for (const [index, uid] of uids.entries()) {
            const wasDropped = step.kind === "delete" && step.uid === uid;
            const has = world.results(uid).some(({ policy }) => policy === "admitted");
            assert.ok(has || wasDropped || before[index] !== true, `results of others left ${uid}`);
          }
        }
        await world.calm();
        for (const uid of uids) {
          const own = world.results(uid).filter(({ policy }) => policy !== "admitted");
          assert.equal(canonicalResults(own), canonicalResults(world.truth.get(uid) ?? []));
        }
        assert.equal(world.store.unchangedWrites, 0);
        assert.ok(
          world.store.carriedOut <= world.changedVerdicts + world.edits,
          `${world.store.carriedOut} writes for ${world.changedVerdicts} verdicts and ${world.edits} edits`,
        );
      }),
      { numRuns: 300 },
    );
  });
});
