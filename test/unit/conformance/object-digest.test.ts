import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { objectDigest } from "#test/conformance/matrix/object-digest.ts";

const object = {
  kind: "A",
  metadata: { name: "x", namespace: "default", labels: {} },
  list: [{}, null, 1.0],
  nothing: null,
};

describe("objectDigest", () => {
  it("does not see the order of keys nor what is empty", () => {
    const same = {
      list: [{}, null, 1],
      metadata: { namespace: "default", name: "x" },
      kind: "A",
      more: { deep: [] },
    };
    assert.equal(objectDigest(same, false), objectDigest(object, false));
  });

  it("sees elements of lists, empty ones too", () => {
    assert.notEqual(objectDigest({ ...object, list: [1] }, false), objectDigest(object, false));
  });

  it("leaves out the namespace only where the kind has none", () => {
    const bare = { ...object, metadata: { name: "x" } };
    assert.equal(objectDigest(object, true), objectDigest(bare, true));
    assert.notEqual(objectDigest(object, false), objectDigest(bare, false));
  });

  it("orders keys by code point and leaves text as it is", () => {
    assert.equal(
      objectDigest({ "\u{10000}": "é", "\uffff": 1 }, false),
      objectDigest({ "\uffff": 1, "\u{10000}": "é" }, false),
    );
  });
});
