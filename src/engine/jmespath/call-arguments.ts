import { QueryError } from "../errors.ts";
import { asFloat, floatOf, isInt, isList, isObject } from "../values/json.ts";
import type { Float, Json, JsonObject } from "../values/json.ts";
import { ExpressionReference } from "./function-spec.ts";
import type { Argument, Call } from "./function-spec.ts";
import { plainFloatText } from "./go-text.ts";

/** The error text that Kyverno's own functions have in common. */
export function functionError(name: string, text: string): QueryError {
  return new QueryError("failed", `JMESPath function '${name}': ${text}`);
}

/** A function was given an argument of a kind that it does not take; `position` counts as its message does. */
export function argumentTypeError(name: string, position: number, expected: string): QueryError {
  return new QueryError(
    "type",
    `JMESPath function '${name}': argument #${position} is not of type ${expected}`,
  );
}

/** The argument at `index` as a value. */
export function valueAt(call: Call, index: number): Json {
  const argument = call.arguments[index];
  if (argument instanceof ExpressionReference) throw argumentTypeError(call.name, index + 1, "Any");
  return argument ?? null;
}

export function textAt(call: Call, index: number): string {
  const argument = call.arguments[index];
  if (typeof argument === "string") return argument;
  throw argumentTypeError(call.name, index + 1, "String");
}

/** The argument at `index` as a float64. */
export function numberAt(call: Call, index: number): number {
  const value = floatOf(valueAt(call, index), call.environment.numbers);
  if (value === undefined) throw argumentTypeError(call.name, index + 1, "Real");
  return value;
}

/** The argument at `index` cut to a whole number; what an int64 cannot hold becomes the lowest one, as in Go. */
export function wholeNumberAt(call: Call, index: number): number {
  return wholeNumber(numberAt(call, index));
}

/** Go's conversion of a float64 to an int64. */
export function wholeNumber(value: number): number {
  const whole = Math.trunc(value);
  return whole >= minInt64 && whole < -minInt64 ? whole : minInt64;
}

const minInt64 = -(2 ** 63);

export function listAt(call: Call, index: number): readonly Json[] {
  const value = valueAt(call, index);
  if (isList(value)) return value;
  throw argumentTypeError(call.name, index + 1, "Array");
}

export function objectAt(call: Call, index: number): JsonObject {
  const value = valueAt(call, index);
  if (isObject(value)) return value;
  throw argumentTypeError(call.name, index + 1, "Object");
}

export function expressionAt(call: Call, index: number): ExpressionReference {
  const argument: Argument | undefined = call.arguments[index];
  if (argument instanceof ExpressionReference) return argument;
  throw argumentTypeError(call.name, index + 1, "Expression");
}

/** A string or number argument as text; numbers in the shortest form that is exact in 32-bit precision. */
export function scalarTextAt(call: Call, index: number): string {
  const text = scalarText(valueAt(call, index), call);
  if (text === undefined) throw argumentTypeError(call.name, index + 1, "String or Real");
  return text;
}

/** The text of a string, a float64 or a boolean; undefined for everything else, int64 included. */
export function scalarText(value: Json, { environment }: Call): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  const number = floatOf(value, environment.numbers);
  return number === undefined ? undefined : shortest32(number);
}

function shortest32(value: number): string {
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded)) return value > 0 ? "+Inf" : Number.isNaN(value) ? "NaN" : "-Inf";
  for (let digits = 1; digits < 10; digits += 1) {
    const shorter = Number(rounded.toPrecision(digits));
    if (Math.fround(shorter) === rounded) return plainFloatText(shorter);
  }
  return plainFloatText(rounded);
}

/** A number result: always a float64. */
export function floatResult(value: number, { environment }: Call): number | Float {
  return asFloat(value, environment.numbers);
}

/** True where the argument is an integer of a live object, which most functions refuse. */
export function isIntAt(call: Call, index: number): boolean {
  return isInt(valueAt(call, index), call.environment.numbers);
}
