import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { judgeByPolicies, resultOf, verdictsOf } from "./judge.ts";
import { decodePolicyDocument } from "./policies/decode-policy.ts";
import { offlineCluster } from "./resources/offline-cluster.ts";
import { decodeResource } from "./resources/scan-resource.ts";
import { compileValues } from "./values/scan-values.ts";

/** What a rule with this condition says of a ConfigMap whose label is `a: "1"`. */
function judge(key: string, value: unknown, set: readonly (readonly [string, string])[]): string {
  const decoded = decodePolicyDocument({
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name: "p" },
    spec: {
      rules: [
        {
          name: "r",
          match: { any: [{ resources: { kinds: ["ConfigMap"] } }] },
          validate: { deny: { conditions: { any: [{ key, operator: "Equals", value }] } } },
        },
      ],
    },
  });
  const resource = decodeResource({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "x", labels: { a: "1" } },
    count: 3,
  });
  assert.ok(decoded.kind === "policy" && resource.ok);
  const verdicts = judgeByPolicies(
    {
      policies: [decoded.policy],
      values: compileValues(undefined, set),
      user: undefined,
      context: offlineCluster([]),
      nowMs: 1500,
    },
    resource.resource,
  ).flatMap(verdictsOf);
  return verdicts.map((verdict) => resultOf(verdict, 1500).result).join();
}

describe("judgeByPolicies", () => {
  const cases: readonly (readonly [
    name: string,
    key: string,
    value: unknown,
    set: readonly (readonly [string, string])[],
    result: string,
  ])[] = [
    ["creates where nothing else is said", "{{ request.operation }}", "CREATE", [], "fail"],
    ["has no object before a creation", "{{ request.oldObject || 'none' }}", "none", [], "fail"],
    [
      "has the same object before and after an update",
      "{{ request.oldObject.metadata.labels.a }}{{ request.object.metadata.labels.a }}",
      "11",
      [["request.operation", "UPDATE"]],
      "fail",
    ],
    [
      "has the object only before a deletion",
      "{{ request.oldObject.metadata.labels.a }}",
      "1",
      [["request.operation", "DELETE"]],
      "fail",
    ],
    [
      "shows another operation without acting on it",
      "{{ request.operation }}{{ request.object.metadata.labels.a }}",
      "CONNECT1",
      [["request.operation", "CONNECT"]],
      "fail",
    ],
    [
      "changes the object by values",
      "{{ request.object.metadata.labels.a }}",
      "2",
      [["request.object.metadata.labels.a", "2"]],
      "fail",
    ],
    ["stands in the namespace default", "{{ request.namespace }}", "default", [], "fail"],
    ["reads numbers as float64", "{{ request.object.count }}", 3, [], "fail"],
    ["cannot resolve what nobody gave", "{{ request.object.mode }}", "x", [], "error"],
    ["sees given values", "{{ request.object.mode }}", "x", [["request.object.mode", "x"]], "fail"],
  ];
  for (const [name, key, value, set, result] of cases) {
    it(name, () => assert.equal(judge(key, value, set), result));
  }
});
