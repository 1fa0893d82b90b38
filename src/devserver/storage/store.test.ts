import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "./store.ts";

const put = (store: Store, key: string, value: number): void => {
  store.put("/things", key, (resourceVersion) => ({ value, metadata: { resourceVersion } }));
};
const valuesAt = (store: Store, revision: number): unknown[] =>
  store.listAt("/things", revision).map(([key, object]) => [key, object["value"]]);

test("every commit has a revision of its own, across collections", () => {
  const store = new Store(10);
  put(store, "a", 1);
  store.put("/others", "x", (resourceVersion) => ({ metadata: { resourceVersion } }));
  put(store, "b", 1);
  const versions = store.list("/things").map(([, { metadata }]) => metadata);
  assert.deepEqual(versions, [{ resourceVersion: "2" }, { resourceVersion: "4" }]);
});

test("a list of the past is what it was then", () => {
  const store = new Store(10);
  put(store, "b", 1);
  const then = store.revision;
  put(store, "a", 1);
  put(store, "b", 2);
  store.remove("/things", "b");
  assert.deepEqual(valuesAt(store, then), [["b", 1]]);
  assert.deepEqual(valuesAt(store, then + 2), [
    ["a", 1],
    ["b", 2],
  ]);
  assert.deepEqual(valuesAt(store, store.revision), [["a", 1]]);
});

test("history is bounded, and what was forgotten counts as compacted", () => {
  const store = new Store(4);
  for (let i = 0; i < 20; i += 1) put(store, "a", i);
  assert.ok(store.compacted > 1);
  assert.ok(store.changesAfter("/things", store.compacted).length <= 5);
});

test("a removal has its own revision and the last state", () => {
  const store = new Store(10);
  put(store, "a", 7);
  const last = store.remove("/things", "a");
  assert.deepEqual(last, { value: 7, metadata: { resourceVersion: "3" } });
  assert.equal(store.remove("/things", "a"), undefined);
});

test("what a snapshot holds comes back, and history begins there", () => {
  const store = new Store(10);
  put(store, "a", 1);
  const again = new Store(10, store.contents());
  assert.equal(again.revision, store.revision);
  assert.equal(again.compacted, store.revision);
  assert.deepEqual(again.list("/things"), store.list("/things"));
});
