import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalResults } from "./canonical-results.ts";
import { result } from "./policy-facts.fixture.ts";

describe("canonicalResults", () => {
  it("does not depend on order, times or the order of properties, and on everything else", () => {
    const a = result("p", "r", { properties: { x: "1", y: "2" }, timestamp: { seconds: 1, nanos: 0 } });
    const b = result("q", "r");
    const same = [b, { ...a, properties: { y: "2", x: "1" }, timestamp: { seconds: 2, nanos: 0 } }];
    assert.equal(canonicalResults(same), canonicalResults([a, b]));
    for (const change of [
      { message: "m" },
      { scored: true },
      { severity: "low" as const },
      { category: "c" },
      { properties: { x: "1" } },
    ]) {
      assert.notEqual(canonicalResults([{ ...a, ...change }]), canonicalResults([a]));
    }
    assert.notEqual(canonicalResults([a, a]), canonicalResults([a]));
  });
});
