import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeCheckpoint } from "./checkpoint.ts";
import type { Checkpoint } from "./checkpoint.ts";

const checkpoint: Checkpoint = {
  cluster: "c",
  kinds: {
    "v1/pods": { resourceVersion: "7", createdFrom: "2026-01-01T00:00:00Z" },
    "v1/secrets": { resourceVersion: "9" },
  },
  rules: { "ClusterPolicy/p/r": "content" },
  existing: { "ClusterPolicy/p/r": "content" },
  failing: [
    {
      rule: "ClusterPolicy/p/r",
      apiVersion: "v1",
      kind: "Pod",
      namespace: "shop",
      name: "web",
      uid: "u",
      operation: "CREATE",
    },
  ],
  notes: { generate: { kinds: ["v1/Secret"] } },
};

describe("a stored checkpoint", () => {
  it("is read as it was written", () => {
    assert.deepEqual(decodeCheckpoint(JSON.stringify(checkpoint)), checkpoint);
  });

  it("is none where it is no JSON, or says of no cluster that it is of", () => {
    for (const text of [undefined, 3, "", "{", "[]", "null", "{}", '{"cluster":4}']) {
      assert.equal(decodeCheckpoint(text), undefined);
    }
  });

  it("counts only as far as it is what it should be", () => {
    const edited = {
      cluster: "c",
      kinds: { a: 1, b: { resourceVersion: 2 }, c: { resourceVersion: "3", createdFrom: 4 } },
      rules: { a: 1, b: "x" },
      existing: [],
      failing: [{ ...checkpoint.failing[0], operation: "DROP" }, null, "x"],
      notes: 4,
    };
    assert.deepEqual(decodeCheckpoint(JSON.stringify(edited)), {
      cluster: "c",
      kinds: { c: { resourceVersion: "3" } },
      rules: { b: "x" },
      existing: {},
      failing: [],
      notes: {},
    });
  });
});
