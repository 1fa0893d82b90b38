import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Policy } from "#api/kyverno/cluster-policy.ts";
import { builtIn, typeOf } from "./fake-cluster.fixture.ts";
import { createFindRefusals } from "./policy-refusals.ts";

const policy = (kind: string): Policy => ({
  apiVersion: "kyverno.io/v1",
  kind: "Policy",
  metadata: { name: "p", namespace: "shop" },
  spec: {
    rules: [
      {
        name: "r",
        match: { any: [{ resources: { kinds: [kind] } }] },
        validate: { message: "no", pattern: { metadata: { name: "?*" } } },
      },
    ],
  },
});

describe("what admission would refuse", () => {
  it("is told with its place", () => {
    const [refusal = ""] = createFindRefusals(() => Object.values(builtIn))(policy("Namespace"));
    assert.match(refusal, /^spec\.rules\[0\]\.match.*: .*Cluster wide resource 'Namespace' not allowed/);
  });

  it("knows the scopes of the kinds that are served at that moment", () => {
    let types = [typeOf("x/v1", "Widget", false)];
    const find = createFindRefusals(() => types);
    assert.equal(find(policy("Widget")).length, 1);
    types = [typeOf("x/v1", "Widget", false), typeOf("y/v1", "Widget")];
    assert.deepEqual(find(policy("Widget")), []);
    assert.equal(find(policy("x/v1/Widget")).length, 1);
  });

  it("is nothing for a sound policy", () => {
    assert.deepEqual(createFindRefusals(() => Object.values(builtIn))(policy("Pod")), []);
  });
});
