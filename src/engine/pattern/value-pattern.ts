import { parseFloat64, parseInt64 } from "../values/go-parse.ts";
import { floatOf, isList, isObject } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { compileStringPattern } from "./string-pattern.ts";
import type { ValueTest } from "./string-pattern.ts";

/**
 * A test of single values against a pattern value of a document with the given number mode. An object accepts any
 * object, a list nothing.
 */
export function compileValuePattern(pattern: Json, mode: NumberMode): ValueTest {
  if (typeof pattern === "string") return compileStringPattern(pattern);
  if (typeof pattern === "boolean") return (value) => value === pattern;
  if (pattern === null) return isEmptyScalar;
  if (isObject(pattern)) return (value) => isObject(value);
  if (isList(pattern)) return () => false;
  const float = floatOf(pattern, mode);
  if (float !== undefined) return floatTest(float);
  return typeof pattern === "number" || typeof pattern === "bigint" ? intTest(BigInt(pattern)) : () => false;
}

/** The pattern `null` accepts nothing, zero, the empty text and false. */
function isEmptyScalar(value: Json | undefined, mode: NumberMode): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  return floatOf(value, mode) === 0 || value === 0 || value === 0n;
}

function intTest(pattern: bigint): ValueTest {
  // Numbers up to 2^53 are compared without converting the value.
  const plain = Number.isSafeInteger(Number(pattern)) ? Number(pattern) : undefined;
  return (value, mode) => {
    if (typeof value === "string") return parseInt64(value) === pattern;
    const number = value === undefined ? undefined : (floatOf(value, mode) ?? value);
    if (typeof number === "bigint") return number === pattern;
    if (typeof number !== "number" || !Number.isInteger(number)) return false;
    return plain === undefined ? BigInt(number) === pattern : number === plain;
  };
}

function floatTest(pattern: number): ValueTest {
  return (value, mode) => {
    if (typeof value === "string") return parseFloat64(value) === pattern;
    const float = value === undefined ? undefined : floatOf(value, mode);
    if (float !== undefined) return float === pattern;
    if (typeof value !== "number" && typeof value !== "bigint") return false;
    return Number.isInteger(pattern) && BigInt(value) === BigInt(pattern);
  };
}
