import { isList } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import { functionError, listAt, textAt, valueAt, floatResult } from "../call-arguments.ts";
import { isSame } from "../comparison.ts";
import type { Call, FunctionSpec } from "../function-spec.ts";

/** Functions of the specification on texts and lists. */
export const sequenceFunctions: readonly FunctionSpec[] = [
  {
    name: "contains",
    parameters: [["array", "string"], ["any"]],
    returns: "any",
    call: contains,
    examples: [
      ["contains('abc', 'b')", true],
      ["contains('abc', `1`)", false],
      ['contains(`[1, "1"]`, `1`)', true],
      ['contains(`["1"]`, `1`)', false],
      ["contains(`[[1]]`, `[1]`)", false],
    ],
    errors: [
      ["contains(`null`, 'a')", 'Invalid type for: <nil>, expected: []jmespath.JpType{"array", "string"}'],
    ],
  },
  {
    name: "starts_with",
    parameters: [["string"], ["string"]],
    returns: "any",
    call: (call) => textAt(call, 0).startsWith(textAt(call, 1)),
    examples: [["starts_with('abc', 'ab')", true]],
    errors: [["starts_with('a', `1`)", 'Invalid type for: 1, expected: []jmespath.JpType{"string"}']],
  },
  {
    name: "ends_with",
    parameters: [["string"], ["string"]],
    returns: "any",
    call: (call) => textAt(call, 0).endsWith(textAt(call, 1)),
    examples: [["ends_with('abc', 'ab')", false]],
    errors: [["ends_with(`null`, 'a')", 'Invalid type for: <nil>, expected: []jmespath.JpType{"string"}']],
  },
  {
    name: "join",
    parameters: [["string"], ["array[string]"]],
    returns: "string",
    call: join,
    examples: [
      ['join(\', \', `["a", "b"]`)', "a, b"],
      ["join('-', `[]`)", ""],
    ],
    errors: [
      ["join(',', `[1]`)", 'Invalid type for: [1], expected: []jmespath.JpType{"array[string]"}'],
      [
        "join(',', `[\"a\", null]`)",
        'Invalid type for: [a <nil>], expected: []jmespath.JpType{"array[string]"}',
      ],
    ],
  },
  {
    name: "length",
    parameters: [["string", "array", "object"]],
    returns: "number",
    call: (call) => floatResult(size(call), call),
    examples: [
      ["length('a€😀')", 3],
      ["length(`[1, 2]`)", 2],
      ['length(`{"a": 1}`)', 1],
    ],
    errors: [
      ["length(`null`)", 'Invalid type for: <nil>, expected: []jmespath.JpType{"string", "array", "object"}'],
      ["length(`1`)", 'Invalid type for: 1, expected: []jmespath.JpType{"string", "array", "object"}'],
    ],
  },
  {
    name: "reverse",
    parameters: [["array", "string"]],
    returns: "any",
    call: reverse,
    examples: [
      ["reverse('a😀b')", "b😀a"],
      ["reverse(`[1, 2]`)", [2, 1]],
    ],
    errors: [["reverse(`{}`)", 'Invalid type for: map[], expected: []jmespath.JpType{"array", "string"}']],
  },
];

function contains(call: Call): boolean {
  const subject = valueAt(call, 0);
  const wanted = valueAt(call, 1);
  if (typeof subject === "string") return typeof wanted === "string" && subject.includes(wanted);
  return listAt(call, 0).some((item) => isSame(item, wanted, call.environment));
}

function join(call: Call): string {
  const separator = textAt(call, 0);
  const list = listAt(call, 1);
  const texts = list.filter((item) => typeof item === "string");
  const length = texts.reduce((total, text) => total + text.length, separator.length * texts.length);
  call.environment.budget.text(length);
  return texts.join(separator);
}

function size(call: Call): number {
  const value = valueAt(call, 0);
  if (typeof value === "string") return codePointCount(value);
  if (isList(value)) return value.length;
  if (typeof value === "object" && value !== null) return Object.keys(value).length;
  throw functionError(call.name, "could not compute the length");
}

function codePointCount(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function reverse(call: Call): Json {
  const value = valueAt(call, 0);
  return typeof value === "string" ? Array.from(value).reverse().join("") : listAt(call, 0).toReversed();
}
