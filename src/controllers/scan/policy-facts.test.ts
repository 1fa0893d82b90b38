import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeClusterPolicy } from "#api/kyverno/cluster-policy.ts";
import { staleResults } from "#reports/stale-results.ts";
import { createPolicyFacts } from "./policy-facts.ts";
import { prepareScanPolicy } from "./scan-policy.ts";

const factsOf = (spec: object, isSynced = () => true) => {
  const decoded = decodeClusterPolicy({
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name: "p", uid: "u", resourceVersion: "1" },
    spec: {
      rules: [
        {
          name: "r",
          match: { any: [{ resources: { kinds: ["ConfigMap"] } }] },
          validate: { message: "no", pattern: { data: { owner: "?*" } } },
        },
      ],
      ...spec,
    },
  });
  assert.ok(decoded.ok);
  const policy = prepareScanPolicy(decoded.value, undefined);
  const policies = new Map([[policy.key, policy]]);
  return createPolicyFacts({ policies, unreadable: new Map(), isSynced }, () => new Map());
};

const resultOf = (process: string) => ({
  source: "kyverno",
  policy: "p",
  rule: "r",
  result: "fail" as const,
  properties: { process },
});

test("a policy that leaves the scan leaves no result of the scan behind, and keeps those of admission", () => {
  const results = [resultOf("background scan"), resultOf("admission review")];
  assert.deepEqual(staleResults({ results }, factsOf({ background: false })), [resultOf("background scan")]);
  assert.deepEqual(staleResults({ results }, factsOf({ background: true })), []);
});

test("results of a policy that is gone are stale, those of other sources are nobody's business here", () => {
  const facts = factsOf({});
  assert.deepEqual(facts.find({ source: "kyverno", policy: "q" }), { kind: "gone" });
  assert.deepEqual(facts.find({ source: "kyverno", policy: "ns/p" }), { kind: "gone" });
  assert.deepEqual(facts.find({ source: "other", policy: "p" }), { kind: "unknown" });
});

test("nothing is gone of a kind that was not listed to its end", () => {
  const facts = factsOf({}, () => false);
  assert.deepEqual(facts.find({ source: "kyverno", policy: "q" }), { kind: "unknown" });
  assert.equal(facts.find({ source: "kyverno", policy: "p" }).kind, "known");
});

test("a policy may have a result about itself, and none about other objects that it does not judge", () => {
  const fact = factsOf({}).find({ source: "kyverno", policy: "p" });
  assert.ok(fact.kind === "known");
  const canMatch = (group: string, kind: string): boolean => fact.canMatch({ group, version: "v1", kind });
  assert.deepEqual([canMatch("kyverno.io", "ClusterPolicy"), canMatch("", "Pod")], [true, false]);
});
