import { QueryError } from "../../errors.ts";
import { compareText, formatFloat } from "../../values/go-format.ts";
import { isList, isObject, objectOf, own } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import {
  argumentTypeError,
  floatResult,
  functionError,
  listAt,
  numberAt,
  scalarText,
  textAt,
  valueAt,
} from "../call-arguments.ts";
import { floats } from "../floats.ts";
import type { Call, FunctionSpec } from "../function-spec.ts";
import { decodeJson } from "../json-decode.ts";
import { yamlToJson } from "../yaml-to-json.ts";

/** Kyverno's functions that take objects and lists apart, build them, or read them from texts. */
export const dataFunctions: readonly FunctionSpec[] = [
  {
    name: "lookup",
    parameters: [
      ["object", "array"],
      ["string", "number"],
    ],
    returns: "any",
    call: lookup,
    examples: [
      ["lookup(`{\"a-b\": 1}`, 'a-b')", 1],
      ["lookup(`{}`, 'constructor')", null],
      ["lookup(`[1, 2]`, `1`)", 2],
      ["lookup(`[1, 2]`, `-1`)", null],
    ],
    errors: [
      ["lookup(`{}`, `1`)", "JMESPath function 'lookup': argument #2 is not of type String"],
      ["lookup(`[]`, 'a')", "JMESPath function 'lookup': argument #2 is not of type Number"],
      [
        "lookup(`[]`, `1.5`)",
        "JMESPath function 'lookup': argument #2: expected an integer number but got: 1.5",
      ],
      ["lookup('a', 'b')", 'Invalid type for: a, expected: []jmespath.JpType{"object", "array"}'],
    ],
  },
  {
    name: "items",
    parameters: [["object", "array"], ["string"], ["string"]],
    returns: "array",
    call: items,
    examples: [
      [
        "items(`{\"b\": 1, \"a\": 2}`, 'k', 'v')",
        [
          { k: "a", v: 2 },
          { k: "b", v: 1 },
        ],
      ],
      ["items(`[\"A\", \"B\"]`, 'k', 'v')[*].k", [0, 1]],
      ["map(&v, items(`[\"A\", \"B\"]`, 'k', 'v'))", ["A", "B"]],
    ],
    errors: [
      ["items('a', 'k', 'v')", 'Invalid type for: a, expected: []jmespath.JpType{"object", "array"}'],
      ["items(`{}`, `1`, 'v')", 'Invalid type for: 1, expected: []jmespath.JpType{"string"}'],
    ],
  },
  {
    name: "object_from_lists",
    parameters: [["array"], ["array"]],
    returns: "object",
    call: objectFromLists,
    examples: [
      ['object_from_lists(`["a", "b"]`, `[1]`)', { a: 1, b: null }],
      ['object_from_lists(`[1, true, 1]`, `["x", "y", "z"]`)', { "1": "z", true: "y" }],
    ],
    errors: [
      [
        "object_from_lists(`[null]`, `[1]`)",
        "JMESPath function 'object_from_lists': argument #1 is not of type StringArray",
      ],
      [
        "object_from_lists(`[{}]`, `[1]`)",
        "JMESPath function 'object_from_lists': argument #1 is not of type StringArray",
      ],
      ["object_from_lists(`{}`, `[]`)", 'Invalid type for: map[], expected: []jmespath.JpType{"array"}'],
    ],
  },
  {
    name: "parse_json",
    parameters: [["string"]],
    returns: "any",
    call: parseJson,
    examples: [
      ['parse_json(\'{"a":"b"}\').a', "b"],
      ["parse_json('[1, 1.5]')[0] == `1`", true],
    ],
    errors: [
      ["parse_json('{\"a\" 1}')", "invalid character '1' after object key"],
      ["parse_json('1 2')", "invalid character '2' after top-level value"],
      ["parse_json('')", "unexpected end of JSON input"],
    ],
  },
  {
    name: "parse_yaml",
    parameters: [["string"]],
    returns: "any",
    call: parseYaml,
    examples: [
      ["parse_yaml('a: 1')", { a: 1 }],
      ["parse_yaml('[yes, off, ~, 1.5, x]')", [true, false, null, 1.5, "x"]],
      ["parse_yaml('{1: a, true: b}')", { "1": "a", true: "b" }],
      ["parse_yaml('[2020-01-02, 12:30, ., .5, 1.]')", ["2020-01-02", "12:30", ".", 0.5, 1]],
    ],
    errors: [["parse_yaml(`1`)", 'Invalid type for: 1, expected: []jmespath.JpType{"string"}']],
  },
];

function lookup(call: Call): Json {
  const container = valueAt(call, 0);
  const key = valueAt(call, 1);
  if (isObject(container)) {
    if (typeof key !== "string") throw argumentTypeError(call.name, 2, "String");
    return own(container, key) ?? null;
  }
  if (typeof key === "string") throw argumentTypeError(call.name, 2, "Number");
  const index = numberAt(call, 1);
  if (!Number.isInteger(index)) {
    throw functionError(call.name, `argument #2: expected an integer number but got: ${formatFloat(index)}`);
  }
  return listAt(call, 0)[index] ?? null;
}

function items(call: Call): Json {
  const container = valueAt(call, 0);
  const keyName = textAt(call, 1);
  const valueName = textAt(call, 2);
  if (isList(container)) {
    return container.map((value, index) =>
      objectOf([
        [keyName, floatResult(index, call)],
        [valueName, value],
      ]),
    );
  }
  if (!isObject(container)) throw argumentTypeError(call.name, 1, "Object or Array");
  return Object.keys(container)
    .sort(compareText)
    .map((key) =>
      objectOf([
        [keyName, key],
        [valueName, container[key] ?? null],
      ]),
    );
}

function objectFromLists(call: Call): Json {
  const values = listAt(call, 1);
  return objectOf(
    listAt(call, 0).map((item, index) => {
      const key = scalarText(item, call);
      if (key === undefined) throw argumentTypeError(call.name, 1, "StringArray");
      return [key, values[index] ?? null] as const;
    }),
  );
}

function parseJson(call: Call): Json {
  const text = textAt(call, 0);
  call.environment.budget.step(text.length >> 3);
  const decoded = decodeJson(text);
  if (decoded.kind === "failed") throw new QueryError("failed", decoded.message);
  return floats(decoded.value, call.environment.numbers);
}

/** The first document of a YAML stream, as the JSON that it stands for. */
/** What a YAML document costs beside its length. */
const yamlSteps = 500;

function parseYaml(call: Call): Json {
  const text = textAt(call, 0);
  call.environment.budget.step(yamlSteps + 2 * text.length);
  const decoded = decodeJson(yamlToJson(text));
  if (decoded.kind === "failed") throw new QueryError("failed", decoded.message);
  return floats(decoded.value, call.environment.numbers);
}
