import * as fc from "fast-check";
import type { SchemaNode } from "#api/schema/schema.ts";
import type { Json } from "#engine/values/json.ts";
import { hostileTexts, jsonOf, scalars } from "./json.ts";

const anything = jsonOf(
  fc.constantFrom("key", "operator", "value", "any", "all", "spec", "metadata", "list"),
).any;
/** Below this depth a value need not fit its schema any more: it is any JSON. */
const maxDepth = 9;

/** Values that mostly fit a schema, and here and there are something else. */
export const ofSchema = (node: SchemaNode, depth = 0): fc.Arbitrary<Json> =>
  fc.oneof({ weight: 30, arbitrary: fitting(node, depth) }, { weight: 1, arbitrary: anything });

const fitting = (node: SchemaNode, depth: number): fc.Arbitrary<Json> => {
  if (depth > maxDepth) return scalars;
  switch (node.type) {
    case "string":
      return node.enum === undefined ? hostileTexts : fc.constantFrom(...node.enum, "other");
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number":
      return fc.oneof(fc.integer({ min: -1, max: 70 }), fc.integer());
    case "intOrString":
      return fc.oneof(fc.nat({ max: 100 }), hostileTexts);
    case "any":
      return anything;
    case "array":
      return fc.array(ofSchema(node.items, depth + 1), { maxLength: 2 });
    case "map":
      return fc
        .array(fc.tuple(hostileTexts, ofSchema(node.values, depth + 1)), { maxLength: 2 })
        .map((entries) => Object.fromEntries(entries));
    case "object":
      return ofProperties(node.properties, new Set(node.required), depth);
    default:
      return node satisfies never;
  }
};

/** All that is required and a few of the others: whole objects would be huge. */
const ofProperties = (
  properties: ReadonlyMap<string, SchemaNode>,
  required: ReadonlySet<string>,
  depth: number,
): fc.Arbitrary<Json> => {
  const optional = [...properties.keys()].filter((name) => !required.has(name));
  return fc.subarray(optional, { maxLength: Math.min(4, optional.length) }).chain((chosen) => {
    const names = [...properties.keys()].filter((name) => required.has(name) || chosen.includes(name));
    return fc
      .tuple(...names.map((name) => ofSchema(properties.get(name) ?? { type: "any" }, depth + 1)))
      .map((values) => Object.fromEntries(names.map((name, index) => [name, values[index] ?? null])));
  });
};
