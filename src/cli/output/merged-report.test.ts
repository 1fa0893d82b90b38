import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { PolicyReportResult } from "#api/reports/policy-report.ts";

import { mergedReports } from "./merged-report.ts";
import { renderDocuments } from "./render-documents.ts";

const result = (policy: string): PolicyReportResult => ({ source: "kyverno", policy, result: "pass" });

describe("mergedReports", () => {
  it("is one report for cluster-wide policies and one for each namespaced policy", () => {
    const reports = mergedReports([result("b"), result("ns/x"), result("a"), result("ns/x")]);
    assert.deepEqual(
      reports.map(({ kind, metadata, summary }) => [kind, metadata, summary.pass]),
      [
        ["ClusterReport", { name: "merged" }, 2],
        ["Report", { name: "x", namespace: "ns" }, 2],
      ],
    );
    assert.deepEqual(
      reports[0]?.results.map(({ policy }) => policy),
      ["a", "b"],
    );
  });

  it("gives one JSON document whatever their number", () => {
    const json = (results: readonly PolicyReportResult[]): { kind?: string } =>
      JSON.parse(renderDocuments(mergedReports(results), "json")) as { kind?: string };
    assert.equal(json([result("a")]).kind, "ClusterReport");
    assert.equal(json([result("a"), result("n/b")]).kind, "List");
    assert.equal(json([]).kind, "List");
  });
});
