import type { QueryError } from "../../errors.ts";
import { formatDuration, parseDuration } from "../../values/duration.ts";
import { formatFloat } from "../../values/go-format.ts";
import { floatOf } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import {
  addQuantities,
  divideQuantities,
  formatQuantity,
  multiplyQuantities,
  parseQuantity,
  quantityToFloat,
  subtractQuantities,
} from "../../values/quantity.ts";
import type { Quantity } from "../../values/quantity.ts";
import { floatResult, functionError, listAt, numberAt, valueAt, wholeNumber } from "../call-arguments.ts";
import type { Call, ErrorExample, Example, FunctionSpec } from "../function-spec.ts";

/**
 * Kyverno's arithmetic: on numbers, on Kubernetes quantities and on durations, never on a mix of them but for a number
 * that scales one. A text is a quantity if it can be one, so `30m` is 0.030 and only `1m30s` is a duration.
 */
export const arithmeticFunctions: readonly FunctionSpec[] = [
  binary(
    "add",
    add,
    [
      ["add(`1`, `2.5`)", 3.5],
      ["add('12Ki', '13Ki')", "25Ki"],
      ["add('12Ki', '13')", "12301"],
      ["add('1M', '1Mi')", "2048576"],
      ["add('0.1', '0.2')", "300m"],
      ["add('1.5', '2')", "3500m"],
      ["add('1m', '1m')", "2m"],
      ["add('1h', '30s')", "1h0m30s"],
    ],
    [
      ["add('1h', '30m')", "Types mismatch"],
      ["add('5', `1`)", "Types mismatch"],
      ["add(`null`, `1`)", "invalid operand"],
      ["add('x', `1`)", "invalid operand"],
    ],
  ),
  binary(
    "subtract",
    subtract,
    [
      ["subtract(`1`, `2.5`)", -1.5],
      ["subtract('12Ki', '13Ki')", "-1Ki"],
      ["subtract('12s', '13s')", "-1s"],
    ],
    [
      ["subtract('1h', `1`)", "Types mismatch"],
      ["subtract(`true`, `1`)", "invalid operand"],
    ],
  ),
  binary(
    "multiply",
    multiply,
    [
      ["multiply(`3`, `2.5`)", 7.5],
      ["multiply('1Gi', `0.5`)", "512Mi"],
      ["multiply(`2.5`, '12')", "30"],
      ["multiply(`2.5`, '40s')", "1m40s"],
    ],
    [
      ["multiply('2', '3')", "Types mismatch"],
      ["multiply('1h', '1h')", "Types mismatch"],
    ],
  ),
  binary(
    "divide",
    divide,
    [
      ["divide(`1`, `4`)", 0.25],
      ["divide('12Ki', `3`)", "4Ki"],
      ["divide('10', `3`)", "3"],
      ["divide('1', `3`)", "0"],
      ["divide('100m', `3`)", "33m"],
      ["divide('12Ki', '200')", 61.44],
      ["divide('8', '3')", 8 / 3],
      ["divide('12s', '5s')", 2.4],
      ["divide('12s', `5`)", "2.4s"],
    ],
    [
      ["divide(`1`, `0`)", "Zero divisor passed"],
      ["divide('1', '0Ki')", "Zero divisor passed"],
      ["divide('1h', '0s')", "Zero divisor passed"],
      ["divide('1h', '2m')", "Types mismatch"],
      ["divide(`1`, '2')", "Types mismatch"],
    ],
  ),
  binary(
    "modulo",
    modulo,
    [
      ["modulo(`-7`, `3`)", -1],
      ["modulo('12Ki', '5Ki')", "2Ki"],
      ["modulo('13s', '2s')", "1s"],
    ],
    [
      ["modulo('4', '1.5')", "Non-integer argument(s) passed for modulo"],
      ["modulo(`1`, `0`)", "Zero divisor passed"],
      ["modulo(`1.5`, `1`)", "Non-integer argument(s) passed for modulo"],
      ["modulo('1h', `2`)", "Types mismatch"],
    ],
  ),
  {
    name: "sum",
    parameters: [["array"]],
    returns: "any",
    call: sum,
    examples: [
      ["sum(`[1, 2, 3.5]`)", 6.5],
      ['sum(`["1Ki", "1Ki"]`)', "2Ki"],
      ['sum(`["x"]`)', "x"],
    ],
    errors: [
      ["sum(`[]`)", "JMESPath function 'sum': at least one element in the array is required"],
      ['sum(`[1, "2"]`)', "JMESPath function 'sum': Types mismatch"],
      ["sum(`null`)", 'Invalid type for: <nil>, expected: []jmespath.JpType{"array"}'],
      ["sum(`[null, 1]`)", "JMESPath function 'sum': invalid operand"],
    ],
  },
  {
    name: "round",
    parameters: [["number"], ["number"]],
    returns: "number",
    call: round,
    examples: [
      ["round(`9.414675`, `2`)", 9.41],
      ["round(`-2.5`, `0`)", -3],
    ],
    errors: [
      ["round(`1.5`, `1.5`)", "JMESPath function 'round': Non-integer argument(s) passed for round off"],
      [
        "round(`1.5`, `-2`)",
        "JMESPath function 'round': %!d(MISSING) argument is out of bounds (%!d(MISSING))",
      ],
      ["round('1', `1`)", 'Invalid type for: 1, expected: []jmespath.JpType{"number"}'],
    ],
  },
];

type Operand =
  | { readonly kind: "scalar"; readonly value: number }
  | { readonly kind: "quantity"; readonly value: Quantity }
  | { readonly kind: "duration"; readonly value: bigint };

/** The result of two operands; undefined where the two do not go together. */
type Operation = (left: Operand, right: Operand, call: Call) => Json | undefined;

/** `errors` are without the words that all errors of the function begin with. */
function binary(
  name: string,
  operation: Operation,
  examples: readonly Example[],
  errors: readonly ErrorExample[],
): FunctionSpec {
  return {
    name,
    parameters: [["any"], ["any"]],
    returns: "any",
    call: (call) => applyOperation(operation, valueAt(call, 0), valueAt(call, 1), call),
    examples,
    errors: errors.map(([expression, text]) => [expression, functionError(name, text).message]),
  };
}

function applyOperation(operation: Operation, left: Json, right: Json, call: Call): Json {
  const result = operation(operandOf(left, call), operandOf(right, call), call);
  if (result === undefined) throw functionError(call.name, "Types mismatch");
  return result;
}

function operandOf(value: Json, call: Call): Operand {
  const number = floatOf(value, call.environment.numbers);
  if (number !== undefined) return { kind: "scalar", value: number };
  if (typeof value !== "string") throw functionError(call.name, "invalid operand");
  const quantity = parseQuantity(value);
  if (quantity !== undefined) return { kind: "quantity", value: quantity };
  const duration = parseDuration(value);
  if (duration === undefined) throw functionError(call.name, "invalid operand");
  return { kind: "duration", value: duration };
}

function add(left: Operand, right: Operand, call: Call): Json | undefined {
  if (left.kind === "scalar" && right.kind === "scalar") return floatResult(left.value + right.value, call);
  if (left.kind === "quantity" && right.kind === "quantity") {
    return quantityText(addQuantities(left.value, right.value), call);
  }
  if (left.kind === "duration" && right.kind === "duration") return durationText(left.value + right.value);
  return undefined;
}

function subtract(left: Operand, right: Operand, call: Call): Json | undefined {
  if (left.kind === "scalar" && right.kind === "scalar") return floatResult(left.value - right.value, call);
  if (left.kind === "quantity" && right.kind === "quantity") {
    return quantityText(subtractQuantities(left.value, right.value), call);
  }
  if (left.kind === "duration" && right.kind === "duration") return durationText(left.value - right.value);
  return undefined;
}

function multiply(left: Operand, right: Operand, call: Call): Json | undefined {
  if (left.kind === "scalar" && right.kind === "scalar") return floatResult(left.value * right.value, call);
  if (left.kind === "scalar") return multiply(right, left, call);
  if (right.kind !== "scalar") return undefined;
  return left.kind === "quantity"
    ? quantityText(multiplyQuantities(left.value, scalarQuantity(right.value, call)), call)
    : scaledDuration(seconds(left.value) * right.value);
}

function divide(left: Operand, right: Operand, call: Call): Json | undefined {
  if (left.kind === "scalar") {
    if (right.kind !== "scalar") return undefined;
    return floatResult(left.value / nonZero(right.value, call), call);
  }
  if (right.kind === "scalar") {
    const divisor = nonZero(right.value, call);
    return left.kind === "quantity"
      ? quantityText(divideQuantities(left.value, scalarQuantity(divisor, call)), call)
      : scaledDuration(seconds(left.value) / divisor);
  }
  if (left.kind === "quantity" && right.kind === "quantity") {
    const divisor = nonZero(quantityToFloat(right.value), call);
    return floatResult(quantityToFloat(left.value) / divisor, call);
  }
  if (left.kind === "duration" && right.kind === "duration") {
    return floatResult(seconds(left.value) / nonZero(seconds(right.value), call), call);
  }
  return undefined;
}

function modulo(left: Operand, right: Operand, call: Call): Json | undefined {
  if (left.kind === "scalar" && right.kind === "scalar") {
    return floatResult(Number(remainder(left.value, right.value, call)), call);
  }
  if (left.kind === "quantity" && right.kind === "quantity") {
    const unscaled = remainder(quantityToFloat(left.value), quantityToFloat(right.value), call);
    return formatQuantity({ unscaled, exponent: 0, family: left.value.family });
  }
  if (left.kind === "duration" && right.kind === "duration") {
    if (right.value === 0n) throw zeroDivisor(call);
    return durationText(left.value % right.value);
  }
  return undefined;
}

/** The remainder of whole numbers; its sign is that of the dividend. */
function remainder(dividend: number, divisor: number, call: Call): bigint {
  if (!isInt64(dividend) || !isInt64(divisor)) {
    throw functionError(call.name, "Non-integer argument(s) passed for modulo");
  }
  if (divisor === 0) throw zeroDivisor(call);
  return BigInt(dividend) % BigInt(divisor);
}

function isInt64(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63;
}

function sum(call: Call): Json {
  const [first, ...rest] = listAt(call, 0);
  if (first === undefined) {
    throw functionError(call.name, "at least one element in the array is required");
  }
  return rest.reduce<Json>((total, item) => applyOperation(add, total, item, call), first);
}

/** Rounds half away from zero. */
function round(call: Call): Json {
  const digits = numberAt(call, 1);
  if (!isInt64(digits)) {
    throw functionError(call.name, "Non-integer argument(s) passed for round off");
  }
  // The original forgets to fill in the numbers.
  if (digits < 0) throw functionError(call.name, "%!d(MISSING) argument is out of bounds (%!d(MISSING))");
  const shift = 10 ** digits;
  const value = numberAt(call, 0);
  return floatResult((Math.sign(value) * Math.round(Math.abs(value) * shift)) / shift, call);
}

function nonZero(divisor: number, call: Call): number {
  if (divisor === 0) throw zeroDivisor(call);
  return divisor;
}

function zeroDivisor(call: Call): QueryError {
  return functionError(call.name, "Zero divisor passed");
}

function scalarQuantity(value: number, call: Call): Quantity {
  const quantity = parseQuantity(formatFloat(value));
  if (quantity === undefined) throw functionError(call.name, "invalid operand");
  return quantity;
}

function quantityText(quantity: Quantity | undefined, call: Call): string {
  if (quantity === undefined) throw functionError(call.name, "quantity out of range");
  return formatQuantity(quantity);
}

const nanosecondsPerSecond = 1_000_000_000;

/** The seconds of a duration, computed as Go does: whole seconds and the fraction apart. */
function seconds(duration: bigint): number {
  const whole = duration / BigInt(nanosecondsPerSecond);
  const rest = duration % BigInt(nanosecondsPerSecond);
  return Number(whole) + Number(rest) / nanosecondsPerSecond;
}

function scaledDuration(value: number): string {
  return durationText(BigInt(wholeNumber(value * nanosecondsPerSecond)));
}

/** A duration within an int64, wrapping around as Go's does. */
function durationText(duration: bigint): string {
  return formatDuration(BigInt.asIntN(64, duration));
}
