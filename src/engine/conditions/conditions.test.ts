import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Budget, BudgetExceeded } from "../budget.ts";
import { Suspension } from "../context/context-source.ts";
import type { QueryContext } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import { Float } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { compileConditions, evaluateConditions } from "./conditions.ts";
import type { ConditionsOutcome, TemplateCompiler } from "./conditions.ts";

/** A context in which `{{x}}` is looked up in `values`; the errors to throw stand there too. */
function contextOf(
  values: ReadonlyMap<string, Json | Error | Suspension>,
  numbers: NumberMode,
): QueryContext {
  return {
    environment: { numbers, budget: new Budget(), nowMs: 0, seed: 0 },
    query: (expression) => {
      const value = values.get(expression);
      if (value === undefined) throw new QueryError("unknownKey", `Unknown key "${expression}" in path`);
      if (value instanceof Error || value instanceof Suspension) throw value;
      return value;
    },
  };
}

const compileTemplate: TemplateCompiler = (document) => ({
  constant: false,
  render: (context) => {
    const variable = typeof document === "string" ? /^\{\{(.*)\}\}$/.exec(document)?.[1] : undefined;
    return variable === undefined ? document : context.query(variable);
  },
});

function evaluate(
  raw: Json | undefined,
  values: Readonly<Record<string, Json | Error | Suspension>> = {},
  numbers: NumberMode = "int64",
): ConditionsOutcome {
  const context = contextOf(new Map(Object.entries(values)), numbers);
  return evaluateConditions(compileConditions(raw, compileTemplate), context);
}

const yes = (message: string): Json => ({ key: "a", operator: "Equals", value: "a", message });
const no = (message: string): Json => ({ key: "a", operator: "Equals", value: "b", message });
const broken: Json = { key: "{{nothing}}", operator: "Equals", value: "a" };

describe("conditions", () => {
  const cases: readonly (readonly [title: string, raw: Json | undefined, outcome: ConditionsOutcome])[] = [
    ["that are absent are met", undefined, { met: true, messages: [] }],
    ["that are null are met", null, { met: true, messages: [] }],
    ["that are empty are met", {}, { met: true, messages: [] }],
    ["of an empty any are not met", { any: [] }, { met: false, messages: [] }],
    ["of an empty all are met", { all: [] }, { met: true, messages: [] }],
    ["of an empty list are met", [], { met: true, messages: [] }],
    [
      "of any stop at the first that holds",
      { any: [no("1"), yes("2"), broken] },
      { met: true, messages: ["2"] },
    ],
    [
      "of any that all fail give their messages",
      { any: [no("1"), no(""), no("3")] },
      { met: false, messages: ["1", "3"] },
    ],
    [
      "of all stop at the first that fails",
      { all: [yes("1"), no("2"), broken] },
      { met: false, messages: ["2"] },
    ],
    [
      "of any and all must both be met",
      { any: [no("1"), yes("2")], all: [yes("3"), yes("4")] },
      { met: true, messages: ["2", "3", "4"] },
    ],
    [
      "of all are evaluated even where any has failed",
      { any: [no("1")], all: [yes("2"), no("3")] },
      { met: false, messages: ["1", "3"] },
    ],
    ["of a list must all hold", [yes("1"), yes("2")], { met: true, messages: ["1;2"] }],
    [
      "of a list give the message of the first that fails",
      [yes("1"), no("2"), broken],
      { met: false, messages: ["2"] },
    ],
    [
      "may be a list of blocks",
      [{ any: [yes("1")], all: [yes("2")] }, { all: [yes("3")] }],
      { met: true, messages: ["1; 2;3"] },
    ],
    ["without key and value compare null", [{ operator: "Equals" }], { met: false, messages: [] }],
  ];
  for (const [title, raw, outcome] of cases) it(title, () => assert.deepEqual(evaluate(raw), outcome));

  it("substitute variables on both sides", () => {
    const raw: Json = [{ key: "{{x}}", operator: "AnyIn", value: "{{y}}" }];
    assert.equal(evaluate(raw, { x: "a", y: ["b", "a"] }).met, true);
    assert.equal(evaluate(raw, { x: "c", y: ["b", "a"] }).met, false);
  });

  const errors: readonly (readonly [raw: Json, message: string])[] = [
    [[broken], 'failed to substitute variables in condition key: Unknown key "nothing" in path'],
    [
      [{ key: "a", operator: "Equals", value: "{{nothing}}" }],
      'failed to substitute variables in condition value: Unknown key "nothing" in path',
    ],
    [
      [{ key: "a", operator: "Matches", value: "a" }],
      "failed to create handler for condition operator: %!w(<nil>)",
    ],
    [[{ key: "a", value: "a" }], "failed to create handler for condition operator: %!w(<nil>)"],
    [
      { any: [no("1")], all: [broken] },
      'failed to substitute variables in condition key: Unknown key "nothing" in path',
    ],
    ["a", "invalid condition"],
    [{ any: {} }, "invalid condition"],
    [{ all: ["a"] }, "invalid condition"],
  ];
  for (const [raw, message] of errors) {
    it(`fail with: ${message} (${JSON.stringify(raw)})`, () => {
      assert.throws(() => evaluate(raw), { name: "QueryError", message });
    });
  }

  it("let suspensions and used-up budgets pass", () => {
    const raw: Json = [{ key: "{{x}}", operator: "Equals", value: "a" }];
    const suspension = new Suspension([]);
    assert.throws(
      () => evaluate(raw, { x: suspension }),
      (thrown) => thrown === suspension,
    );
    assert.throws(() => evaluate(raw, { x: new BudgetExceeded("used up") }), BudgetExceeded);
  });

  it("read numbers that stand alone as floats and those in lists by the mode", () => {
    const scalar: Json = [{ key: 1_000_000, operator: "AnyIn", value: ["1e+06"] }];
    const list: Json = [{ key: [1_000_000], operator: "AnyIn", value: ["1e+06"] }];
    assert.deepEqual([evaluate(scalar).met, evaluate(scalar, {}, "float64").met], [true, true]);
    assert.deepEqual([evaluate(list).met, evaluate(list, {}, "float64").met], [false, true]);
    const stringified: Json = [{ key: "{{x}}", operator: "AnyIn", value: [1_000_000] }];
    assert.equal(evaluate(stringified, { x: new Float(1_000_000) }).met, false);
    assert.equal(evaluate(stringified, { x: 1_000_000 }).met, true);
  });
});
