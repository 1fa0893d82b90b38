import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityToFloat,
  subtractQuantities,
} from "../../../values/quantity.ts";
import type { Quantity } from "../../../values/quantity.ts";
import { traversalCost } from "../../compile/sizes.ts";
import { CelError } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { doubleOf, intOf } from "../../values/numbers.ts";
import type { FunctionSpec, Library } from "../function-spec.ts";
import { Opaque } from "./opaque.ts";

const source = "Kubernetes, CEL quantity library";

type QuantityValue = Opaque<Quantity>;
type Int = number | bigint;

const formatProblem =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function quantityValue(quantity: Quantity): QuantityValue {
  return new Opaque("kubernetes.Quantity", quantity, (left, right) => compareQuantities(left, right) === 0);
}

function quantity(text: string): QuantityValue {
  const parsed = parseQuantity(text);
  if (parsed === undefined) throw new CelError(formatProblem);
  return quantityValue(parsed);
}

/** The int of a quantity that is one, within 64 bits. */
function integerOf({ unscaled, exponent }: Quantity): bigint | undefined {
  if (unscaled === 0n) return 0n;
  if (exponent > 18) return undefined;
  let value = unscaled;
  if (exponent >= 0) value *= 10n ** BigInt(exponent);
  else {
    const divisor = 10n ** BigInt(-exponent);
    if (value % divisor !== 0n) return undefined;
    value /= divisor;
  }
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function asInteger({ value }: QuantityValue): CelValue {
  const integer = integerOf(value);
  if (integer === undefined) throw new CelError("cannot convert value to integer");
  return intOf(integer);
}

function arithmetic(
  name: string,
  apply: (left: Quantity, right: Quantity) => Quantity | undefined,
  example: string,
): FunctionSpec {
  const compute = (left: Quantity, right: Quantity): QuantityValue => {
    const result = apply(left, right);
    if (result === undefined) throw new CelError("quantities are too far apart to compute with");
    return quantityValue(result);
  };
  return {
    name: `${name} of a quantity`,
    source,
    overloads: [
      {
        signature: `(kubernetes.Quantity).${name}(kubernetes.Quantity): kubernetes.Quantity`,
        call: (left: QuantityValue, right: QuantityValue) => compute(left.value, right.value),
      },
      {
        signature: `(kubernetes.Quantity).${name}(int): kubernetes.Quantity`,
        call: (left: QuantityValue, right: Int) =>
          compute(left.value, { unscaled: BigInt(right), exponent: 0, family: "decimal" }),
      },
    ],
    examples: [
      [`quantity('50k').${name}(quantity('20k')) == quantity('${example}')`, "true"],
      [
        `quantity('1').${name}(dyn('a'))`,
        { error: `no such overload: ${name}(kubernetes.Quantity, string)` },
      ],
    ],
  };
}

function comparison(
  name: string,
  result: string,
  test: (order: number) => CelValue,
  example: string,
): FunctionSpec {
  return {
    name: `${name} of a quantity`,
    source,
    overloads: [
      {
        signature: `(kubernetes.Quantity).${name}(kubernetes.Quantity): ${result}`,
        call: (left: QuantityValue, right: QuantityValue) => test(compareQuantities(left.value, right.value)),
      },
    ],
    examples: [
      [`quantity('50Mi').${name}(quantity('200M'))`, example],
      [`quantity('1').${name}(dyn(1))`, { error: `no such overload: ${name}(kubernetes.Quantity, int)` }],
    ],
  };
}

/** Kubernetes quantities: `100m`, `1.5Gi`. */
export const quantityLibrary: Library = {
  name: "quantity",
  functions: [
    {
      name: "quantity",
      source,
      overloads: [
        { signature: "quantity(string): kubernetes.Quantity", call: quantity, cost: traversalCost },
      ],
      examples: [
        ["quantity('1k') == quantity('1000')", "true"],
        ["quantity('ten')", { error: formatProblem }],
        ["quantity(dyn(1))", { error: "no such overload: quantity(int)" }],
      ],
    },
    {
      name: "isQuantity",
      source,
      overloads: [
        {
          signature: "isQuantity(string): bool",
          call: (text: string) => parseQuantity(text) !== undefined,
          cost: traversalCost,
        },
      ],
      examples: [
        ["isQuantity('1.3G')", "true"],
        ["isQuantity('1.3X')", "false"],
        ["isQuantity(dyn(1))", { error: "no such overload: isQuantity(int)" }],
      ],
    },
    {
      name: "sign",
      source,
      overloads: [
        {
          signature: "sign(kubernetes.Quantity): int",
          call: ({ value }: QuantityValue) => (value.unscaled > 0n ? 1 : value.unscaled < 0n ? -1 : 0),
        },
      ],
      examples: [
        ["sign(quantity('-2'))", "-1"],
        ["sign(dyn(1))", { error: "no such overload: sign(int)" }],
      ],
    },
    {
      name: "string of a quantity",
      source,
      overloads: [
        {
          signature: "string(kubernetes.Quantity): string",
          call: ({ value }: QuantityValue) => formatQuantity(value),
        },
      ],
      examples: [
        ["string(quantity('1024Mi'))", "'1Gi'"],
        ["string(quantity('ten'))", { error: formatProblem }],
      ],
    },
    {
      name: "asInteger",
      source,
      overloads: [{ signature: "(kubernetes.Quantity).asInteger(): int", call: asInteger }],
      examples: [
        ["quantity('50k').asInteger()", "50000"],
        ["quantity('50500m').asInteger()", { error: "cannot convert value to integer" }],
      ],
    },
    {
      name: "isInteger",
      source,
      overloads: [
        {
          signature: "(kubernetes.Quantity).isInteger(): bool",
          call: ({ value }: QuantityValue) => integerOf(value) !== undefined,
        },
      ],
      examples: [
        ["quantity('50500m').isInteger()", "false"],
        ["dyn(1).isInteger()", { error: "no such overload: isInteger(int)" }],
      ],
    },
    {
      name: "asApproximateFloat",
      source,
      overloads: [
        {
          signature: "(kubernetes.Quantity).asApproximateFloat(): double",
          call: ({ value }: QuantityValue) => doubleOf(quantityToFloat(value)),
        },
      ],
      examples: [
        ["quantity('50500m').asApproximateFloat()", "50.5"],
        ["dyn(1).asApproximateFloat()", { error: "no such overload: asApproximateFloat(int)" }],
      ],
    },
    arithmetic("add", addQuantities, "70k"),
    arithmetic("sub", subtractQuantities, "30k"),
    comparison("compareTo", "int", (order) => Math.sign(order), "-1"),
    comparison("isLessThan", "bool", (order) => order < 0, "true"),
    comparison("isGreaterThan", "bool", (order) => order > 0, "false"),
  ],
};
