import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";

import { compile } from "./compile.ts";
import type { ContextAnswer, ContextRequest, ContextSource } from "./context/context-source.ts";
import { evaluate } from "./evaluate.ts";
import { input, policy, rule, web } from "./evaluate.fixture.ts";
import type { RuleResponse } from "./response.ts";
import type { Json } from "./values/json.ts";

describe("evaluate: suspension", () => {
  const data: Readonly<Record<string, Json>> = {
    "shop/a": { data: { next: "b" }, metadata: {} },
    "shop/b": { data: { ok: "yes" }, metadata: {} },
    "shop/c": { data: { ok: "no" }, metadata: {} },
  };
  const configMap = (name: string, target: string) => ({
    name,
    configMap: { name: target, namespace: "shop" },
  });
  const rules = [
    rule("chain", {
      context: [configMap("first", "a"), configMap("second", "{{ first.data.next }}")],
      validate: { message: "{{ second.data.ok }}", deny: {} },
    }),
    rule("fallback", {
      context: [configMap("gone", "d")],
      validate: { message: "{{ gone.data.x || 'none' }}", deny: {} },
    }),
    rule("plain", { validate: { deny: {} } }),
    rule("unused", { context: [configMap("gone", "d")], validate: { deny: {} } }),
    rule("condition", {
      context: [configMap("third", "c")],
      preconditions: { any: [{ key: "{{ third.data.ok }}", operator: "Equals", value: "yes" }] },
      validate: { deny: {} },
    }),
  ];
  const compiled = compile(policy(rules));

  function answer(request: ContextRequest): ContextAnswer {
    const key = request.kind === "configMap" ? `${request.namespace}/${request.name}` : "";
    const value = data[key];
    return value === undefined ? { kind: "failed", message: `${key} not found` } : { kind: "value", value };
  }

  /** Evaluates until nothing is pending; `choose` says which of the open requests are answered next. */
  function settle(choose: (open: readonly string[]) => readonly string[]): readonly RuleResponse[] {
    const known = new Map<string, ContextAnswer>();
    const open = new Map<string, ContextRequest>();
    const context: ContextSource = {
      lookUp: (request) => known.get(JSON.stringify(request)) ?? { kind: "pending" },
    };
    for (let round = 0; round < 20; round++) {
      const evaluation = evaluate(compiled, input(web, { context }));
      if (evaluation.kind === "completed") return evaluation.responses;
      for (const request of evaluation.requests) open.set(JSON.stringify(request), request);
      for (const key of choose([...open.keys()])) {
        const request = open.get(key);
        if (request !== undefined) known.set(key, answer(request));
        open.delete(key);
      }
    }
    return assert.fail("the evaluation did not settle");
  }

  it("asks for what all rules need at once", () => {
    const evaluation = evaluate(compiled, input(web, { context: { lookUp: () => ({ kind: "pending" }) } }));
    assert.equal(evaluation.kind, "pending");
    const names =
      evaluation.kind === "pending" ? evaluation.requests.map((r) => r.kind === "configMap" && r.name) : [];
    assert.deepEqual(names, ["a", "d", "c"]);
  });

  it("gives the responses of data that was there from the start", () => {
    assert.deepEqual(
      settle((open) => open).map(({ rule, status, message }) => `${rule} ${status} ${message}`),
      [
        "chain fail yes",
        "fallback fail ",
        "plain fail validation error: rule plain failed",
        "unused fail validation error: rule unused failed",
        "condition skip preconditions not met",
      ],
    );
  });

  it("gives equal responses in any order of arrival", () => {
    const expected = settle((open) => open);
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat({ max: 7 })), (choices) => {
        const pick = (open: readonly string[]) => {
          const { value } = choices.next();
          return open.length === 0 ? [] : [open[value % open.length] ?? ""];
        };
        assert.deepEqual(settle(pick), expected);
      }),
      { numRuns: 50 },
    );
  });

  it("stops at a pending rule with applyRules One, so that nothing is asked in vain", () => {
    const once = compile(policy(rules, { applyRules: "One" }));
    const evaluation = evaluate(once, input(web, { context: { lookUp: () => ({ kind: "pending" }) } }));
    assert.equal(evaluation.kind === "pending" && evaluation.requests.length, 1);
  });
});
