import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { decodeResource } from "./scan-resource.ts";
import type { ScanResource } from "./scan-resource.ts";

function decoded(content: unknown): ScanResource {
  const result = decodeResource(content);
  assert.ok(result.ok, result.ok ? "" : result.message);
  return result.resource;
}

describe("decodeResource", () => {
  it("puts a namespaced object without namespace into default, in the object too", () => {
    const resource = decoded({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } });
    assert.deepEqual(
      { gvk: resource.gvk, namespace: resource.namespace, metadata: resource.object["metadata"] },
      {
        gvk: { group: "apps", version: "v1", kind: "Deployment" },
        namespace: "default",
        metadata: { name: "web", namespace: "default" },
      },
    );
  });

  it("knows kinds without namespace, and takes unknown ones for namespaced", () => {
    const node = decoded({ apiVersion: "v1", kind: "Node", metadata: { name: "n" } });
    assert.deepEqual([node.namespace, node.object["metadata"]], ["", { name: "n" }]);
    assert.equal(decoded({ apiVersion: "kyverno.io/v1", kind: "ClusterPolicy" }).namespace, "");
    assert.equal(decoded({ apiVersion: "example.org/v1", kind: "Node" }).namespace, "default");
  });

  it("reads null maps as empty and leaves other nulls", () => {
    const { object } = decoded({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: "a", labels: null },
      data: null,
      list: [{ annotations: null, x: null }],
    });
    assert.deepEqual(object, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: "a", labels: {} },
      data: {},
      list: [{ annotations: {}, x: null }],
    });
  });

  it("keeps __proto__ an ordinary key where it copies", () => {
    const object = JSON.parse(
      '{"apiVersion":"v1","kind":"Pod","x":{"__proto__":{"a":1},"data":null}}',
    ) as unknown;
    const x = decoded(object).object["x"] as object;
    assert.deepEqual(Object.keys(x), ["__proto__", "data"]);
  });

  for (const content of [
    null,
    1,
    "x",
    [],
    {},
    { kind: "Pod" },
    { apiVersion: "v1", kind: "Pod", metadata: 1 },
  ]) {
    it(`refuses ${JSON.stringify(content)}`, () => assert.equal(decodeResource(content).ok, false));
  }
});
