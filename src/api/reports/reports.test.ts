import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Decoded } from "../schema/decode.ts";
import { decodeClusterEphemeralReport, decodeEphemeralReport } from "./ephemeral-report.ts";
import { decodeClusterReport, decodeReport } from "./open-report.ts";
import { decodeClusterPolicyReport, decodePolicyReport } from "./policy-report.ts";

const result = {
  policy: "p",
  rule: "r",
  result: "fail",
  message: "no",
  scored: true,
  severity: "high",
  source: "kyverno",
  timestamp: { nanos: 0, seconds: 1_700_000_000 },
  properties: { process: "background scan" },
};
const summary = { pass: 0, fail: 1, warn: 0, error: 0, skip: 0 };
const final = { metadata: { name: "u" }, scope: { kind: "Pod", name: "a" }, results: [result], summary };
const owner = { apiVersion: "", kind: "", name: "", uid: "" };

const decoders: readonly [(value: unknown) => Decoded<unknown>, string, string, object][] = [
  [decodePolicyReport, "wgpolicyk8s.io/v1alpha2", "PolicyReport", final],
  [decodeClusterPolicyReport, "wgpolicyk8s.io/v1alpha2", "ClusterPolicyReport", final],
  [decodeReport, "openreports.io/v1alpha1", "Report", final],
  [decodeClusterReport, "openreports.io/v1alpha1", "ClusterReport", final],
  [
    decodeEphemeralReport,
    "reports.kyverno.io/v1",
    "EphemeralReport",
    { metadata: {}, spec: { owner, results: [result], summary } },
  ],
  [
    decodeClusterEphemeralReport,
    "reports.kyverno.io/v1",
    "ClusterEphemeralReport",
    { metadata: {}, spec: { owner } },
  ],
];

describe("the decoders of the reports", () => {
  for (const [decodeKind, apiVersion, kind, fields] of decoders) {
    it(`read a ${kind} and no other kind`, () => {
      const value = { apiVersion, kind, ...fields };
      assert.deepEqual(decodeKind(value), { ok: true, value });
      assert.equal(decodeKind({ ...value, kind: "ConfigMap" }).ok, false);
    });
  }

  it("name a result that is none", () => {
    const value = {
      apiVersion: "wgpolicyk8s.io/v1alpha2",
      kind: "PolicyReport",
      metadata: {},
      results: [{ result: "maybe" }],
    };
    const decoded = decodePolicyReport(value);
    assert.deepEqual(decoded.ok ? [] : decoded.problems.map(({ path }) => path), [
      "results[0].policy",
      "results[0].result",
    ]);
  });
});
