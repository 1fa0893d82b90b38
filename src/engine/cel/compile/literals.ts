import { noSuchOverload } from "../values/cel-error.ts";
import type { CelValue } from "../values/cel-value.ts";
import { MapBuilder } from "../values/map-access.ts";
import { OptionalValue } from "../values/objects.ts";
import type { Code } from "./frame.ts";

const listCost = 10;
const mapCost = 30;
const structCost = 40;

export interface ElementCode {
  readonly value: Code;
  readonly optional: boolean;
}

export function compileList(elements: readonly ElementCode[]): Code {
  return (frame) => {
    const list: CelValue[] = [];
    for (const { value, optional } of elements) {
      const element = valueOf(value(frame), optional);
      if (element !== undefined) list.push(element);
    }
    frame.spend(listCost);
    return list;
  };
}

export function compileMapLiteral(
  entries: readonly { readonly key: Code; readonly value: Code; readonly optional: boolean }[],
): Code {
  return (frame) => {
    const map = new MapBuilder();
    for (const { key, value, optional } of entries) {
      const name = key(frame);
      const element = valueOf(value(frame), optional);
      if (element !== undefined) map.add(name, element);
    }
    frame.spend(mapCost);
    return map.build();
  };
}

export function compileStruct(
  build: (fields: ReadonlyMap<string, CelValue>) => CelValue,
  fields: readonly (ElementCode & { readonly name: string })[],
): Code {
  return (frame) => {
    const values = new Map<string, CelValue>();
    for (const { name, value, optional } of fields) {
      const field = valueOf(value(frame), optional);
      if (field !== undefined) values.set(name, field);
    }
    frame.spend(structCost);
    return build(values);
  };
}

/** The element itself; of an optional one what is in it, or undefined where that is nothing. */
function valueOf(value: CelValue, optional: boolean): CelValue | undefined {
  if (!optional) return value;
  if (!(value instanceof OptionalValue)) throw noSuchOverload();
  return value.value;
}
