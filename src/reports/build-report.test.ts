import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { buildReport } from "./build-report.ts";
import { decodeStoredReport, hasForeignParts, isWellFormed } from "./stored-report.ts";

const owner = { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "cart", uid: "6f1c2f0e" };

function result(policy: string, rule: string, status: PolicyReportResult["result"]): PolicyReportResult {
  return { source: "kyverno", policy, rule, ...(status === undefined ? {} : { result: status }) };
}

const results = [result("b", "x", "pass"), result("a", "y", "fail"), result("a", "x", "warn")];

/** As the API server gives it back. */
function stored(change: (object: Record<string, unknown>) => void = () => {}): KubeObject {
  const object = structuredClone(buildReport({ format: "wgpolicyk8s", owner, results })) as unknown as Record<
    string,
    unknown
  >;
  Object.assign(object["metadata"] as object, {
    uid: "r1",
    resourceVersion: "7",
    generation: 1,
    managedFields: [],
  });
  change(object);
  return object as unknown as KubeObject;
}

describe("buildReport", () => {
  it("makes the report of a namespaced object: named after its uid, owned, sorted, counted", () => {
    assert.deepEqual(buildReport({ format: "wgpolicyk8s", owner, results, resourceVersion: "5" }), {
      apiVersion: "wgpolicyk8s.io/v1alpha2",
      kind: "PolicyReport",
      metadata: {
        name: "6f1c2f0e",
        namespace: "shop",
        labels: { "app.kubernetes.io/managed-by": "kyverno" },
        ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "cart", uid: "6f1c2f0e" }],
        resourceVersion: "5",
      },
      scope: owner,
      summary: { pass: 1, fail: 1, warn: 1, error: 0, skip: 0 },
      results: [results[2], results[1], results[0]],
    });
  });

  for (const [format, namespaced, apiVersion, kind] of [
    ["wgpolicyk8s", false, "wgpolicyk8s.io/v1alpha2", "ClusterPolicyReport"],
    ["openreports", true, "openreports.io/v1alpha1", "Report"],
    ["openreports", false, "openreports.io/v1alpha1", "ClusterReport"],
  ] as const) {
    it(`writes a ${kind} of ${apiVersion}`, () => {
      const { namespace: _namespace, ...cluster } = owner;
      const report = buildReport({ format, owner: namespaced ? owner : cluster, results });
      assert.deepEqual([report.apiVersion, report.kind], [apiVersion, kind]);
      assert.equal(Object.hasOwn(report.metadata, "namespace"), namespaced);
      assert.equal(Object.hasOwn(report.scope, "namespace"), namespaced);
    });
  }
});

describe("stored reports", () => {
  it("are well formed as they are built", () => {
    const report = decodeStoredReport(stored());
    assert.ok(report);
    assert.equal(report.managed, true);
    assert.equal(isWellFormed(report), true);
    assert.equal(hasForeignParts(report), false);
    assert.deepEqual(report.owner, owner);
  });

  const edits: readonly (readonly [string, (object: Record<string, unknown>) => void])[] = [
    ["another summary", (object) => Object.assign(object["summary"] as object, { pass: 9 })],
    ["no scope", (object) => delete object["scope"]],
    ["the scope of another object", (object) => Object.assign(object["scope"] as object, { uid: "other" })],
    [
      "another scope name than the owner's",
      (object) => Object.assign(object["scope"] as object, { name: "x" }),
    ],
    ["no owner", (object) => Object.assign(object["metadata"] as object, { ownerReferences: [] })],
    ["another order", (object) => (object["results"] as unknown[]).reverse()],
  ];
  for (const [what, edit] of edits) {
    it(`are not well formed with ${what}`, () => {
      const report = decodeStoredReport(stored(edit));
      assert.ok(report);
      assert.equal(isWellFormed(report), false);
    });
  }

  const additions: readonly (readonly [string, (object: Record<string, unknown>) => void])[] = [
    ["an annotation", (object) => Object.assign(object["metadata"] as object, { annotations: { a: "b" } })],
    ["a finalizer", (object) => Object.assign(object["metadata"] as object, { finalizers: ["x/y"] })],
    ["another field", (object) => (object["configuration"] = {})],
  ];
  for (const [what, add] of additions) {
    it(`have parts of others with ${what}`, () => {
      const report = decodeStoredReport(stored(add));
      assert.ok(report);
      assert.equal(hasForeignParts(report), true);
    });
  }

  it("are not managed without the label, and no reports at all without metadata", () => {
    const other = decodeStoredReport(
      stored((object) => Object.assign(object["metadata"] as object, { labels: { a: "b" } })),
    );
    assert.equal(other?.managed, false);
    assert.equal(decodeStoredReport({ apiVersion: "v1", kind: "X" } as unknown as KubeObject), undefined);
  });
});
