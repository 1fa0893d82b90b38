import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { cappedValue, fieldPath } from "./capped-value.ts";

describe("cappedValue", () => {
  it("cuts what is long and says how much there was", () => {
    assert.equal(cappedValue("x".repeat(1000)), `${"x".repeat(400)}… (1000 characters)`);
    assert.deepEqual(
      (cappedValue(Array.from({ length: 40 }, () => 1)) as readonly unknown[]).at(-1),
      "… (10 more)",
    );
    assert.equal(
      Object.keys(
        cappedValue(Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`k${i}`, i]))) as object,
      ).length,
      31,
    );
  });

  it("ends within any nesting", () => {
    let deep: readonly unknown[] = [];
    for (let depth = 0; depth < 100; depth += 1) deep = [deep];
    assert.ok(JSON.stringify(cappedValue(deep as never)).length < 100);
  });
});

describe("fieldPath", () => {
  it("quotes keys that dots would tear apart", () => {
    assert.equal(fieldPath(["metadata", "labels", "app.io/name"]), 'metadata.labels["app.io/name"]');
    assert.equal(fieldPath(["spec", "containers", 0, "image"]), "spec.containers[0].image");
  });
});
