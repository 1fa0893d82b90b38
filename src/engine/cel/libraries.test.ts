import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { celEnvironment } from "./compile/environment.ts";
import { displayText } from "./functions/format-text.ts";
import { kubernetesLibraries, kyvernoLibraries, languageLibraries } from "./libraries.ts";
import { compileCel } from "./program.ts";
import type { CelResult } from "./program.ts";
import { equalValues } from "./values/equality.ts";

const libraries = [...languageLibraries, ...kubernetesLibraries, ...kyvernoLibraries];
const environment = celEnvironment({ variables: {}, libraries });
const clock = { nowMs: 1_700_000_000_500, seed: 7 };

function evaluate(expression: string): CelResult {
  const compiled = compileCel(expression, environment);
  if (compiled.kind === "failed") assert.fail(`${expression}: ${compiled.issue.message}`);
  return compiled.program.evaluate({ get: () => undefined }, clock);
}

for (const library of libraries) {
  describe(`library ${library.name}`, () => {
    for (const { name, examples } of library.functions) {
      test(`${name} has an example`, () => assert.notEqual(examples.length, 0));
      for (const [expression, expected] of examples) {
        test(typeof expected === "string" ? `${expression} is ${expected}` : `${expression} fails`, () => {
          const result = evaluate(expression);
          if (typeof expected !== "string") {
            assert.equal(result.kind === "error" ? result.message : result.value, expected.error);
            return;
          }
          const wanted = evaluate(expected);
          assert.equal(result.kind === "error" ? result.message : "value", "value");
          assert.ok(result.kind === "value" && wanted.kind === "value");
          assert.ok(equalValues(result.value, wanted.value), `gives ${displayText(result.value, 0)}`);
        });
      }
    }
  });
}
