import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { paramsPath, readParams } from "./load-params.ts";

const configMaps = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  resource: "configmaps",
  namespaced: true,
  preferred: true,
  verbs: ["get", "list"],
};
const limits = {
  ...configMaps,
  group: "example.com",
  kind: "Limit",
  resource: "limits",
  namespaced: false,
};
const request = { kind: "params", apiVersion: "v1", objectKind: "ConfigMap", namespace: "shop" } as const;

describe("the parameters of an admission policy", () => {
  it("are one object by name, or those that a selector takes", () => {
    const selector = {
      matchLabels: { a: "b" },
      matchExpressions: [{ key: "c", operator: "In", values: ["d", "e"] }],
    };
    const named = paramsPath({ ...request, name: "x" }, [configMaps]);
    const selected = paramsPath({ ...request, selector }, [configMaps]);
    assert.deepEqual(named.ok && [named.path.namespace, named.path.name, named.path.query], [
      "shop",
      "x",
      {},
    ]);
    assert.deepEqual(selected.ok && selected.path.query, { labelSelector: "a=b,c in (d,e)" });
  });

  it("have no namespace where their kind has none", () => {
    const found = paramsPath({ ...request, apiVersion: "example.com/v1", objectKind: "Limit", name: "x" }, [
      limits,
    ]);
    assert.deepEqual(found.ok && "namespace" in found.path, false);
  });

  it("have no place where their kind is not served, or the object has no namespace to look in", () => {
    assert.deepEqual(paramsPath({ ...request, objectKind: "Limit" }, [configMaps]).ok, false);
    assert.deepEqual(paramsPath({ ...request, namespace: "" }, [configMaps]).ok, false);
  });

  it("say what they are, also as members of a list", async () => {
    const read = () => Promise.resolve({ items: [{ metadata: { name: "x" } }] });
    assert.deepEqual(await readParams(request, read), [
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } },
    ]);
  });
});
