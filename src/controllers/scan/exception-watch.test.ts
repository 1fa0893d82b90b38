import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodePolicyException } from "#api/kyverno/exception.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { createExceptionIndex } from "#engine/exceptions/exception-index.ts";
import { createExceptionWatch } from "./exception-watch.ts";

const exception = (
  name: string,
  policy: string,
  more: { uid?: string; generation?: number } = {},
): KubeObject => ({
  apiVersion: "kyverno.io/v2",
  kind: "PolicyException",
  metadata: {
    namespace: "shop",
    name,
    uid: more.uid ?? name,
    resourceVersion: "1",
    generation: more.generation ?? 1,
  },
  spec: {
    exceptions: [{ policyName: policy, ruleNames: ["*"] }],
    match: { any: [{ resources: { kinds: ["Pod"] } }] },
  },
});

function watched() {
  const index = createExceptionIndex({ namespace: "*" });
  const told: string[][] = [];
  const unreadable: string[] = [];
  const watch = createExceptionWatch({
    index,
    decode: decodePolicyException,
    onConcerned: (policies) => told.push([...policies].toSorted((a, b) => (a < b ? -1 : 1))),
    onUnreadable: ({ key }) => unreadable.push(key),
  });
  const page = (objects: KubeObject[], epoch: number) =>
    watch.handlers.onPage(objects, { epoch, superseded: () => false });
  return { index, told, unreadable, watch, page, handlers: watch.handlers };
}

describe("the watch on exceptions", () => {
  it("tells which policies a new, a changed and a deleted exception concern", async () => {
    const { handlers, told, index } = watched();
    await handlers.onEvent("ADDED", exception("a", "first"), 1);
    await handlers.onEvent("MODIFIED", exception("a", "second", { generation: 2 }), 1);
    await handlers.onEvent("DELETED", exception("a", "second", { generation: 2 }), 1);
    assert.deepEqual(told, [["first"], ["first", "second"], ["second"]]);
    assert.equal(index.find("second", "rule").length, 0);
  });

  it("says nothing of an edit that leaves the spec as it was", async () => {
    const { handlers, told } = watched();
    await handlers.onEvent("ADDED", exception("a", "first"), 1);
    await handlers.onEvent("MODIFIED", exception("a", "first"), 1);
    assert.equal(told.length, 1);
  });

  it("forgets what a later list does not hold", async () => {
    const { page, handlers, told, watch } = watched();
    await page([exception("a", "first"), exception("b", "second")], 1);
    await handlers.onSynced(1);
    assert.equal(watch.isSynced(), true);
    await page([exception("b", "second")], 2);
    await handlers.onSynced(2);
    assert.deepEqual(told, [["first", "second"], ["first"]]);
  });

  it("keeps an exception whose namesake of before is deleted late", async () => {
    const { handlers, index } = watched();
    await handlers.onEvent("ADDED", exception("a", "first", { uid: "new" }), 1);
    await handlers.onEvent("DELETED", exception("a", "first", { uid: "old" }), 1);
    assert.equal(index.find("first", "rule").length, 1);
  });

  it("takes an exception that cannot be read any more out of force, and says so", async () => {
    const { handlers, index, unreadable } = watched();
    await handlers.onEvent("ADDED", exception("a", "first"), 1);
    await handlers.onEvent("MODIFIED", { ...exception("a", "first"), spec: 5 }, 1);
    assert.deepEqual(unreadable, ["PolicyException/shop/a"]);
    assert.equal(index.find("first", "rule").length, 0);
  });
});
