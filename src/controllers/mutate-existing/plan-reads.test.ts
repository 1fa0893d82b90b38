import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { parseKindSelector } from "#engine/match/kind-selector.ts";
import type { TargetSelector } from "#engine/mutate/mutation-target.ts";
import { configMap, mapOf, node, taskOf } from "./mutate-world.fixture.ts";
import { planConditionText } from "./plan-conditions.fixture.ts";
import { planNeeds } from "./plan-needs.ts";
import { planListedReads, planReads, selectorText } from "./plan-reads.ts";

const deployments = (version: string, preferred: boolean): ResourceType => ({
  ...configMap,
  group: "apps",
  version,
  kind: "Deployment",
  resource: "deployments",
  preferred,
});
const served = [configMap, node, deployments("v1", true), deployments("v1beta1", false)];

const selectorOf = (kindText: string, more: Partial<TargetSelector> = {}): TargetSelector => ({
  kind: parseKindSelector(kindText),
  kindText,
  namespace: "",
  name: "",
  ...more,
});

describe("how targets are read", () => {
  const rows: readonly (readonly [string, TargetSelector, readonly string[]])[] = [
    ["one object alone", selectorOf("v1/ConfigMap", { namespace: "a", name: "b" }), ["get v1 a/b"]],
    ["one namespace", selectorOf("v1/ConfigMap", { namespace: "a", name: "b*" }), ["list v1 a"]],
    ["everywhere", selectorOf("v1/ConfigMap", { namespace: "a*", name: "b*" }), ["list v1 *"]],
    ["one name everywhere", selectorOf("v1/ConfigMap", { name: "b" }), ["list v1 * metadata.name=b"]],
    ["one object without a namespace", selectorOf("v1/Node", { name: "n" }), ["get v1 /n"]],
    ["a status", selectorOf("v1/Node/status", { name: "n" }), ["get v1 /n status"]],
    ["the preferred version", selectorOf("*/Deployment", { name: "*" }), ["list v1 *"]],
    ["the version that is named", selectorOf("apps/v1beta1/Deployment"), ["list v1beta1 *"]],
    [
      "labels",
      selectorOf("v1/ConfigMap", { selector: { matchLabels: { app: "web" } } }),
      ["list v1 * app=web"],
    ],
    ["nothing: no namespace fits", selectorOf("v1/Node", { namespace: "shop", name: "n" }), []],
  ];
  for (const [what, selector, expected] of rows) {
    test(what, () => {
      const planned = planReads(selector, served);
      assert.ok(planned.kind === "reads");
      const texts = planned.reads.map(
        ({ type, namespace, name, subresource, fieldSelector, labelSelector }) =>
          [
            name === undefined ? "list" : "get",
            type.version,
            name === undefined ? (namespace === "" ? "*" : namespace) : `${namespace}/${name}`,
            subresource,
            fieldSelector,
            labelSelector,
          ]
            .filter((part) => part !== undefined && part !== "")
            .join(" "),
      );
      assert.deepEqual(texts, expected);
    });
  }

  test("a kind that nobody serves may come; a subresource with wildcards cannot be read", () => {
    assert.equal(planReads(selectorOf("shop.io/v1/Cart"), served).kind, "unserved");
    assert.equal(planReads(selectorOf("apps/v1/Deployment/*"), served).kind, "impossible");
  });

  test("wildcards of names, namespaces and labels are looked at here", () => {
    const planned = planReads(
      selectorOf("v1/ConfigMap", {
        namespace: "shop-*",
        name: "a?",
        selector: { matchLabels: { app: "w*" } },
      }),
      served,
    );
    assert.ok(planned.kind === "reads");
    const [read] = planned.reads;
    const labels = { labels: { app: "web" } };
    assert.equal(read?.labelSelector, undefined);
    assert.equal(read?.takes(mapOf("shop-1", "ab", {}, labels)), true);
    assert.equal(read.takes(mapOf("shop-1", "abc", {}, labels)), false);
    assert.equal(read.takes(mapOf("bank", "ab", {}, labels)), false);
    assert.equal(read.takes(mapOf("shop-1", "ab", {}, { labels: { app: "db" } })), false);
    assert.equal(read.takes(mapOf("shop-1", "ab")), false);
  });

  test("selectors are sent as the server reads them, or not at all", () => {
    const expression = (operator: string, values?: readonly string[]) => ({
      matchExpressions: [{ key: "app", operator, ...(values === undefined ? {} : { values: [...values] }) }],
    });
    assert.equal(selectorText({ matchLabels: { "a.b/c": "d" }, ...expression("Exists") }), "a.b/c=d,app");
    assert.equal(selectorText(expression("In", ["x", "y"])), "app in (x,y)");
    assert.equal(selectorText(expression("NotIn", ["x"])), "app notin (x)");
    assert.equal(selectorText(expression("DoesNotExist")), "!app");
    for (const refused of [
      { matchLabels: { app: "w*" } },
      { matchLabels: { app: "a,b!=c" } },
      expression("In", []),
      expression("Other", ["x"]),
    ]) {
      assert.equal(selectorText(refused), undefined);
    }
  });

  test("a MutatingPolicy of a namespace lists that namespace, and no kind without one", () => {
    const resources = [
      { group: "", version: "v1", resource: "configmaps", subresource: "" },
      { group: "", version: "v1", resource: "nodes", subresource: "" },
      { group: "shop.io", version: "v1", resource: "carts", subresource: "" },
    ];
    const reads = planListedReads(resources, { namespace: "shop", selector: undefined }, served);
    assert.deepEqual(
      reads.map(({ type, namespace }) => [type.kind, namespace]),
      [["ConfigMap", "shop"]],
    );
  });
});

describe("what a policy needs", () => {
  const rule = (targets: readonly object[]) => ({
    rules: [
      {
        name: "r",
        match: { any: [{ resources: { kinds: ["ConfigMap"] } }] },
        mutate: { targets, patchStrategicMerge: { data: { a: "b" } } },
      },
    ],
  });
  const needsOf = (...targets: readonly object[]): readonly string[] =>
    planNeeds(taskOf("ClusterPolicy", rule(targets)), served).map(
      ({ verb, resource, subresource, namespace }) =>
        `${verb} ${resource}${subresource === "" ? "" : `/${subresource}`} ${namespace}`.trim(),
    );

  test("follows from its targets, as far as they are no variables", () => {
    const target = { apiVersion: "v1", kind: "ConfigMap", name: "a" };
    assert.deepEqual(needsOf({ ...target, namespace: "shop" }), [
      "get configmaps shop",
      "update configmaps shop",
    ]);
    assert.deepEqual(needsOf({ ...target, namespace: "{{ request.namespace }}" }), [
      "get configmaps",
      "list configmaps",
      "update configmaps",
    ]);
    assert.deepEqual(needsOf({ ...target, kind: "{{ request.object.kind }}" }), []);
    assert.deepEqual(needsOf({ apiVersion: "v1", kind: "Node/status", name: "n" }), [
      "get nodes",
      "list nodes",
      "update nodes/status",
    ]);
    assert.deepEqual(needsOf({ apiVersion: "shop.io/v1", kind: "Cart", name: "c" }), []);
  });
});

describe("the condition of a policy", () => {
  test("names what needs somebody's hand first, and says nothing of numbers that grow", () => {
    assert.equal(planConditionText({}), "True Succeeded");
    assert.equal(planConditionText({ problems: ["r: no"] }), "False NotCarriedOut");
    assert.equal(planConditionText({ failing: 3, problems: ["r: no"] }), "False Failing");
    assert.equal(planConditionText({ quarrels: 2, failing: 1 }), "False ChangesUndone");
    assert.equal(planConditionText({ missingRights: ["x"], quarrels: 2 }), "False MissingPermissions");
    assert.equal(planConditionText({ changed: 9_000 }), "True Succeeded");
  });
});
