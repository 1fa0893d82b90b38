import { encodeBase64 } from "../../jmespath/base64.ts";
import { Float, objectOf } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import { durationText, timestampText } from "../functions/value-text.ts";
import { CelError } from "./cel-error.ts";
import { isListValue, typeNameOf, Uint } from "./cel-value.ts";
import type { CelValue } from "./cel-value.ts";
import { isMapValue, keyText, mapEntries } from "./map-access.ts";
import { doubleNumber, isDoubleValue } from "./numbers.ts";
import { Bytes, Duration, OptionalValue, StructValue, Timestamp } from "./objects.ts";

const maxDepth = 200;
/** Parts of one value: a list that holds itself a hundred times over at every level has no end otherwise. */
const maxParts = 300_000;

/**
 * A value as JSON: what `generator.Apply`, `Object{…}` and bodies of requests are made of. Bytes become base64, times their
 * texts, messages objects; ints and doubles stay what they are. Throws a `CelError` for values that JSON does not have.
 */
export function jsonOf(value: CelValue): Json {
  let parts = 0;
  const convert = (part: CelValue, depth: number): Json => {
    if (++parts > maxParts)
      throw new CelError(`a value of more than ${maxParts} parts is not converted to JSON`);
    if (depth > maxDepth)
      throw new CelError(`a value nested deeper than ${maxDepth} levels is not converted to JSON`);
    if (isListValue(part)) return part.map((item) => convert(item, depth + 1));
    if (isMapValue(part)) {
      return objectOf(
        Array.from(mapEntries(part), ([key, item]): [string, Json] => [
          keyText(key),
          convert(item, depth + 1),
        ]),
      );
    }
    if (part instanceof StructValue) {
      return objectOf(
        Array.from(part.fields, ([key, item]): [string, Json] => [key, convert(item, depth + 1)]),
      );
    }
    if (part instanceof OptionalValue)
      return part.value === undefined ? null : convert(part.value, depth + 1);
    return scalarJson(part);
  };
  return convert(value, 0);
}

function scalarJson(value: CelValue): Json {
  if (isDoubleValue(value)) {
    if (Number.isFinite(doubleNumber(value))) return value;
    throw new CelError(`json: unsupported value: ${goNumber(doubleNumber(value))}`);
  }
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Float) return value;
  if (value instanceof Uint)
    return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : value.value;
  if (value instanceof Bytes) return encodeBase64(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  throw new CelError(`a value of type '${typeNameOf(value)}' is not converted to JSON`);
}

function goNumber(value: number): string {
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
