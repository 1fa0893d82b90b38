import { Float, isList, objectOf } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import { CelError } from "../values/cel-error.ts";
import type { CelValue } from "../values/cel-value.ts";
import type { CallContext } from "./function-spec.ts";

interface Converted {
  readonly value: Json;
  readonly parts: number;
}

const maxDepth = 200;
/** Walked through in a fraction of a second. */
const maxParts = 1_000_000;

/** What was converted: answers are remembered by their source, and read by many evaluations. */
const known = new WeakMap<object, Converted>();

/**
 * Data that Go decoded into `any`, where all numbers are doubles. It costs a tenth of a unit per part. Throws
 * a `CelError` for data too large to be walked through while others wait.
 */
export function withDoubles(value: Json, context: CallContext): CelValue {
  if (typeof value !== "object" || value === null) return doubled(value);
  const converted = known.get(value) ?? convertAll(value);
  context.spend(Math.ceil(converted.parts / 10));
  known.set(value, converted);
  return converted.value;
}

function convertAll(value: Json): Converted {
  let parts = 0;
  const convert = (part: Json, depth: number): Json => {
    if (++parts > maxParts) throw new CelError(`data of more than ${maxParts} parts are not read`);
    if (depth > maxDepth) throw new CelError(`data nested deeper than ${maxDepth} levels are not read`);
    if (typeof part !== "object" || part === null || part instanceof Float) return doubled(part);
    if (isList(part)) return part.map((item) => convert(item, depth + 1));
    return objectOf(Object.entries(part).map(([key, item]) => [key, convert(item, depth + 1)] as const));
  };
  return { value: convert(value, 0), parts };
}

function doubled(value: Json): Json {
  if (typeof value === "bigint") return new Float(Number(value));
  return typeof value === "number" && Number.isInteger(value) ? new Float(value) : value;
}
