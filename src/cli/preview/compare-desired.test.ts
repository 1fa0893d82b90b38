import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { JsonObject } from "#engine/values/json.ts";

import { compareDesired, withoutSecrets } from "./compare-desired.ts";

const configMap = (data: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "c", ...metadata },
  data,
});

const managed = (manager: string, fieldsV1: JsonObject): JsonObject => ({
  managedFields: [{ manager, operation: "Apply", fieldsV1 }],
});

const dataOf = (...keys: readonly string[]): JsonObject => ({
  "f:data": Object.fromEntries(keys.map((key) => [`f:${key}`, {}])),
});

describe("compareDesired", () => {
  const cases: readonly (readonly [
    title: string,
    live: JsonObject,
    desired: JsonObject,
    paths: readonly string[],
  ])[] = [
    [
      "finds nothing where all that is wanted is there",
      configMap({ a: "1", b: "2" }),
      configMap({ a: "1" }),
      [],
    ],
    [
      "finds what differs and what is missing",
      configMap({ a: "1" }),
      configMap({ a: "2", b: "3" }),
      ["data.a", "data.b"],
    ],
    [
      "finds what this family of controllers wrote and nobody wants any more",
      configMap({ a: "1", b: "2" }, managed("kyverno-generate", dataOf("a", "b"))),
      configMap({ a: "1" }),
      ["data.b"],
    ],
    [
      "leaves fields of others",
      configMap({ a: "1", b: "2" }, managed("kubectl-edit", dataOf("b"))),
      configMap({ a: "1" }),
      [],
    ],
    [
      "compares labels and annotations, and nothing else of the metadata",
      configMap({}, { uid: "u", labels: { x: "1", other: "o" } }),
      configMap({}, { labels: { x: "2" }, annotations: { y: "z" } }),
      ["metadata.labels.x", "metadata.annotations"],
    ],
    [
      "does not mind what the API server filled in for the elements of a list",
      { apiVersion: "v1", kind: "Service", spec: { ports: [{ port: 80, protocol: "TCP" }] } },
      { apiVersion: "v1", kind: "Service", spec: { ports: [{ port: 80 }] } },
      [],
    ],
    [
      "shows a list of another length as a whole",
      { apiVersion: "v1", kind: "Service", spec: { ports: [{ port: 80 }, { port: 81 }] } },
      { apiVersion: "v1", kind: "Service", spec: { ports: [{ port: 80 }] } },
      ["spec.ports"],
    ],
    [
      "knows that the texts of a Secret are kept encoded",
      { apiVersion: "v1", kind: "Secret", data: { a: "MQ==" } },
      { apiVersion: "v1", kind: "Secret", stringData: { a: "1" } },
      [],
    ],
  ];
  for (const [title, live, desired, paths] of cases) {
    it(title, () => {
      assert.deepEqual(
        compareDesired(live, desired).map(({ path }) => path),
        paths,
      );
    });
  }

  it("shows of a Secret that it differs, and not what it holds", () => {
    const secret = (value: string): JsonObject => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { labels: { value } },
      data: { password: value },
    });
    const changes = withoutSecrets(secret("new"), compareDesired(secret("old"), secret("new")));
    assert.deepEqual(changes, [
      { path: "data.password", before: "(not shown)", after: "(not shown)" },
      { path: "metadata.labels.value", before: "old", after: "new" },
    ]);
  });
});
