import { noSuchOverload } from "../values/cel-error.ts";
import type { CelValue } from "../values/cel-value.ts";
import { matchCost, searchCost, traversalCost } from "../compile/sizes.ts";
import { isListValue } from "../values/cel-value.ts";
import { isMapValue, mapSize } from "../values/map-access.ts";
import { Bytes } from "../values/objects.ts";
import { characterCount } from "./characters.ts";
import { conversionFunctions } from "./conversions.ts";
import type { CallContext, FunctionSpec, Library } from "./function-spec.ts";
import { compiledPattern, countSearch } from "./patterns.ts";
import { timeFunctions } from "./time-accessors.ts";

const source = "cel-spec, standard definitions";

/** The size of a text in characters, of bytes, or of a collection. */
function sizeOf(value: CelValue): number {
  if (typeof value === "string") return characterCount(value);
  if (isListValue(value)) return value.length;
  if (value instanceof Bytes) return value.value.length;
  if (isMapValue(value)) return mapSize(value);
  throw noSuchOverload("size");
}

function matches(text: string, expression: string, context: CallContext): boolean {
  const pattern = compiledPattern(expression);
  countSearch(pattern, text.length, context);
  return pattern.matcher(text).find();
}

// In the order in which cel-go declares them: the first decides what a value of no known type is taken for.
const sizeTypes = ["bytes", "list(A)", "map(A, B)", "string"] as const;

const functions: readonly FunctionSpec[] = [
  {
    name: "size",
    source,
    overloads: sizeTypes.flatMap((type) => [
      { signature: `size(${type}): int`, call: sizeOf },
      { signature: `(${type}).size(): int`, call: sizeOf },
    ]),
    examples: [
      ["size('é😀')", "2"],
      ["[1, 2, 3].size()", "3"],
      ["size(b'é')", "2"],
      ["{'a': 1}.size()", "1"],
      ["size(dyn(1))", { error: "no such overload: size" }],
    ],
  },
  {
    name: "contains",
    source,
    overloads: [
      {
        signature: "(string).contains(string): bool",
        call: (text: string, part: string) => text.includes(part),
        cost: searchCost,
      },
    ],
    examples: [
      ["'abc'.contains('b')", "true"],
      ["dyn(1).contains('b')", { error: "no such overload: contains(int, string)" }],
    ],
  },
  {
    name: "startsWith",
    source,
    overloads: [
      {
        signature: "(string).startsWith(string): bool",
        call: (text: string, part: string) => text.startsWith(part),
        cost: (_text: string, part: string) => traversalCost(part),
      },
    ],
    examples: [
      ["'abc'.startsWith('ab')", "true"],
      ["dyn(1).startsWith('b')", { error: "no such overload: startsWith(int, string)" }],
    ],
  },
  {
    name: "endsWith",
    source,
    overloads: [
      {
        signature: "(string).endsWith(string): bool",
        call: (text: string, part: string) => text.endsWith(part),
        cost: (_text: string, part: string) => traversalCost(part),
      },
    ],
    examples: [
      ["'abc'.endsWith('bc')", "true"],
      ["dyn(1).endsWith('b')", { error: "no such overload: endsWith(int, string)" }],
    ],
  },
  {
    name: "matches",
    source,
    overloads: [
      { signature: "matches(string, string): bool", call: matches, cost: matchCost },
      { signature: "(string).matches(string): bool", call: matches, cost: matchCost },
    ],
    examples: [
      ["'hubba'.matches('ubb')", "true"],
      ["matches('hubba', '^ubb')", "false"],
      ["'a'.matches('(?=a)')", { error: "error parsing regexp: invalid or unsupported Perl syntax: `(?=`" }],
    ],
  },
];

/** What every environment has. */
export const standardLibrary: Library = {
  name: "standard",
  functions: [...functions, ...conversionFunctions, ...timeFunctions],
};
