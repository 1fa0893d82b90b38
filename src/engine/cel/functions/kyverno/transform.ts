import { CelError } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { isMapValue, MapBuilder, mapGet } from "../../values/map-access.ts";
import type { Library } from "../function-spec.ts";

type List = readonly CelValue[];

/** The values of one field of the first list as keys for those of another field of the second. */
function listObjToMap(keys: List, values: List, keyName: string, valueName: string): CelValue {
  if (keys.length !== values.length) {
    throw new CelError(
      `listObjToMap must take lists of equal length. list1: ${keys.length}, list2: ${values.length}`,
    );
  }
  const entries = new Map<string, CelValue>();
  for (const [index, item] of keys.entries()) {
    const key = isMapValue(item) ? mapGet(item, keyName) : undefined;
    if (typeof key !== "string") {
      throw new CelError("the passed key name cannot be handled as a string in the key object list");
    }
    const other = values[index] ?? null;
    entries.set(key, (isMapValue(other) ? mapGet(other, valueName) : undefined) ?? null);
  }
  const map = new MapBuilder();
  for (const [key, value] of entries) map.add(key, value);
  return map.build();
}

/** Lists of objects made into maps. */
export const transformLibrary: Library = {
  name: "transform",
  functions: [
    {
      name: "listObjToMap",
      source: "Kyverno, transform library",
      overloads: ["listObjToMap", "transform.listObjToMap"].map((name) => ({
        signature: `${name}(list(dyn), list(dyn), string, string): map(dyn, dyn)`,
        call: listObjToMap,
        cost: (list: List) => list.length + 1,
      })),
      examples: [
        ["listObjToMap([{'k': 'a'}, {'k': 'b'}], [{'v': 1}, {}], 'k', 'v')", "{'a': 1, 'b': null}"],
        [
          "listObjToMap([{'k': 'a'}], [], 'k', 'v')",
          { error: "listObjToMap must take lists of equal length. list1: 1, list2: 0" },
        ],
        [
          "listObjToMap([{'k': 1}], [{}], 'k', 'v')",
          { error: "the passed key name cannot be handled as a string in the key object list" },
        ],
      ],
    },
  ],
};
