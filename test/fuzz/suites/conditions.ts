import assert from "node:assert/strict";
import * as fc from "fast-check";
import { compileConditions, evaluateConditions } from "#engine/conditions/conditions.ts";
import { findConditionOperator } from "#engine/conditions/operator-table.ts";
import { Budget } from "#engine/budget.ts";
import type { Json } from "#engine/values/json.ts";
import { compileTemplate } from "#engine/variables/template.ts";
import { jsonOf } from "../arbitraries/json.ts";
import { property } from "../suite.ts";
import type { FuzzSuite } from "../suite.ts";
import { naiveWildcard } from "./wildcards.ts";

/** Words that are neither quantities nor durations, ranges or JSON. */
const words = fc.constantFrom("web", "db", "w*", "?b", "", "*", "web!", "a,b", "Web");
const integers = fc.integer({ min: -50, max: 50 });
const scalars = fc.oneof<fc.Arbitrary<Json>[]>(words, integers, fc.boolean());
const lists = fc.array(words, { maxLength: 4 });
const environment = () => ({ numbers: "float64" as const, budget: new Budget(), nowMs: 0, seed: 1 });

const holds = (operator: string, key: Json, value: Json): boolean => {
  const test = findConditionOperator(operator);
  assert.ok(test !== undefined);
  return test(key, value, environment());
};

/** Equality of words, integers and booleans; a word as value is a wildcard, and one that is an integer a number. */
const naiveEquals = (key: Json, value: Json): boolean => {
  if (typeof key === "string") return typeof value === "string" && naiveWildcard(value, key);
  return key === value;
};

const isIn = (item: string, set: readonly string[]): boolean =>
  set.some((member) => naiveWildcard(member, item) || naiveWildcard(item, member));

const naiveMembership: Readonly<
  Record<string, (items: readonly string[], set: readonly string[]) => boolean>
> = {
  AnyIn: (items, set) => items.some((item) => isIn(item, set)),
  AllIn: (items, set) => items.every((item) => isIn(item, set)),
  AnyNotIn: (items, set) => items.some((item) => !isIn(item, set)),
  AllNotIn: (items, set) => items.every((item) => !isIn(item, set)),
};

const orders: Readonly<Record<string, (key: number, value: number) => boolean>> = {
  GreaterThan: (key, value) => key > value,
  GreaterThanOrEquals: (key, value) => key >= value,
  LessThan: (key, value) => key < value,
  LessThanOrEquals: (key, value) => key <= value,
};

/** A number as itself, as text, or as a quantity in thousandths. */
const written = fc
  .tuple(integers, fc.constantFrom("number", "text", "thousandths"))
  .map(([number, form]) => ({
    number,
    json: form === "number" ? number : form === "text" ? String(number) : `${number * 1_000}m`,
  }));

const { any } = jsonOf(fc.constantFrom("a", "key", "value", "operator", "any", "all"));
const operators = fc.constantFrom(
  "Equals",
  "NotEquals",
  "In",
  "NotIn",
  ...Object.keys(naiveMembership),
  ...Object.keys(orders),
  "DurationGreaterThan",
  "anyin",
  "nope",
  "",
);
const condition = fc.record({ key: any, operator: operators, value: any, message: fc.constantFrom("m", "") });
const truths = fc.array(fc.boolean(), { maxLength: 4 });

const conditionOf = (isTrue: boolean): Json => ({ key: isTrue, operator: "Equals", value: true });

export const conditions: FuzzSuite = {
  name: "conditions",
  properties: [
    property("tells equal and unequal apart as written down", fc.tuple(scalars, scalars), ([key, value]) => {
      assert.equal(holds("Equals", key, value), naiveEquals(key, value));
      assert.equal(holds("NotEquals", key, value), !naiveEquals(key, value));
    }),
    property(
      "looks for the items of one list in the other",
      fc.tuple(fc.constantFrom(...Object.keys(naiveMembership)), lists, lists),
      ([operator, items, set]) => {
        assert.equal(holds(operator, items, set), naiveMembership[operator]?.(items, set));
      },
    ),
    property("looks for a word in a list", fc.tuple(words, lists), ([word, set]) => {
      const expected = isIn(word, set);
      assert.equal(holds("AnyIn", word, set), expected);
      assert.equal(holds("AllIn", word, set), expected);
      assert.equal(holds("AnyNotIn", word, set), !expected);
      assert.equal(holds("AllNotIn", word, set), !expected);
    }),
    property(
      "orders numbers, texts that are numbers and quantities",
      fc.tuple(fc.constantFrom(...Object.keys(orders)), written, written),
      ([operator, key, value]) => {
        // Thousandths are a quantity, which is compared with texts only.
        const mixed = typeof key.json !== typeof value.json;
        if (mixed && (String(key.json).endsWith("m") || String(value.json).endsWith("m"))) return;
        assert.equal(holds(operator, key.json, value.json), orders[operator]?.(key.number, value.number));
      },
    ),
    property("combines any and all", fc.record({ any: truths, all: truths }), (block) => {
      const raw = { any: block.any.map(conditionOf), all: block.all.map(conditionOf) };
      const context = { environment: environment(), query: () => null };
      const { met } = evaluateConditions(compileConditions(raw, compileTemplate), context);
      assert.equal(met, block.any.includes(true) && !block.all.includes(false));
    }),
    property(
      "ends in an answer or a clear error, whatever is compared",
      fc.oneof(any, fc.record({ any: fc.array(condition), all: fc.array(condition) }), fc.array(condition)),
      (raw) => {
        const context = { environment: environment(), query: () => null };
        try {
          const { met } = evaluateConditions(compileConditions(raw, compileTemplate), context);
          assert.equal(typeof met, "boolean");
        } catch (error) {
          assert.ok(
            error instanceof Error && ["QueryError", "BudgetExceeded"].includes(error.name),
            String(error),
          );
        }
      },
    ),
  ],
};
