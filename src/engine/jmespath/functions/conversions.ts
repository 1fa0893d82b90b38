import { QueryError } from "../../errors.ts";
import { floatOf, isList, isObject } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import { floatResult, isIntAt, valueAt } from "../call-arguments.ts";
import { parseFloat64 } from "../../values/go-parse.ts";
import type { Call, FunctionSpec } from "../function-spec.ts";
import { jsonText } from "../json-text.ts";

/** Functions of the specification that convert values or tell their kind. */
export const conversionFunctions: readonly FunctionSpec[] = [
  {
    name: "to_array",
    parameters: [["any"]],
    returns: "array",
    call: (call) => {
      const value = valueAt(call, 0);
      return isList(value) ? value : [value];
    },
    examples: [
      ["to_array('a')", ["a"]],
      ["to_array(`[1]`)", [1]],
      ["to_array(missing)", [null]],
    ],
    errors: [["to_array()", "incorrect number of args"]],
  },
  {
    name: "to_number",
    parameters: [["any"]],
    returns: "number",
    call: toNumber,
    examples: [
      ["to_number('1e3')", 1000],
      ["to_number('0.50')", 0.5],
      ["to_number('1_000')", 1000],
      ["to_number(' 1')", null],
      ["to_number('0x1F')", null],
      ["to_number(`true`)", null],
      ["to_number(`7`)", 7],
    ],
    errors: [["to_number()", "incorrect number of args"]],
  },
  {
    name: "to_string",
    parameters: [["any"]],
    returns: "string",
    call: (call) => {
      const value = valueAt(call, 0);
      return typeof value === "string" ? value : jsonText(value, call.environment);
    },
    examples: [
      ["to_string('a')", "a"],
      ["to_string(`1.0`)", "1"],
      ['to_string(`{"b": "<&>", "a": [null]}`)', '{"a":[null],"b":"\\u003c\\u0026\\u003e"}'],
    ],
    errors: [["to_string()", "incorrect number of args"]],
  },
  {
    name: "type",
    parameters: [["any"]],
    returns: "string",
    call: typeName,
    examples: [
      ["type('a')", "string"],
      ["type(`1`)", "number"],
      ["type(`true`)", "boolean"],
      ["type(`[]`)", "array"],
      ["type(`{}`)", "object"],
      ["type(missing)", "null"],
    ],
    errors: [["type(`1`, `2`)", "incorrect number of args"]],
  },
  {
    name: "not_null",
    parameters: [["any"]],
    variadic: true,
    returns: "any",
    call: (call) => {
      for (const index of call.arguments.keys()) {
        const value = valueAt(call, index);
        if (value !== null) return value;
      }
      return null;
    },
    examples: [
      ["not_null(missing, `null`, 'a', 'b')", "a"],
      ["not_null(missing)", null],
    ],
    errors: [["not_null()", "Invalid arity."]],
  },
];

function toNumber(call: Call): Json {
  const value = valueAt(call, 0);
  if (isIntAt(call, 0)) throw new QueryError("type", "unknown type");
  if (typeof value !== "string") {
    return floatOf(value, call.environment.numbers) === undefined ? null : value;
  }
  const parsed = parseFloat64(value);
  return parsed === undefined ? null : floatResult(parsed, call);
}

function typeName(call: Call): string {
  const value = valueAt(call, 0);
  if (value === null) return "null";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "boolean";
  if (isList(value)) return "array";
  if (isObject(value)) return "object";
  if (floatOf(value, call.environment.numbers) !== undefined) return "number";
  throw new QueryError("type", "unknown type");
}
