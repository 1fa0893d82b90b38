import { CelError } from "../values/cel-error.ts";
import { isListValue, mapKeyOf, typeNameOf } from "../values/cel-value.ts";
import type { CelValue } from "../values/cel-value.ts";
import { equalValues } from "../values/equality.ts";
import { Bytes } from "../values/objects.ts";
import { compareValues } from "../values/ordering.ts";
import type { CallContext, Library } from "./function-spec.ts";

const source = "cel-go, lists extension";
const maxRange = 1_000_000;
const maxFlattenDepth = 1_000;

type Int = number | bigint;
type List = readonly CelValue[];

function distinct(list: List, context: CallContext): List {
  const keys = new Set<string>();
  const others: CelValue[] = [];
  return list.filter((item) => {
    const key = mapKeyOf(item);
    if (key !== undefined) {
      if (keys.has(key)) return false;
      keys.add(key);
      return true;
    }
    context.work(others.length);
    if (others.some((other) => equalValues(other, item, context))) return false;
    others.push(item);
    return true;
  });
}

function flatten(list: List, depth: Int, context: CallContext): List {
  if (depth < 0) throw new CelError("level must be non-negative");
  const result: CelValue[] = [];
  const append = (items: List, left: number): void => {
    context.work(items.length);
    for (const item of items) {
      if (left > 0 && isListValue(item)) append(item, left - 1);
      else result.push(item);
    }
  };
  append(list, Math.min(Number(depth), maxFlattenDepth));
  return result;
}

function range(size: Int, context: CallContext): List {
  if (size < 0) throw new CelError(`lists.range: size must be non-negative, got ${size}`);
  if (size > maxRange) {
    throw new CelError(`lists.range: size ${size} exceeds maximum allowed (${maxRange})`);
  }
  context.work(Number(size));
  return Array.from({ length: Number(size) }, (_, index) => index);
}

function slice(list: List, start: Int, end: Int): List {
  const call = `cannot slice(${start}, ${end})`;
  if (start < 0 || end < 0) throw new CelError(`${call}, negative indexes not supported`);
  if (start > end) {
    throw new CelError(`${call}, start index must be less than or equal to end index`);
  }
  if (end > list.length) throw new CelError(`${call}, list is length ${list.length}`);
  return list.slice(Number(start), Number(end));
}

/** The indexes of `keys` in ascending order of the keys, which must be of one comparable type. */
function sortedIndexes(keys: List, context: CallContext): readonly number[] {
  const [first] = keys;
  if (first !== undefined) {
    if (compareValues(first, first) === undefined) throw new CelError("list elements must be comparable");
    if (keys.some((key) => typeNameOf(key) !== typeNameOf(first))) {
      throw new CelError("list elements must have the same type");
    }
  }
  context.work(4 * keys.length * Math.ceil(Math.log2(keys.length + 1)));
  const indexes = Array.from(keys.keys());
  return indexes.sort((left, right) => compareValues(keys[left] ?? null, keys[right] ?? null) ?? 0);
}

/** `list` in ascending order of `keys`. */
export function sortByKeys(list: List, keys: List, context: CallContext): List {
  return sortedIndexes(keys, context).map((index) => list[index] ?? null);
}

/** Types whose values have an order. */
export const comparableTypes = [
  "int",
  "uint",
  "double",
  "bool",
  "duration",
  "timestamp",
  "string",
  "bytes",
] as const;

/** A call, a list, and each of its elements. */
const listBase = 11;
const outputCost = (list: List): number => listBase + list.length;

/** Every element compared with every other, texts at a tenth more. */
export function comparisonsCost(list: List): number {
  const [first] = list;
  const factor = typeof first === "string" || first instanceof Bytes ? 2.1 : 2;
  return Math.floor(listBase + factor * list.length ** 2);
}

/** The lists extension, version 3; `sortBy` is compiled as a macro. */
export const listsLibrary: Library = {
  name: "lists",
  functions: [
    {
      name: "distinct",
      source,
      overloads: [{ signature: "(list(A)).distinct(): list(A)", call: distinct, cost: comparisonsCost }],
      examples: [
        ["[1, 2, 1, 3].distinct()", "[1, 2, 3]"],
        ["[[1], [2], [1]].distinct()", "[[1], [2]]"],
        ["dyn('a').distinct()", { error: "no such overload: distinct(string)" }],
      ],
    },
    {
      name: "flatten",
      source,
      overloads: [
        {
          signature: "(list(dyn)).flatten(): list(dyn)",
          call: (list: List, context: CallContext) => flatten(list, 1, context),
          cost: outputCost,
        },
        {
          signature: "(list(dyn)).flatten(int): list(dyn)",
          call: flatten,
          cost: (list: List, depth: Int) =>
            listBase + list.length * Math.max(0, Math.min(Number(depth), 1000)),
        },
      ],
      examples: [
        ["[1, [2, [3]]].flatten()", "[1, 2, [3]]"],
        ["[1, [2, [3]]].flatten(2)", "[1, 2, 3]"],
        ["[1].flatten(-1)", { error: "level must be non-negative" }],
      ],
    },
    {
      name: "lists.range",
      source,
      overloads: [
        {
          signature: "lists.range(int): list(int)",
          call: range,
          cost: (size: Int) => listBase + Math.max(0, Math.min(Number(size), maxRange)),
        },
      ],
      examples: [
        ["lists.range(3)", "[0, 1, 2]"],
        ["lists.range(-1)", { error: "lists.range: size must be non-negative, got -1" }],
      ],
    },
    {
      name: "reverse",
      source,
      overloads: [
        {
          signature: "(list(A)).reverse(): list(A)",
          call: (list: List) => list.toReversed(),
          cost: outputCost,
        },
      ],
      examples: [
        ["[1, 2, 3].reverse()", "[3, 2, 1]"],
        ["dyn(1).reverse()", { error: "no such overload: reverse(int)" }],
      ],
    },
    {
      name: "slice",
      source,
      overloads: [
        {
          signature: "(list(A)).slice(int, int): list(A)",
          call: slice,
          cost: (list: List, start: Int, end: Int) =>
            listBase + Math.max(0, Math.min(Number(end), list.length) - Math.max(0, Number(start))),
        },
      ],
      examples: [
        ["[1, 2, 3, 4].slice(1, 3)", "[2, 3]"],
        ["[1].slice(0, 2)", { error: "cannot slice(0, 2), list is length 1" }],
      ],
    },
    {
      name: "sort",
      source,
      overloads: comparableTypes.map((type) => ({
        signature: `(list(${type})).sort(): list(${type})`,
        call: (list: List, context: CallContext) => sortByKeys(list, list, context),
        cost: comparisonsCost,
      })),
      examples: [
        ["['b', 'a', 'c'].sort()", "['a', 'b', 'c']"],
        ["[dyn('b'), dyn(1)].sort()", { error: "list elements must have the same type" }],
      ],
    },
  ],
};
