import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { createSharedBytes } from "./entry-feed.ts";
import { createKeptObjects } from "./kept-objects.ts";

const object = (name: string, data: string, uid = name): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "shop", uid, resourceVersion: "1", managedFields: [{ manager: "kubectl" }] },
  data: { text: data },
});

const setUp = (maxBytes = 100_000, shared = createSharedBytes(1_000_000)) =>
  createKeptObjects({ hash: (one) => JSON.stringify(one["data"]), maxBytes, shared });

const namesIn = (list: readonly unknown[]): unknown[] => list.map((one) => (one as KubeObject).metadata.name);

describe("the objects of an entry", () => {
  it("stand in the order of their names, without who wrote which field", () => {
    const kept = setUp();
    for (const name of ["c", "a", "b"]) kept.put(object(name, ""), 1);
    assert.deepEqual(namesIn(kept.list()), ["a", "b", "c"]);
    assert.equal(JSON.stringify(kept.list()).includes("managedFields"), false);
  });

  it("are news only where rules see a difference", () => {
    const kept = setUp();
    assert.equal(kept.put(object("a", "1"), 1), "changed");
    const before = kept.list();
    assert.equal(kept.put(object("a", "1"), 1), "same");
    assert.equal(kept.list(), before);
    assert.equal(kept.put(object("a", "2"), 1), "changed");
    assert.notEqual(kept.list(), before);
  });

  it("go with a list that does not have them, and with nobody else's deletion", () => {
    const kept = setUp();
    kept.put(object("a", "", "new"), 1);
    assert.equal(kept.remove(object("a", "", "old")), false);
    kept.put(object("b", ""), 2);
    assert.equal(kept.sweep(2), true);
    assert.deepEqual(namesIn(kept.list()), ["b"]);
  });

  it("are refused past the bound of the entry and past that of all, and give their bytes back", () => {
    const shared = createSharedBytes(2_000);
    const [one, other] = [setUp(1_500, shared), setUp(1_500, shared)];
    assert.equal(one.put(object("a", "x".repeat(1_000)), 1), "changed");
    assert.equal(one.put(object("b", "x".repeat(1_000)), 1), "full");
    assert.equal(other.put(object("a", "x".repeat(1_000)), 1), "full");
    one.clear();
    assert.equal(one.bytes, 0);
    assert.equal(other.put(object("a", "x".repeat(1_000)), 1), "changed");
  });
});
