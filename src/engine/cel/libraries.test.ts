import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { displayText } from "./functions/format-text.ts";
import type { Library } from "./functions/function-spec.ts";
import { exampleActivation, exampleEnvironment } from "./library-examples.fixture.ts";
import { allLibraries } from "./libraries.ts";
import { compileCel } from "./program.ts";
import type { CelResult } from "./program.ts";
import { equalValues } from "./values/equality.ts";

const clock = { nowMs: 1_700_000_000_500, seed: 7 };

/** The value, or the message of compilation or evaluation. */
function evaluate(expression: string, library: Library): CelResult {
  const compiled = compileCel(expression, exampleEnvironment(library));
  if (compiled.kind === "failed") return { kind: "error", message: compiled.issue.reason, cost: 0 };
  return compiled.program.evaluate(exampleActivation(library), clock);
}

for (const library of allLibraries) {
  describe(`library ${library.name}`, () => {
    for (const { name, examples } of library.functions) {
      test(`${name} has an example that gives a value and one that is an error`, () => {
        assert.ok(examples.some(([, expected]) => typeof expected === "string"));
        assert.ok(examples.some(([, expected]) => typeof expected !== "string"));
      });
      for (const [expression, expected] of examples) {
        test(typeof expected === "string" ? `${expression} is ${expected}` : `${expression} fails`, () => {
          const result = evaluate(expression, library);
          if (typeof expected !== "string") {
            assert.equal(result.kind === "error" ? result.message : result.value, expected.error);
            return;
          }
          const wanted = evaluate(expected, library);
          assert.equal(result.kind === "error" ? result.message : "value", "value");
          assert.ok(result.kind === "value" && wanted.kind === "value");
          assert.ok(equalValues(result.value, wanted.value), `gives ${displayText(result.value, 0)}`);
        });
      }
    }
  });
}
