import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { compileExceptions, createExceptionIndex } from "./exception-index.ts";
import type { ExceptionSource } from "./exception-source.ts";
import { exception } from "./exceptions.fixture.ts";

const found = (source: ExceptionSource, policy: string, rule: string) =>
  source.find(policy, rule).map(({ key }) => key);

describe("exceptions for a rule", () => {
  it("name the policy exactly and rules by wildcards, generated ones on their own", () => {
    const source = compileExceptions([
      exception("plain"),
      exception("all", { exceptions: [{ policyName: "p", ruleNames: ["*r"] }] }),
      exception("ns", { exceptions: [{ policyName: "shop/p", ruleNames: ["*"] }] }),
      exception("wild", { exceptions: [{ policyName: "*", ruleNames: ["*"] }] }),
    ]);
    assert.deepEqual(found(source, "p", "r"), ["shop/plain", "shop/all"]);
    assert.deepEqual(found(source, "p", "autogen-r"), ["shop/all"]);
    assert.deepEqual(found(source, "shop/p", "x"), ["shop/ns"]);
    assert.deepEqual(found(source, "q", "r"), []);
    assert.deepEqual(found(source, "__proto__", "constructor"), []);
  });

  it("come in the order given from a fixed set, and by namespace and name from an index", () => {
    const documents = [
      exception("b"),
      exception("a", {}, { namespace: "z" }),
      exception("a"),
      exception("a", {}, { namespace: "shop-b" }),
    ];
    const index = createExceptionIndex({ namespace: "*" });
    for (const document of documents) index.put(document);
    assert.deepEqual(found(compileExceptions(documents), "p", "r"), ["shop/b", "z/a", "shop/a", "shop-b/a"]);
    assert.deepEqual(found(index, "p", "r"), ["shop/a", "shop/b", "shop-b/a", "z/a"]);
  });
});

describe("exception index", () => {
  const forPolicies = (...names: string[]) => names.map((policyName) => ({ policyName, ruleNames: ["*"] }));

  it("tells which policies a change concerns, before and after", () => {
    const index = createExceptionIndex({ namespace: "*" });
    assert.deepEqual(index.put(exception("e", { exceptions: forPolicies("a", "b", "a") })), ["a", "b"]);
    assert.deepEqual(index.put(exception("e", { exceptions: forPolicies("b", "c") })), ["a", "b", "c"]);
    assert.deepEqual([found(index, "a", "r"), found(index, "c", "r")], [[], ["shop/e"]]);
    assert.deepEqual(index.remove("shop/e"), ["b", "c"]);
    assert.deepEqual(index.remove("shop/e"), []);
    assert.deepEqual(found(index, "c", "r"), []);
  });

  it("concerns nobody where uid and generation are the known ones", () => {
    const index = createExceptionIndex({ namespace: "*" });
    const version = (generation: number) => exception("e", {}, { uid: "u", generation });
    assert.deepEqual(index.put(version(1)), ["p"]);
    assert.deepEqual(index.put(version(1)), []);
    assert.deepEqual(index.put(version(2)), ["p"]);
  });

  it("replaces everything at once", () => {
    const index = createExceptionIndex({ namespace: "*" });
    const kept = exception("kept", { exceptions: forPolicies("a") }, { uid: "u", generation: 1 });
    index.replace([kept, exception("gone", { exceptions: forPolicies("b") })]);
    assert.deepEqual(index.replace([kept, exception("new", { exceptions: forPolicies("c") })]), ["c", "b"]);
    assert.deepEqual(
      ["a", "b", "c"].map((policy) => found(index, policy, "r")),
      [["shop/kept"], [], ["shop/new"]],
    );
  });

  it("takes exceptions of its namespace only", () => {
    for (const [namespace, taken] of [
      ["shop", ["shop/e"]],
      ["*", ["shop/e"]],
      ["other", []],
      ["", []],
    ] as const) {
      const index = createExceptionIndex({ namespace });
      index.put(exception("e"));
      assert.deepEqual(found(index, "p", "r"), taken, `namespace ${namespace}`);
    }
  });

  it("tells what the exceptions of a policy look at", () => {
    const index = createExceptionIndex({ namespace: "*" });
    assert.deepEqual(index.inputsOf("p"), {
      usesNamespaceLabels: false,
      readsStatus: false,
      needsRescan: false,
    });
    const phase = "{{ request.object.status.phase }}";
    index.put(
      exception("a", { conditions: { all: [{ key: phase, operator: "Equals", value: "Running" }] } }),
    );
    index.put(
      exception("b", {
        match: { any: [{ resources: { namespaceSelector: { matchLabels: { a: "b" } } } }] },
        conditions: { any: [{ key: "{{ time_now_utc() }}", operator: "Equals", value: "x" }] },
      }),
    );
    assert.deepEqual(index.inputsOf("p"), {
      usesNamespaceLabels: true,
      readsStatus: true,
      needsRescan: true,
    });
  });

  it("says which exceptions cannot be evaluated, and lets them cover nothing", () => {
    const index = createExceptionIndex({ namespace: "*" });
    const names = [`*${"?".repeat(600)}x*`];
    assert.deepEqual(index.put(exception("e", { match: { any: [{ resources: { names } }] } })), ["p"]);
    const [problem] = index.problems();
    assert.equal(problem?.key, "shop/e");
    assert.match(problem.message, /wildcard/);
    assert.deepEqual(found(index, "p", "r"), []);
  });
});
