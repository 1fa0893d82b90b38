import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RuleStatus } from "#engine/response.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import { builtIn } from "./fake-cluster.fixture.ts";
import { FakeReports } from "./fake-reports.fixture.ts";
import type { Judgement } from "./judge.ts";
import { everything, pod } from "./scan-world.fixture.ts";
import type { ScanPolicy } from "./scan-policy.ts";
import { createVerdictWriter } from "./verdict-writer.ts";
import type { Candidate, VerdictWriterOptions } from "./verdict-writer.ts";

const policyOf = (name: string): ScanPolicy =>
  ({
    key: `ClusterPolicy/${name}`,
    ref: { source: "kyverno", policy: name },
    compiled: { reporting: { source: "kyverno", scored: true, process: "background scan" } },
  }) as ScanPolicy;

const epoch = {} as ContextEpoch;

/** Policies that say what the test lets them say. */
function setUp(says: Record<string, RuleStatus>, more: Partial<VerdictWriterOptions> = {}) {
  const policies = new Map(Object.keys(says).map((name) => [`ClusterPolicy/${name}`, policyOf(name)]));
  const reports = new FakeReports();
  const judged: string[] = [];
  const violations: string[] = [];
  const successes: string[] = [];
  const judgementOf = (policy: ScanPolicy): Judgement => {
    const status = says[policy.ref.policy] ?? "error";
    judged.push(policy.ref.policy);
    const response = { rule: "r", type: "validate", status, message: "m", properties: {} } as const;
    return { policy, responses: [response] };
  };
  const writer = createVerdictWriter({
    judge: {
      start: (_subject, asked) => ({ judgements: [...asked].map(judgementOf), waiting: [] }),
      finish: () => Promise.reject(new Error("nothing waits")),
    },
    reports,
    observer: {
      judged: () => {},
      excepted: () => {},
      violation: ({ policy }) => violations.push(policy.ref.policy),
      success: (_owner, policy) => successes.push(policy.ref.policy),
      wantsSuccesses: () => true,
    },
    now: () => 0,
    reported: () => everything,
    otherVersions: () => undefined,
    standingResults: () => [],
    ...more,
  });
  const candidate = (changed: Partial<Candidate> = {}): Candidate => ({
    object: pod("a", "red"),
    type: builtIn.pods,
    subject: { object: pod("a", "red"), gvk: { group: "", version: "v1", kind: "Pod" }, namespace: "shop" },
    policies,
    superseded: () => false,
    outdated: () => false,
    urgent: false,
    signal: new AbortController().signal,
    ...changed,
  });
  const only = (...names: string[]): ReadonlySet<string> =>
    new Set(names.map((name) => `ClusterPolicy/${name}`));
  return { writer, reports, candidate, only, judged, violations, successes, says, policies };
}

describe("verdicts on their way to reports", () => {
  it("judges by the policies of a filter, and by all only where one of them says something new", async () => {
    const { writer, candidate, only, judged, says, reports } = setUp({ p: "pass", q: "pass" });
    await writer.write(candidate(), "all", epoch);
    judged.length = 0;
    await writer.write(candidate(), only("p"), epoch);
    assert.deepEqual(judged, ["p"]);
    says["p"] = "fail";
    await writer.write(candidate(), only("p"), epoch);
    assert.deepEqual(judged, ["p", "p", "p", "q"]);
    assert.deepEqual(reports.shown(), { "Pod a": ["p/r fail: m", "q/r pass: m"] });
  });

  it("takes back the results of a policy that is gone", async () => {
    const { writer, candidate, only, policies, reports } = setUp({ p: "pass", q: "pass" });
    await writer.write(candidate(), "all", epoch);
    policies.delete("ClusterPolicy/p");
    await writer.write(candidate(), only("p"), epoch);
    assert.deepEqual(reports.shown(), { "Pod a": ["q/r pass: m"] });
  });

  it("tells of a violation once, and again when it came back", async () => {
    const { writer, candidate, violations, says } = setUp({ p: "fail" });
    for (const status of ["fail", "fail", "pass", "fail"] as const) {
      says["p"] = status;
      await writer.write(candidate(), "all", epoch);
    }
    assert.deepEqual(violations, ["p", "p"]);
  });

  it("tells of successes where they are news", async () => {
    const { writer, candidate, successes, says } = setUp({ p: "pass" });
    for (const status of ["pass", "pass", "fail", "skip", "pass"] as const) {
      says["p"] = status;
      await writer.write(candidate(), "all", epoch);
    }
    assert.deepEqual(successes, ["p", "p"]);
  });

  it("writes nothing of what was overtaken, and is done with it", async () => {
    const { writer, candidate, reports } = setUp({ p: "fail" });
    assert.equal(await writer.write(candidate({ superseded: () => true }), "all", epoch), true);
    assert.deepEqual(reports.writes, []);
  });

  it("writes nothing that was judged by inputs that are no more, and asks for another try", async () => {
    const { writer, candidate, reports } = setUp({ p: "fail" });
    assert.equal(await writer.write(candidate({ outdated: () => true }), "all", epoch), false);
    assert.deepEqual(reports.writes, []);
  });

  it("asks for another try where the inputs changed while the report waited for room", async () => {
    let outdated = false;
    const reports = new FakeReports(() => {
      outdated = true;
      return Promise.resolve();
    });
    const { writer, candidate } = setUp({ p: "fail" }, { reports });
    assert.equal(await writer.write(candidate({ outdated: () => outdated }), "all", epoch), false);
  });

  it("puts what other versions of the object say beside it", async () => {
    const response = { rule: "r", type: "validate", status: "fail", message: "v2", properties: {} } as const;
    const { writer, candidate, reports } = setUp(
      { p: "pass" },
      { otherVersions: () => Promise.resolve([{ policy: policyOf("q"), responses: [response] }]) },
    );
    await writer.write(candidate(), "all", epoch);
    assert.deepEqual(reports.shown(), { "Pod a": ["p/r pass: m", "q/r fail: v2"] });
  });

  it("keeps what stands about an object that is a policy itself, and takes it for no news", async () => {
    const standing = {
      source: "kyverno",
      policy: "p",
      rule: "r",
      result: "error",
      message: "blocked",
    } as const;
    const { writer, candidate, only, judged, reports } = setUp(
      { p: "pass" },
      { standingResults: () => [standing] },
    );
    await writer.write(candidate(), "all", epoch);
    assert.deepEqual(reports.shown(), { "Pod a": ["p/r error: blocked", "p/r pass: m"] });
    judged.length = 0;
    await writer.write(candidate(), only("p"), epoch);
    assert.deepEqual(judged, ["p"]);
  });

  it("reports the types of rules and the results that settings allow", async () => {
    const none = setUp(
      { p: "fail" },
      { reported: () => ({ ...everything, ruleTypes: new Set(["imageVerify"]) }) },
    );
    await none.writer.write(none.candidate(), "all", epoch);
    assert.deepEqual([none.reports.shown(), none.violations], [{}, []]);
    const fails = setUp(
      { p: "fail", q: "pass" },
      { reported: () => ({ ...everything, results: new Set(["fail"]) }) },
    );
    await fails.writer.write(fails.candidate(), "all", epoch);
    assert.deepEqual(fails.reports.shown(), { "Pod a": ["p/r fail: m"] });
  });
});
