import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeMeta } from "#api/meta/object-meta.ts";
import { ownerOfEphemeral } from "./ephemeral-owner.ts";

const audit = (entries: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(entries).map(([key, value]) => [`audit.kyverno.io/resource.${key}`, value]),
  );

function ownerOf(metadata: Record<string, unknown>) {
  const meta = decodeMeta({ metadata: { name: "e", uid: "e1", resourceVersion: "1", ...metadata } });
  assert.ok(meta);
  return ownerOfEphemeral(meta);
}

describe("ownerOfEphemeral", () => {
  it("takes the owner reference first", () => {
    const ownerReferences = [{ apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "u1" }];
    assert.deepEqual(ownerOf({ namespace: "shop", ownerReferences }), {
      kind: "known",
      owner: { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web", uid: "u1" },
    });
  });

  it("takes labels and the name annotation next; cluster-scoped objects have no namespace", () => {
    const labels = audit({ uid: "u1", group: "apps", version: "v1", kind: "Deployment" });
    const annotations = audit({ name: "web", namespace: "" });
    assert.deepEqual(ownerOf({ labels, annotations }), {
      kind: "known",
      owner: { apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "u1" },
    });
  });

  for (const [what, labels, resource] of [
    [
      "one label",
      audit({ gvr: "deployments.v1.apps" }),
      { group: "apps", version: "v1", resource: "deployments" },
    ],
    [
      "one label of the core group",
      audit({ gvr: "pods.v1" }),
      { group: "", version: "v1", resource: "pods" },
    ],
    ["a group with dots", audit({ gvr: "x.v1.a.b.c" }), { group: "a.b.c", version: "v1", resource: "x" }],
    [
      "three labels",
      audit({ group: "g", version: "v2", name: "plural" }),
      { group: "g", version: "v2", resource: "plural" },
    ],
  ] as const) {
    it(`knows an object without a uid by ${what}`, () => {
      const annotations = audit({ name: "web", namespace: "shop" });
      assert.deepEqual(ownerOf({ labels, annotations }), {
        kind: "named",
        resource: { ...resource, namespace: "shop", name: "web" },
      });
    });
  }

  it("knows nobody where nothing says it", () => {
    assert.deepEqual(ownerOf({}), { kind: "nobody" });
    assert.deepEqual(ownerOf({ labels: audit({ gvr: "pods" }), annotations: audit({ name: "x" }) }), {
      kind: "nobody",
    });
  });
});
