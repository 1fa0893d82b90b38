import type { Overload } from "../functions/function-spec.ts";
import type { CelType } from "../types/cel-type.ts";
import { parseSignature } from "../types/signature.ts";
import type { Signature } from "../types/signature.ts";
import { isListValue, typeNameOf } from "../values/cel-value.ts";
import type { CelValue } from "../values/cel-value.ts";
import { isMapValue } from "../values/map-access.ts";
import { isDoubleValue, isIntValue } from "../values/numbers.ts";

type Guard = (value: CelValue) => boolean;

/** An overload ready to be chosen by the kinds of arguments. */
export interface ReadyOverload {
  readonly signature: Signature;
  /** Undefined where any value will do. */
  readonly guards: readonly (Guard | undefined)[];
  readonly call: (...values: readonly unknown[]) => CelValue;
  readonly cost: ((...values: readonly CelValue[]) => number) | undefined;
}

export function readyOverload(overload: Overload): ReadyOverload {
  const signature = parseSignature(overload.signature);
  return {
    signature,
    guards: signature.parameters.map(guardOf),
    call: overload.call as (...values: readonly unknown[]) => CelValue,
    cost: overload.cost as ((...values: readonly CelValue[]) => number) | undefined,
  };
}

/** True where the overload takes these values. */
export function accepts({ guards, signature }: ReadyOverload, values: readonly CelValue[]): boolean {
  if (signature.isVariadic ? values.length < guards.length - 1 : values.length !== guards.length)
    return false;
  return values.every((value, index) => {
    const guard = guards[Math.min(index, guards.length - 1)];
    return guard === undefined || guard(value);
  });
}

function guardOf(type: CelType): Guard | undefined {
  if (type.isParameter) return undefined;
  switch (type.name) {
    case "dyn":
    case "any":
      return undefined;
    case "int":
      return isIntValue;
    case "double":
      return isDoubleValue;
    case "string":
      return (value) => typeof value === "string";
    case "bool":
      return (value) => typeof value === "boolean";
    case "null_type":
      return (value) => value === null;
    case "list":
      return isListValue;
    case "map":
      return isMapValue;
    default:
      return (value) => typeNameOf(value) === type.name;
  }
}
