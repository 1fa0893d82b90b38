import { CelError } from "../values/cel-error.ts";
import { isListValue, Uint } from "../values/cel-value.ts";
import type { CelValue } from "../values/cel-value.ts";
import { isMapValue, mapSize } from "../values/map-access.ts";
import { numericOf } from "../values/numbers.ts";
import { Bytes, Duration, noValue, OptionalValue, StructValue, Timestamp } from "../values/objects.ts";
import type { Library } from "./function-spec.ts";

const source = "cel-go, optional types";

/** True for what a field has when nobody set it: null, false, 0, and everything empty. */
function isZeroValue(value: CelValue): boolean {
  if (value === null || value === false || value === "") return true;
  const number = numericOf(value);
  if (number !== undefined) return Number(number) === 0;
  if (isListValue(value)) return value.length === 0;
  if (isMapValue(value)) return mapSize(value) === 0;
  if (value instanceof Bytes) return value.value.length === 0;
  if (value instanceof OptionalValue) return value.value === undefined;
  if (value instanceof StructValue) return value.fields.size === 0;
  if (value instanceof Duration) return value.nanoseconds === 0n;
  return value instanceof Timestamp ? false : value instanceof Uint && value.value === 0n;
}

function unwrap(list: readonly CelValue[]): CelValue {
  return list.flatMap((item) => {
    if (!(item instanceof OptionalValue)) throw new CelError("no such overload: optional.unwrap");
    return item.value === undefined ? [] : [item.value];
  });
}

function valueOf(optional: OptionalValue): CelValue {
  if (optional.value === undefined) throw new CelError("optional.none() dereference");
  return optional.value;
}

/** `or` and `orValue` are compiled to code that looks at the second only where the first has nothing. */
function orElse(first: CelValue): CelValue {
  return first;
}

/** Optional values; the syntax `.?`, `[?]` and the macros `optMap` and `optFlatMap` are part of the language here. */
export const optionalLibrary: Library = {
  name: "optional",
  functions: [
    {
      name: "optional.of",
      source,
      overloads: [
        { signature: "optional.of(A): optional(A)", call: (value: CelValue) => new OptionalValue(value) },
      ],
      examples: [
        ["optional.of(1).value()", "1"],
        ["optional.of(1 / 0)", { error: "division by zero" }],
      ],
    },
    {
      name: "optional.ofNonZeroValue",
      source,
      overloads: [
        {
          signature: "optional.ofNonZeroValue(A): optional(A)",
          call: (value: CelValue) => (isZeroValue(value) ? noValue : new OptionalValue(value)),
        },
      ],
      examples: [
        ["optional.ofNonZeroValue('').hasValue()", "false"],
        ["optional.ofNonZeroValue([1]).value()", "[1]"],
        ["optional.ofNonZeroValue(1 / 0)", { error: "division by zero" }],
      ],
    },
    {
      name: "optional.none",
      source,
      overloads: [{ signature: "optional.none(): optional(A)", call: () => noValue }],
      examples: [
        ["optional.none().hasValue()", "false"],
        ["optional.none().value()", { error: "optional.none() dereference" }],
      ],
    },
    {
      name: "value",
      source,
      overloads: [{ signature: "(optional(A)).value(): A", call: valueOf }],
      examples: [
        ["{'a': 1}.?a.value()", "1"],
        ["{'a': 1}.?b.value()", { error: "optional.none() dereference" }],
      ],
    },
    {
      name: "hasValue",
      source,
      overloads: [
        {
          signature: "(optional(A)).hasValue(): bool",
          call: ({ value }: OptionalValue) => value !== undefined,
        },
      ],
      examples: [
        ["[1][?0].hasValue()", "true"],
        ["dyn(1).hasValue()", { error: "no such overload: hasValue(int)" }],
      ],
    },
    {
      name: "or",
      source,
      overloads: [
        {
          signature: "(optional(A)).or(optional(A)): optional(A)",
          call: orElse,
        },
      ],
      examples: [
        ["[][?0].or(optional.of(2)).value()", "2"],
        ["[][?0].or(optional.of(1 / 0))", { error: "division by zero" }],
      ],
    },
    {
      name: "orValue",
      source,
      overloads: [
        {
          signature: "(optional(A)).orValue(A): A",
          call: orElse,
        },
      ],
      examples: [
        ["{}.?a.orValue('x')", "'x'"],
        ["dyn({'a': null}).?a.orValue(1)", "null"],
        ["dyn('present').orValue('x')", { error: "no such overload" }],
        ["{}.a.orValue(1)", { error: "no such key: a" }],
      ],
    },
    {
      name: "optional.unwrap",
      source,
      overloads: [
        { signature: "optional.unwrap(list(optional(A))): list(A)", call: unwrap },
        { signature: "(list(optional(A))).unwrapOpt(): list(A)", call: unwrap },
      ],
      examples: [
        ["optional.unwrap([optional.of(1), optional.none()])", "[1]"],
        ["optional.unwrap(dyn(1))", { error: "no such overload: optional.unwrap(int)" }],
      ],
    },
    {
      name: "first",
      source,
      overloads: [
        {
          signature: "(list(A)).first(): optional(A)",
          call: ([first]: readonly CelValue[]) => (first === undefined ? noValue : new OptionalValue(first)),
        },
      ],
      examples: [
        ["[1, 2].first().value()", "1"],
        ["dyn(1).first()", { error: "no such overload: first(int)" }],
      ],
    },
    {
      name: "last",
      source,
      overloads: [
        {
          signature: "(list(A)).last(): optional(A)",
          call: (list: readonly CelValue[]) => {
            const last = list.at(-1);
            return last === undefined ? noValue : new OptionalValue(last);
          },
        },
      ],
      examples: [
        ["[].last().hasValue()", "false"],
        ["dyn(1).last()", { error: "no such overload: last(int)" }],
      ],
    },
  ],
};
