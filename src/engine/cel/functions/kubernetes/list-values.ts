import { add } from "../../compile/arithmetic.ts";
import { CelError, noSuchOverload } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { equalValues } from "../../values/equality.ts";
import { numericOf } from "../../values/numbers.ts";
import { Duration } from "../../values/objects.ts";
import { compareValues } from "../../values/ordering.ts";
import type { CallContext, FunctionSpec, Library } from "../function-spec.ts";
import { comparableTypes } from "../lists.ts";

const source = "Kubernetes, CEL list library";

type List = readonly CelValue[];

/** Reading all elements, texts at a tenth of their length. */
function listCost(list: List): number {
  return list.reduce(
    (sum: number, item) => sum + (typeof item === "string" ? Math.floor(item.length / 10) : 1),
    0,
  );
}

function orderOf(left: CelValue, right: CelValue): number {
  const order = compareValues(left, right);
  if (order === undefined) throw noSuchOverload();
  return order;
}

function isSorted(list: List): boolean {
  return list.every((item, index) => index === 0 || orderOf(list[index - 1] ?? null, item) <= 0);
}

function sum(list: List, context: CallContext): CelValue {
  const [first, ...rest] = list;
  if (first === undefined) return 0;
  if (numericOf(first) === undefined && !(first instanceof Duration)) throw noSuchOverload("sum(list)");
  return rest.reduce((total: CelValue, item) => add(total, item, context), first);
}

function extreme(name: string, sign: number, example: string): FunctionSpec {
  return {
    name: `${name} of a list`,
    source,
    overloads: comparableTypes.map((type) => ({
      signature: `(list(${type})).${name}(): ${type}`,
      call: (list: List) => {
        if (list.length === 0) throw new CelError(`${name} called on empty list`);
        const [first = null] = list;
        if (compareValues(first, first) === undefined) throw noSuchOverload(`${name}(list)`);
        return list.reduce((best, item) => (orderOf(item, best) * sign > 0 ? item : best));
      },
      cost: listCost,
    })),
    examples: [
      [`[1, 3, 2].${name}()`, example],
      [`[].${name}()`, { error: `${name} called on empty list` }],
    ],
  };
}

/** Kubernetes' functions on lists. */
export const listValuesLibrary: Library = {
  name: "kubernetes lists",
  functions: [
    {
      name: "isSorted",
      source,
      overloads: comparableTypes.map((type) => ({
        signature: `(list(${type})).isSorted(): bool`,
        call: isSorted,
        cost: listCost,
      })),
      examples: [
        ["[1, 2, 2].isSorted()", "true"],
        ["['b', 'a'].isSorted()", "false"],
        ["[dyn(1), dyn('a')].isSorted()", { error: "no such overload" }],
      ],
    },
    {
      name: "sum",
      source,
      overloads: ["int", "uint", "double", "duration"].map((type) => ({
        signature: `(list(${type})).sum(): ${type}`,
        call: sum,
        cost: listCost,
      })),
      examples: [
        ["[1, 2, 3].sum()", "6"],
        ["[].sum()", "0"],
        ["[dyn(1), dyn('a')].sum()", { error: "no such overload" }],
      ],
    },
    extreme("min", -1, "1"),
    extreme("max", 1, "3"),
    {
      name: "indexOf of a list",
      source,
      overloads: [
        {
          signature: "(list(A)).indexOf(A): int",
          call: (list: List, value: CelValue, context: CallContext) =>
            list.findIndex((item) => equalValues(item, value, context)),
          cost: listCost,
        },
      ],
      examples: [
        ["[1, 2, 2].indexOf(2)", "1"],
        ["[1].indexOf(3)", "-1"],
        ["dyn(1).indexOf(1)", { error: "no such overload: indexOf(int, int)" }],
      ],
    },
    {
      name: "lastIndexOf of a list",
      source,
      overloads: [
        {
          signature: "(list(A)).lastIndexOf(A): int",
          call: (list: List, value: CelValue, context: CallContext) =>
            list.findLastIndex((item) => equalValues(item, value, context)),
          cost: listCost,
        },
      ],
      examples: [
        ["[1, 2, 2].lastIndexOf(2)", "2"],
        ["dyn(1).lastIndexOf(1)", { error: "no such overload: lastIndexOf(int, int)" }],
      ],
    },
  ],
};
