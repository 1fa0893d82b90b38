import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { MatchConstraints, NamedResourceRule } from "#api/policies/match-constraints.ts";

import type { CelSubject } from "./cel-subject.ts";
import { compileMatchConstraints, MatchError } from "./match-constraints.ts";

const pod: CelSubject = {
  gvk: { group: "", version: "v1", kind: "Pod" },
  resource: "pods",
  subresource: "",
  operation: "CREATE",
  namespace: "shop",
  name: "web",
  generateName: "",
  labels: { app: "web" },
  oldLabels: {},
  namespaceLabels: { tier: "gold" },
};
const namespaceObject: CelSubject = {
  ...pod,
  gvk: { group: "", version: "v1", kind: "Namespace" },
  resource: "namespaces",
  namespace: "",
  labels: { tier: "gold" },
};
const node: CelSubject = {
  ...pod,
  gvk: { group: "", version: "v1", kind: "Node" },
  resource: "nodes",
  namespace: "",
};

const base = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] };
const ruled = (rule: Partial<NamedResourceRule>): MatchConstraints => ({
  resourceRules: [{ ...base, ...rule }],
});
const takes = (constraints: MatchConstraints | undefined, subject: Partial<CelSubject> = {}): boolean =>
  compileMatchConstraints(constraints)({ ...pod, ...subject });

describe("resource rules", () => {
  const rows: readonly (readonly [
    title: string,
    rule: Partial<NamedResourceRule>,
    subject: Partial<CelSubject>,
    boolean,
  ])[] = [
    ["take what they name", {}, {}, true],
    ["leave other operations", { operations: ["UPDATE"] }, {}, false],
    ["take every operation with *", { operations: ["*"] }, { operation: "DELETE" }, true],
    ["take nothing with an empty list", { apiGroups: [] }, {}, false],
    ["know no partial wildcards", { resources: ["po*"] }, {}, false],
    ["take main resources with *", { resources: ["*"] }, {}, true],
    ["leave subresources with *", { resources: ["*"] }, { subresource: "log" }, false],
    ["take everything with */*", { resources: ["*/*"] }, { subresource: "log" }, true],
    ["take plain pods with pods/*", { resources: ["pods/*"] }, {}, true],
    ["take one subresource by name", { resources: ["pods/log"] }, { subresource: "log" }, true],
    ["leave what is not in their scope", { scope: "Cluster" }, {}, false],
    ["count a Namespace as cluster-scoped", { scope: "Cluster", resources: ["*"] }, namespaceObject, true],
    ["take exact names", { resourceNames: ["web"] }, {}, true],
    ["leave other names", { resourceNames: ["we"] }, {}, false],
    [
      "hold a prefix against names where there is no name yet",
      { resourceNames: ["web-1"] },
      { name: "", generateName: "web-" },
      true,
    ],
  ];
  for (const [title, rule, subject, expected] of rows) {
    it(title, () => assert.equal(takes(ruled(rule), subject), expected));
  }

  it("match everything where there are none, and nothing without constraints", () => {
    assert.deepEqual([takes({}), takes(undefined)], [true, false]);
  });

  it("yield to exclusions, whose operations count as well", () => {
    const excluding = (operations: string[]) => ({
      ...ruled({}),
      excludeResourceRules: [{ ...base, operations, resourceNames: ["web"] }],
    });
    assert.deepEqual([takes(excluding(["*"])), takes(excluding(["UPDATE"]))], [false, true]);
  });

  it("do without operations where there is no request", () => {
    const matches = compileMatchConstraints(ruled({ operations: ["UPDATE"] }), { operations: "any" });
    assert.equal(matches(pod), true);
  });
});

describe("selectors", () => {
  const gold = { namespaceSelector: { matchLabels: { tier: "gold" } } };

  it("look at the labels of the Namespace, and of a Namespace at its own", () => {
    assert.deepEqual(
      [takes(gold), takes(gold, { namespaceLabels: {} }), takes(gold, namespaceObject)],
      [true, false, true],
    );
  });

  it("of namespaces do not count for what has none", () => {
    assert.equal(takes({ namespaceSelector: { matchLabels: { tier: "tin" } } }, node), true);
  });

  it("of objects are satisfied by the old object, which is empty where there is none", () => {
    const absent = { objectSelector: { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] } };
    assert.deepEqual([takes(absent), takes(absent, { oldLabels: undefined })], [true, false]);
  });

  it("that Kubernetes would refuse are an error, unless something else speaks against the object", () => {
    const objectSelector = { matchLabels: { app: "w*" } };
    assert.throws(() => takes({ objectSelector }), MatchError);
    assert.equal(takes({ objectSelector, ...ruled({ resources: ["services"] }) }), false);
  });
});
