import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";

import type { Rule } from "#api/kyverno/rule.ts";

import { Budget, defaultBudgetLimits } from "./budget.ts";
import { compile } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { input, policy, rule } from "./evaluate.fixture.ts";
import { objectOf } from "./values/json.ts";
import type { Json } from "./values/json.ts";

const texts = fc.oneof(
  fc.constantFrom("", "*", "?*", "!a", ">1", "1-2", "a|b&c", "{{ request.object }}", "{{ x }}", "{{ @ }}"),
  fc.constantFrom(
    "$(./../a)",
    "$(<=a)",
    "{{ {{ x }} }}",
    "{{ length(@) }}",
    "{{",
    "}}",
    "\\{{ a }}",
    "1Gi",
    "5m",
  ),
  fc.string({ unit: "grapheme", maxLength: 8 }),
);
const keys = fc.oneof(
  fc.constantFrom(
    "metadata",
    "spec",
    "a",
    "(a)",
    "=(a)",
    "X(a)",
    "^(a)",
    "<(a)",
    "+(a)",
    "labels",
    "__proto__",
  ),
  texts,
);
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    texts,
    fc.constantFrom<Json>(null, true, false, 0, 1, 1.5, -3, 1e21),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.array(fc.tuple(keys, tie("tree")), { maxLength: 4 }).map((entries) => objectOf(entries)),
  ),
}));
const objects = fc.array(fc.tuple(keys, tree), { maxLength: 5 }).map((entries) => objectOf(entries));
const conditions = fc.oneof(
  tree,
  fc.record({
    any: fc.array(
      fc.record({ key: tree, operator: fc.constantFrom("Equals", "AnyIn", "GreaterThan", "x"), value: tree }),
    ),
  }),
);
const checks = fc.oneof(
  fc.record({ message: texts, pattern: tree }),
  fc.record({ message: texts, anyPattern: tree }),
  fc.record({ message: texts, deny: fc.record({ conditions }) }),
  fc.record({ message: texts, foreach: fc.array(fc.record({ list: texts, pattern: tree, foreach: tree })) }),
);

const statuses = new Set(["pass", "fail", "skip", "error"]);

describe("evaluate: hostile input", () => {
  it("ends in one response per rule at most, whatever stands in policy and resource", () => {
    fc.assert(
      fc.property(checks, conditions, objects, tree, (validate, preconditions, resource, value) => {
        const rules: Rule[] = [
          rule("r", { validate, context: [{ name: "x", variable: { value } }] }),
          rule("p", { validate, preconditions }),
        ];
        const budget = new Budget({ ...defaultBudgetLimits, maxSteps: 50_000 });
        const evaluation = evaluate(compile(policy(rules)), input(resource, { budget }));
        assert.equal(evaluation.kind, "completed");
        const responses = evaluation.kind === "completed" ? evaluation.responses : [];
        for (const response of responses) {
          assert.ok(statuses.has(response.status));
          assert.equal(typeof response.message, "string");
          assert.doesNotMatch(response.message, /^internal error/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("ends with a message about its budget where a list is enormous", () => {
    const list = Array.from({ length: 2000 }, () => ({ a: "b" }));
    const rules = [
      rule("r", { validate: { foreach: [{ list: "request.object.list", pattern: { a: "*" } }] } }),
    ];
    const budget = new Budget({ ...defaultBudgetLimits, maxSteps: 1000 });
    const evaluation = evaluate(compile(policy(rules)), input({ list }, { budget }));
    assert.equal(evaluation.kind, "completed");
    const [response] = evaluation.kind === "completed" ? evaluation.responses : [];
    assert.deepEqual([response?.status, response?.message], ["error", "evaluation stopped after 1000 steps"]);
  });
});
