import { mapKeyOf } from "../values/cel-value.ts";
import type { CelValue } from "../values/cel-value.ts";
import { equalValues } from "../values/equality.ts";
import type { CallContext, Library } from "./function-spec.ts";

const source = "cel-go, sets extension";

type List = readonly CelValue[];

/** A test whether a list has an element; scalars are found without a search. */
function membership(list: List, context: CallContext): (value: CelValue) => boolean {
  const keys = new Set<string>();
  const others: CelValue[] = [];
  for (const item of list) {
    const key = mapKeyOf(item);
    if (key === undefined) others.push(item);
    else keys.add(key);
  }
  return (value) => {
    const key = mapKeyOf(value);
    return key === undefined ? others.some((other) => equalValues(other, value, context)) : keys.has(key);
  };
}

function contains(list: List, part: List, context: CallContext): boolean {
  return part.every(membership(list, context));
}

const productCost = (left: List, right: List): number => 1 + left.length * right.length;

/** The sets extension. */
export const setsLibrary: Library = {
  name: "sets",
  functions: [
    {
      name: "sets.contains",
      source,
      overloads: [{ signature: "sets.contains(list(A), list(A)): bool", call: contains, cost: productCost }],
      examples: [
        ["sets.contains([1, 2, 3], [2, 2u, 2.0])", "true"],
        ["sets.contains(dyn(1), [1])", { error: "no such overload: sets.contains(int, list)" }],
      ],
    },
    {
      name: "sets.equivalent",
      source,
      overloads: [
        {
          signature: "sets.equivalent(list(A), list(A)): bool",
          call: (left: List, right: List, context: CallContext) =>
            contains(left, right, context) && contains(right, left, context),
          cost: (left: List, right: List) => 1 + 2 * left.length * right.length,
        },
      ],
      examples: [
        ["sets.equivalent([1, 2], [2, 1, 1])", "true"],
        ["sets.equivalent(dyn(1), [1])", { error: "no such overload: sets.equivalent(int, list)" }],
      ],
    },
    {
      name: "sets.intersects",
      source,
      overloads: [
        {
          signature: "sets.intersects(list(A), list(A)): bool",
          call: (left: List, right: List, context: CallContext) => left.some(membership(right, context)),
          cost: productCost,
        },
      ],
      examples: [
        ["sets.intersects([[1]], [[2], [1]])", "true"],
        ["sets.intersects(dyn(1), [1])", { error: "no such overload: sets.intersects(int, list)" }],
      ],
    },
  ],
};
