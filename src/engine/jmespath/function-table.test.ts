import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Budget } from "../budget.ts";
import type { QueryEnvironment } from "../context/query-context.ts";
import { Float, isList, isObject } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { builtInFunctions, kyvernoFunctions } from "./function-table.ts";
import { compileQuery, search } from "./query.ts";

function environment(numbers: NumberMode): QueryEnvironment {
  return { numbers, budget: new Budget(), nowMs: 1_700_000_000_500, seed: 7 };
}

/** A value with `Float` opened, so that examples hold in both modes. */
function plain(value: Json): Json {
  if (value instanceof Float) return value.value;
  if (isList(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

for (const spec of [...builtInFunctions, ...kyvernoFunctions]) {
  describe(`${spec.name}()`, () => {
    test("has examples of a value and, where it takes arguments, of an error", () => {
      assert.notEqual(spec.examples.length, 0);
      assert.equal(spec.errors.length > 0, spec.parameters.length > 0);
      const call = `${spec.name}(`;
      for (const [expression] of [...spec.examples, ...spec.errors]) {
        assert.ok(expression.includes(call), `${expression} calls ${spec.name}`);
      }
    });
    for (const [expression, reason] of spec.errors) {
      for (const numbers of ["float64", "int64"] as const) {
        test(`${expression} fails with ${numbers} documents`, () => {
          const message = `JMESPath query failed: ${reason}`;
          assert.throws(() => search(compileQuery(expression), {}, environment(numbers)), { message });
        });
      }
    }
    for (const [expression, expected] of spec.examples) {
      for (const numbers of ["float64", "int64"] as const) {
        test(`${expression} with ${numbers} documents`, () => {
          const value = search(compileQuery(expression), {}, environment(numbers));
          assert.deepEqual(plain(value), expected);
        });
      }
    }
  });
}

test("no two functions have one name", () => {
  const names = [...builtInFunctions, ...kyvernoFunctions].map((spec) => spec.name);
  assert.equal(new Set(names).size, names.length);
});
