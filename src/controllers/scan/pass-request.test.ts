import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { joinPasses } from "./pass-request.ts";
import type { PassRequest } from "./pass-request.ts";

const pass = (policies: string[] | "all", namespaces?: string[], reason = "policy"): PassRequest => ({
  policies: policies === "all" ? "all" : new Set(policies),
  namespaces: namespaces === undefined ? undefined : new Set(namespaces),
  reason,
});

describe("joining passes", () => {
  it("judges every policy and lists every namespace that either request names", () => {
    const joined = joinPasses(pass(["a"], ["shop"]), pass(["b"], ["pay"]));
    assert.deepEqual(joined, pass(["a", "b"], ["shop", "pay"]));
  });

  it("lists the whole kind as soon as one request does", () => {
    assert.equal(joinPasses(pass(["a"], ["shop"]), pass(["b"])).namespaces, undefined);
  });

  it("judges all policies as soon as one request does", () => {
    assert.equal(joinPasses(pass("all"), pass(["b"])).policies, "all");
  });

  it("lists the whole kind rather than very many namespaces", () => {
    const many = Array.from({ length: 60 }, (_, index) => `ns-${index}`);
    assert.equal(joinPasses(undefined, pass(["a"], many)).namespaces, undefined);
  });

  it("names the reason while all requests share it", () => {
    assert.equal(joinPasses(pass(["a"]), pass(["b"])).reason, "policy");
    assert.equal(joinPasses(pass(["a"]), pass("all", undefined, "schedule")).reason, "several");
  });
});
