import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";

import type { ClusterPolicy } from "#api/kyverno/cluster-policy.ts";

import { compile, couldMatch } from "../compile.ts";
import { policyIndex } from "./policy-index.ts";

function policy(name: string, kinds: readonly string[], namespaces?: readonly string[]) {
  const resources = { kinds, ...(namespaces === undefined ? {} : { namespaces }) };
  const spec = { rules: [{ name: "r", match: { any: [{ resources }] }, validate: { deny: {} } }] };
  const document: ClusterPolicy = {
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name },
    spec,
  };
  return compile(document);
}

const policies = [
  policy("pods", ["Pod"]),
  policy("services", ["Service", "v1/ConfigMap"]),
  policy("team", ["P*", "Namespac?"], ["team-*"]),
  policy("none", []),
  policy("apps", ["apps/*/*"], ["team-a", "shop"]),
];

describe("policyIndex", () => {
  it("finds policies by kind and namespace, in order", () => {
    const index = policyIndex(policies);
    const names = (kind: string, namespace: string) =>
      index.policiesFor({ group: "", version: "v1", kind }, namespace).map(({ identity }) => identity.name);
    assert.deepEqual(names("Pod", "shop"), ["pods", "none"]);
    assert.deepEqual(names("Pod", "team-a"), ["pods", "team", "none"]);
    assert.deepEqual(names("Service", ""), ["services", "none"]);
  });

  it("agrees with asking every policy, however often it is asked", () => {
    const index = policyIndex(policies);
    fc.assert(
      fc.property(
        fc.constantFrom("", "apps", "batch"),
        fc.constantFrom("Pod", "Service", "ConfigMap", "Deployment", "Namespace"),
        fc.constantFrom("", "shop", "team-a", "team-b", "x"),
        (group, kind, namespace) => {
          const gvk = { group, version: "v1", kind };
          assert.deepEqual(
            index.policiesFor(gvk, namespace),
            policies.filter((candidate) => couldMatch(candidate, gvk, namespace)),
          );
        },
      ),
    );
  });
});
