import { QueryError } from "../../errors.ts";
import { floatOf } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import { expressionAt, listAt } from "../call-arguments.ts";
import type { Call, FunctionSpec } from "../function-spec.ts";
import { compareText } from "../../values/go-format.ts";

const people = '`[{"n": "b", "v": 2}, {"n": "a", "v": 3}]`';
const b = { n: "b", v: 2 };
const a = { n: "a", v: 3 };

/** Functions of the specification that order: by number, or by the bytes of texts. */
export const orderingFunctions: readonly FunctionSpec[] = [
  {
    name: "sort",
    parameters: [["array[string]", "array[number]"]],
    returns: "array",
    call: (call) => sorted(listAt(call, 0), (item) => orderKey(item, call)),
    examples: [
      ["sort(`[3, 1, 2]`)", [1, 2, 3]],
      ['sort(`["b", "B", "a"]`)', ["B", "a", "b"]],
    ],
    errors: [
      [
        'sort(`[1, "a"]`)',
        'Invalid type for: [1 a], expected: []jmespath.JpType{"array[string]", "array[number]"}',
      ],
    ],
  },
  {
    name: "sort_by",
    parameters: [["array"], ["expref"]],
    returns: "array",
    call: sortBy,
    examples: [
      [`sort_by(${people}, &n)`, [a, b]],
      [`sort_by(${people}, &v)[*].v`, [2, 3]],
      ["sort_by(`[]`, &v)", []],
      ["sort_by(`[{}]`, &v)", [{}]],
    ],
    errors: [
      ['sort_by(`[{"a": 1}, {"a": "x"}]`, &a)', "error in sort_by comparison"],
      ['sort_by(`[{"a": 1}, {}]`, &a)', "error in sort_by comparison"],
    ],
  },
  {
    name: "max",
    parameters: [["array[number]", "array[string]"]],
    returns: "any",
    call: (call) => extreme(listAt(call, 0), (item) => orderKey(item, call), 1),
    examples: [
      ["max(`[1, 3, 2]`)", 3],
      ['max(`["a", "b"]`)', "b"],
      ["max(`[]`)", null],
    ],
    errors: [
      [
        'max(`[1, "a"]`)',
        'Invalid type for: [1 a], expected: []jmespath.JpType{"array[number]", "array[string]"}',
      ],
    ],
  },
  {
    name: "min",
    parameters: [["array[number]", "array[string]"]],
    returns: "any",
    call: (call) => extreme(listAt(call, 0), (item) => orderKey(item, call), -1),
    examples: [["min(`[2, 1, 3]`)", 1]],
    errors: [
      [
        "min(`[true]`)",
        'Invalid type for: [true], expected: []jmespath.JpType{"array[number]", "array[string]"}',
      ],
    ],
  },
  {
    name: "max_by",
    parameters: [["array"], ["expref"]],
    returns: "any",
    call: (call) => extremeBy(call, 1),
    examples: [
      [`max_by(${people}, &n)`, b],
      ["max_by(`[]`, &n)", null],
    ],
    errors: [
      ['max_by(`[{"a": 1}, {}]`, &a)', "invalid type, must be number"],
      ['max_by(`[{"a": "x"}, {}]`, &a)', "invalid type, must be string"],
    ],
  },
  {
    name: "min_by",
    parameters: [["array"], ["expref"]],
    returns: "any",
    call: (call) => extremeBy(call, -1),
    examples: [[`min_by(${people}, &v)`, b]],
    errors: [['min_by(`[{"a": 1}, {"a": "x"}]`, &a)', "invalid type, must be number"]],
  },
];

/** What a value is ordered by; values of two kinds are never in one list. */
type OrderKey = string | number;

function orderKey(value: Json, { environment }: Call): OrderKey | undefined {
  return typeof value === "string" ? value : floatOf(value, environment.numbers);
}

function compareKeys(left: OrderKey, right: OrderKey): number {
  if (typeof left === "string" && typeof right === "string") return compareText(left, right);
  return left < right ? -1 : left > right ? 1 : 0;
}

function sorted(list: readonly Json[], keyOf: (item: Json) => OrderKey | undefined): readonly Json[] {
  return list
    .map((item) => ({ item, key: keyOf(item) ?? "" }))
    .sort((left, right) => compareKeys(left.key, right.key))
    .map(({ item }) => item);
}

function sortBy(call: Call): readonly Json[] {
  const list = listAt(call, 0);
  if (list.length <= 1) return list;
  const keys = keysBy(call, list, () => "error in sort_by comparison");
  return list
    .map((item, index) => ({ item, key: keys[index] ?? "" }))
    .sort((left, right) => compareKeys(left.key, right.key))
    .map(({ item }) => item);
}

function extremeBy(call: Call, direction: 1 | -1): Json {
  const list = listAt(call, 0);
  if (list.length <= 1) return list[0] ?? null;
  const keys = keysBy(call, list, (kind) => `invalid type, must be ${kind}`);
  let best = 0;
  for (let at = 1; at < list.length; at += 1) {
    if (compareKeys(keys[at] ?? "", keys[best] ?? "") * direction > 0) best = at;
  }
  return list[best] ?? null;
}

/** The keys of all members, of one kind; `problem` words the error for one that is of another. */
function keysBy(
  call: Call,
  list: readonly Json[],
  problem: (kind: "string" | "number") => string,
): readonly OrderKey[] {
  const expression = expressionAt(call, 1);
  const keys: OrderKey[] = [];
  for (const item of list) {
    const key = orderKey(expression.evaluate(item), call);
    const first = keys[0] ?? key;
    if (first === undefined) throw new QueryError("type", "invalid type, must be number of string");
    if (key === undefined || typeof key !== typeof first) {
      throw new QueryError("type", problem(typeof first === "string" ? "string" : "number"));
    }
    keys.push(key);
  }
  return keys;
}

function extreme(
  list: readonly Json[],
  keyOf: (item: Json) => OrderKey | undefined,
  direction: 1 | -1,
): Json {
  let best: Json = list[0] ?? null;
  let bestKey = keyOf(best);
  for (const item of list) {
    const key = keyOf(item);
    if (key === undefined || bestKey === undefined) continue;
    if (compareKeys(key, bestKey) * direction > 0) {
      best = item;
      bestKey = key;
    }
  }
  return best;
}
