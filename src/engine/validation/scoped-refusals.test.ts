import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Generation } from "#api/kyverno/generate.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { cluster, namespaced, rule } from "./policies.fixture.ts";
import { validatePolicy } from "./validate-policy.ts";

const clusterKinds = new Set(["Node", "v1/Node", "Namespace", "v1/Namespace"]);
const secret = { apiVersion: "v1", kind: "Secret", name: "a", namespace: "shop" } as const;
const generates = (generate: Generation): Partial<Rule> => ({ generate });
const copies = (cloneList: NonNullable<Generation["cloneList"]>): Partial<Rule> => generates({ cloneList });

describe("refusals of admission where the scopes of kinds are known", () => {
  /** Refusals that take knowledge of the cluster: the policy is in order without. */
  const scoped: readonly (readonly [
    title: string,
    kind: "Policy" | "ClusterPolicy",
    body: Partial<Rule>,
    message: string,
    accepted: Partial<Rule>,
  ])[] = [
    [
      "a namespace for an object of the cluster",
      "ClusterPolicy",
      generates({ apiVersion: "v1", kind: "Node", name: "a", namespace: "shop", data: {} }),
      "target namespace must not be set for a cluster-wide resource",
      generates({ apiVersion: "v1", kind: "Node", name: "a", data: {} }),
    ],
    [
      "an object of the cluster that a Policy makes",
      "Policy",
      generates({ apiVersion: "v1", kind: "Node", name: "a", data: {} }),
      "target resource scope mismatched: the target must be a namespaced resource: v1/Node",
      generates({ ...secret, data: {} }),
    ],
    [
      "an object that a Policy makes elsewhere",
      "Policy",
      generates({ ...secret, namespace: "other", data: {} }),
      "a namespaced policy cannot generate resources in other namespaces, expected: shop, received: other",
      generates({ ...secret, data: {} }),
    ],
    [
      "an object that a Policy copies from elsewhere",
      "Policy",
      generates({ ...secret, clone: { name: "b", namespace: "other" } }),
      "a namespaced policy cannot clone resources from other namespaces, expected: shop, received: other",
      generates({ ...secret, clone: { name: "b", namespace: "shop" } }),
    ],
    [
      "a list of clones that a Policy takes from elsewhere",
      "Policy",
      generates({ namespace: "shop", cloneList: { namespace: "other", kinds: ["v1/Secret"] } }),
      "a namespaced policy cannot clone resources from other namespace, expected: shop, received: other",
      generates({ namespace: "shop", cloneList: { namespace: "shop", kinds: ["v1/Secret"] } }),
    ],
    [
      "a list of clones with a kind of the cluster in a Policy",
      "Policy",
      generates({ namespace: "shop", cloneList: { namespace: "shop", kinds: ["v1/Node"] } }),
      "the source in cloneList must be a namespaced resource: v1/Node",
      generates({ namespace: "shop", cloneList: { namespace: "shop", kinds: ["v1/Secret"] } }),
    ],
    [
      "a list of clones of both scopes",
      "ClusterPolicy",
      copies({ namespace: "shop", kinds: ["v1/Node", "v1/Secret"] }),
      "mixed scope of target resources is forbidden",
      copies({ namespace: "shop", kinds: ["v1/ConfigMap", "v1/Secret"] }),
    ],
    [
      "a list of clones from no namespace",
      "ClusterPolicy",
      copies({ kinds: ["v1/Secret"] }),
      "namespace is required for namespaced target resources",
      copies({ namespace: "shop", kinds: ["v1/Secret"] }),
    ],
    [
      "a list of clones of the cluster from a namespace",
      "ClusterPolicy",
      copies({ namespace: "shop", kinds: ["v1/Node"] }),
      "namespace is forbidden for cluster-wide target resources",
      copies({ kinds: ["v1/Node"] }),
    ],
  ];
  for (const [title, kind, body, text, accepted] of scoped) {
    const problemsOf = (one: Partial<Rule>) =>
      validatePolicy(kind === "Policy" ? namespaced(rule(one)) : cluster(rule(one)), { clusterKinds });
    it(`refuses ${title} where kinds are known, and takes what is in order`, () => {
      assert.ok(
        problemsOf(body).some((problem) => problem.message.includes(text)),
        JSON.stringify(problemsOf(body)),
      );
      assert.deepEqual(problemsOf(accepted), []);
    });
  }
});
