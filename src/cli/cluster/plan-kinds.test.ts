import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { parseKindSelector } from "#engine/match/kind-selector.ts";
import type { KindSelector } from "#engine/match/kind-selector.ts";

import { planKinds } from "./plan-kinds.ts";

const served = (
  apiVersion: string,
  kind: string,
  resource: string,
  { preferred = true, namespaced = true, verbs = ["list"] } = {},
): ResourceType => {
  const [version = "", group = ""] = apiVersion.split("/").toReversed();
  return { group, version, kind, resource, namespaced, verbs, preferred };
};
const types: readonly ResourceType[] = [
  served("v1", "Pod", "pods"),
  served("v1", "Pod", "pods/status"),
  served("v1", "Namespace", "namespaces", { namespaced: false }),
  served("v1", "Event", "events"),
  served("v1", "Binding", "bindings", { verbs: ["create"] }),
  served("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
  served("autoscaling/v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers", { preferred: false }),
  served("wgpolicyk8s.io/v1alpha2", "PolicyReport", "policyreports"),
];

const plan = (selectors: readonly (string | KindSelector)[], namespaced = false) => {
  const selections = selectors.map((selector) => ({
    selector: typeof selector === "string" ? parseKindSelector(selector) : selector,
  }));
  const { kinds, unserved } = planKinds([{ policy: "p", key: "p", namespaced, selections }], types);
  return { kinds: kinds.map(({ type }) => resourceTypeKey(type)), unserved: unserved.get("p") ?? [] };
};

describe("planKinds", () => {
  it("lists what can be listed, and neither Events nor reports, for a policy of all kinds", () => {
    assert.deepEqual(plan(["*"]).kinds, [
      "autoscaling/v2/horizontalpodautoscalers",
      "v1/namespaces",
      "v1/pods",
    ]);
  });

  it("takes the preferred version of a kind, or the one that a policy names", () => {
    assert.deepEqual(plan(["HorizontalPodAutoscaler"]).kinds, ["autoscaling/v2/horizontalpodautoscalers"]);
    assert.deepEqual(plan(["autoscaling/v1/HorizontalPodAutoscaler"]).kinds, [
      "autoscaling/v1/horizontalpodautoscalers",
    ]);
  });

  it("leaves objects without a namespace to policies without one", () => {
    assert.deepEqual(plan(["Pod", "Namespace"], true).kinds, ["v1/pods"]);
  });

  it("understands plurals, which policies of CEL name", () => {
    const pods = { group: "", version: "v1", kind: "*", subresource: "", resource: "pods" };
    assert.deepEqual(plan([pods]), { kinds: ["v1/pods"], unserved: [] });
    assert.deepEqual(plan([{ ...pods, resource: "ships" }]).unserved, ["v1/ships"]);
  });

  it("tells which kinds are not served, and nothing of subresources", () => {
    assert.deepEqual(plan(["example.com/v1/Ship", "Pod/exec", "Pod"]).unserved, ["example.com/v1/Ship"]);
  });
});
