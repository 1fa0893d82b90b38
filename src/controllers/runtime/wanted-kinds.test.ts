import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { parseKindSelector } from "#engine/match/kind-selector.ts";
import { planWantedKinds } from "./wanted-kinds.ts";

const type = (apiVersion: string, kind: string, more: Partial<ResourceType> = {}): ResourceType => {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  return {
    group: group ?? "",
    version: version ?? "",
    kind,
    resource: `${kind.toLowerCase()}s`,
    namespaced: true,
    verbs: ["list", "watch", "get"],
    preferred: true,
    ...more,
  };
};

const served = [
  type("v1", "Pod"),
  type("v1", "Event"),
  type("v1", "Namespace", { namespaced: false }),
  type("v1", "Pod", { resource: "pods/status" }),
  type("v1", "Binding", { verbs: ["create"] }),
  type("autoscaling/v2", "HorizontalPodAutoscaler"),
  type("autoscaling/v1", "HorizontalPodAutoscaler", { preferred: false }),
  type("wgpolicyk8s.io/v1alpha2", "PolicyReport"),
];

const user = (key: string, kinds: string[], namespaced = false) => ({
  key,
  namespaced,
  selectors: kinds.map(parseKindSelector),
});

const plan = (...users: ReturnType<typeof user>[]) => {
  const { kinds, unserved } = planWantedKinds(users, served);
  return {
    kinds: Object.fromEntries([...kinds].map(([key, wanted]) => [key, [...wanted.policies]])),
    unserved: Object.fromEntries(unserved),
  };
};

describe("the kinds to watch", () => {
  it("are those that some policy selects, each with the policies that judge it", () => {
    assert.deepEqual(plan(user("a", ["Pod"]), user("b", ["v1/Pod", "Namespace"])).kinds, {
      "v1/pods": ["a", "b"],
      "v1/namespaces": ["b"],
    });
  });

  it("leave out Events, reports and what cannot be listed, even for a wildcard", () => {
    assert.deepEqual(Object.keys(plan(user("a", ["*"])).kinds), [
      "v1/pods",
      "v1/namespaces",
      "autoscaling/v2/horizontalpodautoscalers",
    ]);
  });

  it("take the preferred version of a kind for a selector that names none", () => {
    assert.deepEqual(Object.keys(plan(user("a", ["HorizontalPodAutoscaler"])).kinds), [
      "autoscaling/v2/horizontalpodautoscalers",
    ]);
  });

  it("take the version that a selector names", () => {
    assert.deepEqual(Object.keys(plan(user("a", ["autoscaling/v1/HorizontalPodAutoscaler"])).kinds), [
      "autoscaling/v1/horizontalpodautoscalers",
    ]);
  });

  it("take one version per policy where its selectors name several", () => {
    const both = ["autoscaling/v1/HorizontalPodAutoscaler", "autoscaling/v2/HorizontalPodAutoscaler"];
    assert.deepEqual(Object.keys(plan(user("a", both)).kinds), ["autoscaling/v2/horizontalpodautoscalers"]);
  });

  it("leave cluster-scoped kinds out for a namespaced policy", () => {
    assert.deepEqual(plan(user("shop/a", ["Pod", "Namespace"], true)).kinds, { "v1/pods": ["shop/a"] });
  });

  it("name what nothing serves, because a CRD may bring it later", () => {
    assert.deepEqual(plan(user("a", ["Pod", "example.com/v1/Widget"])).unserved, {
      a: ["example.com/v1/Widget"],
    });
  });
});
