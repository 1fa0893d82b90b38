import { CelError, noSuchOverload } from "../values/cel-error.ts";
import { isListValue } from "../values/cel-value.ts";
import type { CelValue } from "../values/cel-value.ts";
import { equalValues } from "../values/equality.ts";
import type { Meter } from "../values/equality.ts";
import { LazyMap } from "../values/lazy-map.ts";
import { isMapValue, mapGet } from "../values/map-access.ts";
import { Bytes } from "../values/objects.ts";
import { compareValues } from "../values/ordering.ts";
import { add, divide, modulo, multiply, negate, subtract } from "./arithmetic.ts";
import type { Code } from "./frame.ts";
import { comparisonCost } from "./sizes.ts";

type Binary = (left: CelValue, right: CelValue, meter: Meter) => CelValue;

interface BinaryOperator {
  readonly apply: Binary;
  readonly cost: ((left: CelValue, right: CelValue) => number) | undefined;
}

function comparison(holds: (order: number) => boolean, name: string): BinaryOperator {
  return {
    apply: (left, right) => {
      const order = compareValues(left, right);
      if (order === undefined)
        throw noSuchOverload(left === null || isListValue(left) || isMapValue(left) ? name : undefined);
      if (Number.isNaN(order)) throw new CelError("NaN values cannot be ordered");
      return holds(order);
    },
    cost: comparisonCost,
  };
}

function addCost(left: CelValue, right: CelValue): number {
  if (typeof left === "string" && typeof right === "string") {
    return Math.ceil((left.length + right.length) / 10);
  }
  return left instanceof Bytes && right instanceof Bytes
    ? Math.ceil((left.value.length + right.value.length) / 10)
    : 1;
}

const binaryOperators: ReadonlyMap<string, BinaryOperator> = new Map([
  ["_==_", { apply: (left, right, meter) => equalValues(left, right, meter), cost: comparisonCost }],
  ["_!=_", { apply: (left, right, meter) => !equalValues(left, right, meter), cost: comparisonCost }],
  ["_<_", comparison((order) => order < 0, "_<_")],
  ["_<=_", comparison((order) => order <= 0, "_<=_")],
  ["_>_", comparison((order) => order > 0, "_>_")],
  ["_>=_", comparison((order) => order >= 0, "_>=_")],
  ["_+_", { apply: add, cost: addCost }],
  ["_-_", { apply: subtract, cost: undefined }],
  ["_*_", { apply: multiply, cost: undefined }],
  ["_/_", { apply: divide, cost: undefined }],
  ["_%_", { apply: modulo, cost: undefined }],
]);

function contains(value: CelValue, container: CelValue, meter: Meter): boolean {
  if (isListValue(container)) return container.some((item) => equalValues(item, value, meter));
  if (isMapValue(container)) return mapGet(container, value) !== undefined;
  if (container instanceof LazyMap && typeof value === "string") return container.get(value) !== undefined;
  throw noSuchOverload();
}

/** The code of an operator, or undefined where the name is none. */
export function compileOperator(name: string, operands: readonly Code[]): Code | undefined {
  const [first, second] = operands;
  if (first === undefined) return undefined;
  if (name === "!_") return not(first);
  if (name === "-_") {
    return (frame) => {
      const value = first(frame);
      frame.spend(1);
      return negate(value);
    };
  }
  const operator = binaryOperators.get(name);
  if (operator === undefined || second === undefined) return undefined;
  const { apply, cost } = operator;
  return (frame) => {
    const left = first(frame);
    const right = second(frame);
    frame.spend(cost === undefined ? 1 : cost(left, right));
    return apply(left, right, frame);
  };
}

/** `value in container`. */
export function compileMembership(
  [first, second]: readonly Code[],
  counted: "none" | "size" | "one",
): Code | undefined {
  if (first === undefined || second === undefined) return undefined;
  return (frame) => {
    const value = first(frame);
    const container = second(frame);
    if (counted !== "none") {
      frame.spend(counted === "size" && isListValue(container) ? container.length : 1);
    }
    if (isListValue(container)) frame.work(container.length);
    return contains(value, container, frame);
  };
}

/** Equality with a text, bool or null that stands in the expression, which is most of them. */
export function compileLiteralEquality(operand: Code, literal: CelValue, isEqual: boolean): Code | undefined {
  if (typeof literal === "string") {
    return (frame) => {
      const value = operand(frame);
      frame.spend(typeof value === "string" ? comparisonCost(value, literal) : 1);
      return (value === literal) === isEqual;
    };
  }
  if (typeof literal !== "boolean" && literal !== null) return undefined;
  return (frame) => {
    const value = operand(frame);
    frame.spend(1);
    return (value === literal) === isEqual;
  };
}

function not(operand: Code): Code {
  return (frame) => {
    const value = operand(frame);
    frame.spend(1);
    if (typeof value !== "boolean") throw noSuchOverload();
    return !value;
  };
}
