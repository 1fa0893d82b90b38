import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { Budget, BudgetExceeded } from "../budget.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { compilePattern, matchPattern } from "./match-pattern.ts";
import type { PatternResult } from "./match-pattern.ts";

function match(pattern: Json, resource: Json): PatternResult {
  const compiled = compilePattern(pattern, { numbers: "int64" });
  return matchPattern(compiled, resource, { numbers: "int64", budget: new Budget() });
}

describe("matchPattern", () => {
  it("begins paths where it is told to", () => {
    const compiled = compilePattern({ a: 1 }, { numbers: "int64" });
    const result = matchPattern(
      compiled,
      { a: 2 },
      { numbers: "int64", budget: new Budget(), path: "/spec/" },
    );
    assert.equal(result.kind === "fail" && result.path, "/spec/a/");
  });

  it("reads the numbers of pattern and resource apart", () => {
    const compiled = compilePattern({ port: "80*" }, { numbers: "int64" });
    const kind = (numbers: NumberMode): string =>
      matchPattern(compiled, { port: 8080 }, { numbers, budget: new Budget() }).kind;
    assert.equal(kind("int64"), "pass");
    assert.equal(kind("float64"), "fail");
  });

  it("refuses a pattern that is nested too deeply", () => {
    let pattern: Json = 1;
    for (let depth = 0; depth < 100_000; depth++) pattern = depth % 2 === 0 ? [pattern] : { a: pattern };
    assert.throws(() => compilePattern(pattern, { numbers: "int64" }), BudgetExceeded);
  });

  it("stops at its budget", () => {
    const compiled = compilePattern({ l: [{ a: "*x*" }] }, { numbers: "int64" });
    const l = Array.from({ length: 1000 }, () => ({ a: "x" }));
    const budget = new Budget({ ...new Budget().limits, maxSteps: 100 });
    assert.throws(() => matchPattern(compiled, { l }, { numbers: "int64", budget }), BudgetExceeded);
  });

  it("gives a result for any pattern and resource", () => {
    const keys = fc.oneof(
      fc.constantFrom(
        "a",
        "metadata",
        "labels",
        "(a)",
        "=(a)",
        "X(a)",
        "^(a)",
        "<(a)",
        "+(a)",
        "(labels)",
        "a*",
      ),
      fc.string({ maxLength: 4 }),
    );
    const scalars = fc.oneof(
      fc.constantFrom("*", "?*", "a|b", ">1 & <5", "1-5", "!x", "1h", "100m", "", "!"),
      fc.string({ maxLength: 6 }),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    );
    const json = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        scalars,
        fc.array(tie("json"), { maxLength: 3 }),
        fc.dictionary(keys, tie("json"), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).json;
    fc.assert(
      fc.property(json, json, (pattern, resource) => {
        const result = match(pattern, resource);
        assert.ok(["pass", "fail", "skip", "error"].includes(result.kind));
        if (result.kind === "fail") assert.ok(result.path.startsWith("/") && result.path.endsWith("/"));
      }),
      { numRuns: 2000 },
    );
  });
});
