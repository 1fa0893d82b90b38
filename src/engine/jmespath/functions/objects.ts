import { objectOf } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import { expressionAt, listAt, objectAt } from "../call-arguments.ts";
import type { Call, FunctionSpec } from "../function-spec.ts";
import { sortedValues } from "../projection.ts";
import { compareText } from "../../values/go-format.ts";

/** Functions of the specification on objects, and `map`. Keys come sorted; the original's order is random. */
export const objectFunctions: readonly FunctionSpec[] = [
  {
    name: "keys",
    parameters: [["object"]],
    returns: "array[string]",
    call: (call) => Object.keys(objectAt(call, 0)).sort(compareText),
    examples: [['keys(`{"b": 1, "a": 2, "__proto__": 3}`)', ["__proto__", "a", "b"]]],
    errors: [
      ["keys(`[1]`)", 'Invalid type for: [1], expected: []jmespath.JpType{"object"}'],
      ["keys(`null`)", 'Invalid type for: <nil>, expected: []jmespath.JpType{"object"}'],
    ],
  },
  {
    name: "values",
    parameters: [["object"]],
    returns: "array",
    call: (call) => sortedValues(objectAt(call, 0)),
    examples: [['values(`{"b": 1, "a": 2}`)', [2, 1]]],
    errors: [["values('a')", 'Invalid type for: a, expected: []jmespath.JpType{"object"}']],
  },
  {
    name: "merge",
    parameters: [["object"]],
    variadic: true,
    returns: "object",
    call: merge,
    examples: [['merge(`{"a": 1, "b": 1}`, `{"b": 2}`)', { a: 1, b: 2 }]],
    errors: [
      ["merge()", "Invalid arity."],
      ["merge(`{}`, `null`)", "JMESPath function 'merge': argument #2 is not of type Object"],
      ["merge(`[]`)", "JMESPath function 'merge': argument #1 is not of type Object"],
    ],
  },
  {
    name: "map",
    parameters: [["expref"], ["array"]],
    returns: "array",
    call: map,
    examples: [['map(&a, `[{"a": 1}, {}, {"a": null}]`)', [1, null, null]]],
    errors: [
      ["map(&a, `null`)", 'Invalid type for: <nil>, expected: []jmespath.JpType{"array"}'],
      ["map(`[]`, &a)", 'Invalid type for: [], expected: []jmespath.JpType{"expref"}'],
    ],
  },
];

function merge(call: Call): Json {
  const merged = new Map<string, Json>();
  for (const index of call.arguments.keys()) {
    const entries = Object.entries(objectAt(call, index));
    call.environment.budget.step(entries.length);
    for (const [key, value] of entries) merged.set(key, value);
  }
  return objectOf(merged);
}

function map(call: Call): Json {
  const expression = expressionAt(call, 0);
  return listAt(call, 1).map((item) => expression.evaluate(item));
}
