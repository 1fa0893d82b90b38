import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { matchesKind, parseKindSelector } from "./kind-selector.ts";

const grammar: readonly [text: string, group: string, version: string, kind: string, subresource: string][] =
  [
    ["Pod", "*", "*", "Pod", ""],
    ["v1/Pod", "*", "v1", "Pod", ""],
    ["*/Pod", "*", "*", "Pod", ""],
    ["v10/Widget", "*", "v10", "Widget", ""],
    ["v2beta12/Widget", "*", "v2beta12", "Widget", ""],
    ["apps/v1/Deployment", "apps", "v1", "Deployment", ""],
    ["apps/*/Deployment", "apps", "*", "Deployment", ""],
    ["networking.k8s.io/v1/Ingress", "networking.k8s.io", "v1", "Ingress", ""],
    ["Pod/status", "*", "*", "Pod", "status"],
    ["Pod.status", "*", "*", "Pod", "status"],
    ["v1/Pod/status", "*", "v1", "Pod", "status"],
    ["v1/Pod.status", "*", "v1", "Pod", "status"],
    ["*/Pod/status", "*", "*", "Pod", "status"],
    ["apps/v1/Deployment/scale", "apps", "v1", "Deployment", "scale"],
    ["apps/v1/Deployment.scale", "apps", "v1", "Deployment", "scale"],
    ["*", "*", "*", "*", ""],
    ["*/*", "*", "*", "*", "*"],
    ["*/scale", "*", "*", "*", "scale"],
    ["postgresql", "*", "*", "postgresql", ""],
    ["v1/postgresql", "*", "v1", "postgresql", ""],
    ["*/postgresql", "*", "*", "*", "postgresql"],
    ["apps/Deployment", "*", "*", "apps", "Deployment"],
    ["v1alpha/Pod", "*", "*", "v1alpha", "Pod"],
    ["a/b/c/d/e", "", "", "", ""],
  ];

describe("parseKindSelector", () => {
  for (const [text, group, version, kind, subresource] of grammar) {
    it(`reads ${text} as group "${group}", version "${version}", kind "${kind}", subresource "${subresource}"`, () => {
      assert.deepEqual(parseKindSelector(text), { group, version, kind, subresource });
    });
  }

  it("makes a selector that matches nothing of an entry too long to be a kind", () => {
    assert.equal(parseKindSelector(`*${"?".repeat(2000)}*`).kind, "");
  });
});

const pod = { group: "", version: "v1", kind: "Pod" };
const deployment = { group: "apps", version: "v1", kind: "Deployment" };

const matching: readonly [text: string, gvk: typeof pod, subresource: string, matches: boolean][] = [
  ["Pod", pod, "", true],
  ["pod", pod, "", false],
  ["P?d", pod, "", true],
  ["v1/Pod", pod, "", true],
  ["v2/Pod", pod, "", false],
  ["*", deployment, "", true],
  ["*", deployment, "scale", false],
  ["*/*", deployment, "scale", true],
  ["*/scale", deployment, "scale", true],
  ["apps/v1/*", deployment, "", true],
  ["apps/v1/*", pod, "", false],
  ["*.k8s.io/v1/Ingress", { group: "networking.k8s.io", version: "v1", kind: "Ingress" }, "", true],
  ["*/v1/Ingress", { group: "networking.k8s.io", version: "v1", kind: "Ingress" }, "", false],
  ["Pod", pod, "status", false],
  ["Pod/status", pod, "status", true],
  ["Pod/status", pod, "", false],
  ["Pod", pod, "ephemeralcontainers", true],
  ["Pod", { ...pod, group: "x" }, "ephemeralcontainers", false],
  ["apps/Deployment", deployment, "", false],
];

describe("matchesKind", () => {
  for (const [text, gvk, subresource, matches] of matching) {
    it(`${text} ${matches ? "takes" : "leaves"} ${gvk.group}/${gvk.version} ${gvk.kind}/${subresource}`, () => {
      assert.equal(matchesKind(parseKindSelector(text), gvk, subresource), matches);
    });
  }
});
