import { CelError, noSuchOverload } from "../values/cel-error.ts";
import { isListValue, Uint } from "../values/cel-value.ts";
import type { CelValue } from "../values/cel-value.ts";
import type { Meter } from "../values/equality.ts";
import { doubleNumber, doubleOf, intOf, isDoubleValue, isIntValue, uintOf } from "../values/numbers.ts";
import { Bytes, Duration, Timestamp } from "../values/objects.ts";
import { durationOf, timestampOf } from "../values/temporal.ts";

/** Arithmetic of one operator on pairs of numbers of one type. */
interface NumberRules {
  readonly small: (left: number, right: number) => number | undefined;
  readonly exact: (left: bigint, right: bigint) => bigint;
  /** Undefined where doubles do not have the operator. */
  readonly double: ((left: number, right: number) => number) | undefined;
}

function safe(value: number): number | undefined {
  // Adding 0 turns -0 into the one zero that ints have.
  return Number.isSafeInteger(value) ? value + 0 : undefined;
}

const addition: NumberRules = {
  small: (left, right) => safe(left + right),
  exact: (left, right) => left + right,
  double: (left, right) => left + right,
};

const subtraction: NumberRules = {
  small: (left, right) => safe(left - right),
  exact: (left, right) => left - right,
  double: (left, right) => left - right,
};

const multiplication: NumberRules = {
  small: (left, right) => safe(left * right),
  exact: (left, right) => left * right,
  double: (left, right) => left * right,
};

const division: NumberRules = {
  small: (left, right) => (right === 0 ? undefined : safe(Math.trunc(left / right))),
  exact: (left, right) => {
    if (right === 0n) throw new CelError("division by zero");
    return left / right;
  },
  double: (left, right) => left / right,
};

const remainder: NumberRules = {
  small: (left, right) => (right === 0 ? undefined : safe(left % right)),
  exact: (left, right) => {
    if (right === 0n) throw new CelError("modulus by zero");
    return left % right;
  },
  double: undefined,
};

function numbers(rules: NumberRules, left: CelValue, right: CelValue): CelValue | undefined {
  if (isIntValue(left)) {
    if (!isIntValue(right)) return undefined;
    const small =
      typeof left === "number" && typeof right === "number" ? rules.small(left, right) : undefined;
    return small ?? intOf(rules.exact(BigInt(left), BigInt(right)));
  }
  if (isDoubleValue(left)) {
    if (!isDoubleValue(right) || rules.double === undefined) return undefined;
    return doubleOf(rules.double(doubleNumber(left), doubleNumber(right)));
  }
  if (left instanceof Uint && right instanceof Uint) return uintOf(rules.exact(left.value, right.value));
  return undefined;
}

/** `left + right`. Throws a `CelError` on overflow and for kinds that cannot be added. */
export function add(left: CelValue, right: CelValue, meter: Meter): CelValue {
  if (typeof left === "string" && typeof right === "string") return left + right;
  if (isListValue(left) && isListValue(right)) {
    meter.work(left.length + right.length);
    return left.concat(right);
  }
  const sum = numbers(addition, left, right);
  if (sum !== undefined) return sum;
  if (left instanceof Bytes && right instanceof Bytes) {
    meter.work(left.value.length + right.value.length);
    return joinedBytes(left, right);
  }
  if (left instanceof Duration) {
    if (right instanceof Duration) return durationOf(left.nanoseconds + right.nanoseconds);
    if (right instanceof Timestamp) return timestampOf(left.nanoseconds + right.nanoseconds);
  }
  if (left instanceof Timestamp && right instanceof Duration) {
    return timestampOf(left.nanoseconds + right.nanoseconds);
  }
  throw mismatch("_+_", left);
}

function joinedBytes(left: Bytes, right: Bytes): Bytes {
  const bytes = new Uint8Array(left.value.length + right.value.length);
  bytes.set(left.value);
  bytes.set(right.value, left.value.length);
  return new Bytes(bytes);
}

/** `left - right`. Throws a `CelError` on overflow and for kinds that cannot be subtracted. */
export function subtract(left: CelValue, right: CelValue): CelValue {
  const difference = numbers(subtraction, left, right);
  if (difference !== undefined) return difference;
  if (left instanceof Duration && right instanceof Duration) {
    return durationOf(left.nanoseconds - right.nanoseconds);
  }
  if (left instanceof Timestamp) {
    if (right instanceof Timestamp) return durationOf(left.nanoseconds - right.nanoseconds);
    if (right instanceof Duration) return timestampOf(left.nanoseconds - right.nanoseconds);
  }
  throw mismatch("_-_", left);
}

export function multiply(left: CelValue, right: CelValue): CelValue {
  const product = numbers(multiplication, left, right);
  if (product === undefined) throw mismatch("_*_", left);
  return product;
}

export function divide(left: CelValue, right: CelValue): CelValue {
  const quotient = numbers(division, left, right);
  if (quotient === undefined) throw mismatch("_/_", left);
  return quotient;
}

export function modulo(left: CelValue, right: CelValue): CelValue {
  const rest = numbers(remainder, left, right);
  if (rest === undefined) throw mismatch("_%_", left);
  return rest;
}

/** `-value`. */
export function negate(value: CelValue): CelValue {
  if (typeof value === "number" && Number.isInteger(value)) return 0 - value;
  if (isIntValue(value)) return intOf(-BigInt(value));
  if (isDoubleValue(value)) return doubleOf(-doubleNumber(value));
  if (value instanceof Duration) return durationOf(-value.nanoseconds);
  throw noSuchOverload(typeof value === "string" ? "-_" : undefined);
}

/** Kinds that have arithmetic at all are refused with a shorter text, as in cel-go. */
function mismatch(operator: string, left: CelValue): CelError {
  const hasArithmetic =
    isIntValue(left) ||
    isDoubleValue(left) ||
    left instanceof Uint ||
    left instanceof Duration ||
    left instanceof Timestamp;
  const isSequence =
    operator === "_+_" && (typeof left === "string" || isListValue(left) || left instanceof Bytes);
  return noSuchOverload(hasArithmetic || isSequence ? undefined : operator);
}
