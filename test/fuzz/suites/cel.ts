import assert from "node:assert/strict";
import { gunzipSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { BudgetExceeded } from "#engine/budget.ts";
import { kindEnvironment } from "#engine/cel/environments/kind-environment.ts";
import { compileCel } from "#engine/cel/program.ts";
import type { CelProgram } from "#engine/cel/program.ts";
import { typeNameOf } from "#engine/cel/values/cel-value.ts";
import type { CelValue } from "#engine/cel/values/cel-value.ts";
import { Bytes } from "#engine/cel/values/objects.ts";
import { createSeededRandom } from "#test/faults/seeded-random.ts";
import { fuzzObjects, randomExpression } from "../cel/expression-grammar.ts";
import { property } from "../suite.ts";
import type { FuzzSuite } from "../suite.ts";

const environment = kindEnvironment("ValidatingPolicy");
const expression = fc.nat().map((seed) => randomExpression(createSeededRandom(seed)).text);
const object = fc.constantFrom(...fuzzObjects);
/** Types of values that only the evaluation knows. */
const open: ReadonlySet<string> = new Set(["dyn", "any", "!error!"]);

function evaluate(program: CelProgram, subject: CelValue): CelValue | undefined {
  const get = (name: string): CelValue | undefined => (name === "object" ? subject : undefined);
  try {
    const result = program.evaluate({ get }, { nowMs: 0, seed: 1 });
    return result.kind === "value" ? result.value : undefined;
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return undefined;
  }
}

const damaged = fc
  .tuple(
    expression,
    fc.nat(),
    fc.constantFrom("(", ")", "[", "]", "'", "?", ".", ",", "0", "\\", "`", "{", "é"),
  )
  .map(
    ([text, at, mark]) => text.slice(0, at % (text.length + 1)) + mark + text.slice(at % (text.length + 1)),
  );

/** CEL without a second engine beside it; `npm run fuzz:cel` has one. */
export const cel: FuzzSuite = {
  name: "cel",
  properties: [
    property(
      "a value has the type that the checker found",
      fc.tuple(expression, object),
      ([text, subject]) => {
        const compiled = compileCel(text, environment);
        if (compiled.kind === "failed") return;
        const { name, isParameter } = compiled.program.type;
        const value = evaluate(compiled.program, subject as CelValue);
        if (value === undefined || isParameter || open.has(name)) return;
        assert.equal(typeNameOf(value), name);
      },
    ),
    property(
      "a damaged expression is refused at a place within it, or is another expression",
      fc.tuple(damaged, object),
      ([text, subject]) => {
        const compiled = compileCel(text, environment);
        if (compiled.kind === "program") evaluate(compiled.program, subject as CelValue);
        else assert.ok(compiled.issue.column >= 1 && compiled.issue.column <= text.length + 1);
      },
    ),
    property("texts survive gzip of both sides", fc.string({ maxLength: 5_000, unit: "binary" }), (text) => {
      const compress = compileCel("gzip.compress(object)", environment);
      const expand = compileCel("gzip.decompress(bytes(object))", environment);
      assert.ok(compress.kind === "program" && expand.kind === "program");
      const compressed = evaluate(compress.program, text.toWellFormed());
      assert.ok(compressed instanceof Bytes);
      assert.equal(gunzipSync(compressed.value).toString("utf8"), text.toWellFormed());
      const foreign = new Bytes(gzipSync(text.toWellFormed()));
      assert.equal(evaluate(expand.program, foreign), text.toWellFormed());
    }),
  ],
};
