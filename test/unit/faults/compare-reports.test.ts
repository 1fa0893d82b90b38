import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { compareReports } from "#test/faults/observe/compare-reports.ts";
import type { ExpectedReport } from "#test/faults/observe/expected-reports.ts";

const result = (rule: string, verdict: "pass" | "fail", seconds = 1): PolicyReportResult => ({
  source: "kyverno",
  policy: "p",
  rule,
  result: verdict,
  timestamp: { seconds, nanos: 0 },
  properties: { process: "background scan", a: "b" },
});

const owner = { apiVersion: "v1", kind: "Pod", name: "web", namespace: "n", uid: "u" };
const wanted = [result("one", "pass"), result("two", "fail")];
const expected = new Map<string, ExpectedReport>([["u", { owner, results: wanted }]]);

const report = (changes: Readonly<Record<string, unknown>> = {}, name = "u"): KubeObject => ({
  apiVersion: "wgpolicyk8s.io/v1alpha2",
  kind: "PolicyReport",
  metadata: {
    name,
    namespace: "n",
    uid: "r",
    resourceVersion: "1",
    labels: { "app.kubernetes.io/managed-by": "kyverno" },
    ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "web", uid: "u" }],
  },
  scope: owner,
  summary: { pass: 1, fail: 1, warn: 0, error: 0, skip: 0 },
  results: [result("two", "fail", 7), result("one", "pass", 9)],
  ...changes,
});

test("times and order do not count", () => {
  assert.deepEqual(compareReports(expected, [report()]), []);
});

const cases: readonly (readonly [string, readonly KubeObject[], RegExp])[] = [
  ["a missing report", [], /has no report/],
  ["a report twice", [report(), report()], /has 2 reports/],
  ["a report of nothing", [report(), report({}, "other")], /stray report other of Pod n\/web/],
  ["a result too many", [report({ results: [...wanted, result("three", "pass")] })], /has .*three/],
  ["a result twice", [report({ results: [result("one", "pass"), ...wanted] })], /number of results is 3/],
  [
    "another verdict",
    [report({ results: [result("one", "fail"), result("two", "fail")] })],
    /lacks .*"pass"/,
  ],
  ["a wrong count", [report({ summary: { pass: 2, fail: 1, warn: 0, error: 0, skip: 0 } })], /the summary/],
  ["another object", [report({ scope: { ...owner, name: "other" } })], /the scope/],
];

for (const [what, stored, message] of cases) {
  test(`${what} is a difference`, () => {
    assert.match(compareReports(expected, stored).join("\n"), message);
  });
}

test("reports that nobody manages are left out", () => {
  const foreign = report({ metadata: { ...report().metadata, labels: {} } }, "other");
  assert.deepEqual(compareReports(expected, [report(), foreign]), []);
});
