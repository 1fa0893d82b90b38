import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Budget } from "../../budget.ts";
import { compileQuery, search } from "../query.ts";

/** How operands of each kind are written, and what a result of the kind looks like. */
const operands = { quantity: "'4Ki'", scalar: "`2`", duration: "'4s'" } as const;
type Kind = keyof typeof operands;

/** Which kinds go together, and what they give; everything else is a mismatch. */
const table: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  add: { "quantity quantity": "quantity", "duration duration": "duration", "scalar scalar": "scalar" },
  subtract: { "quantity quantity": "quantity", "duration duration": "duration", "scalar scalar": "scalar" },
  multiply: {
    "quantity scalar": "quantity",
    "scalar quantity": "quantity",
    "duration scalar": "duration",
    "scalar duration": "duration",
    "scalar scalar": "scalar",
  },
  divide: {
    "quantity quantity": "scalar",
    "quantity scalar": "quantity",
    "duration duration": "scalar",
    "duration scalar": "duration",
    "scalar scalar": "scalar",
  },
  modulo: { "quantity quantity": "quantity", "duration duration": "duration", "scalar scalar": "scalar" },
};

const evaluate = (expression: string): unknown =>
  search(compileQuery(expression), null, { numbers: "float64", budget: new Budget(), nowMs: 0, seed: 1 });

const kindOf = (value: unknown): Kind => {
  if (typeof value === "number") return "scalar";
  return String(value).endsWith("s") ? "duration" : "quantity";
};

describe("arithmetic", () => {
  const kinds = Object.keys(operands) as Kind[];
  for (const [name, row] of Object.entries(table)) {
    for (const left of kinds) {
      for (const right of kinds) {
        const expected = row[`${left} ${right}`];
        const call = `${name}(${operands[left]}, ${operands[right]})`;
        it(expected === undefined ? `refuses ${call}` : `gives a ${expected} for ${call}`, () => {
          if (expected !== undefined) assert.equal(kindOf(evaluate(call)), expected);
          else assert.throws(() => evaluate(call), { message: /Types mismatch$/ });
        });
      }
    }
  }
});
