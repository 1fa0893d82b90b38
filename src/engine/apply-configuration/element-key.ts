import { Float, isList, isObject, own } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { nullOfExpression } from "./object-type.ts";
import type { ListType } from "./object-type.ts";

/** What tells an element of a list apart, or why nothing does. */
export type ElementKey =
  | { readonly kind: "key"; readonly identity: string; readonly text: string }
  | { readonly kind: "problem"; readonly message: string };

type KeyValue = readonly [name: string, value: Json];

/** The key of an element of a list that is no single value; the texts are those of Kubernetes' structured merge. */
export function elementKeyOf(list: ListType, element: Json): ElementKey {
  return typeof list.relation === "object"
    ? keyOfFields(list, list.relation.keys, element)
    : keyOfValue(element);
}

function keyOfFields(list: ListType, keys: readonly string[], element: Json): ElementKey {
  if (element === null) return problem("associative list with keys may not have a null element");
  if (!isObject(element)) return problem("associative list with keys may not have non-map elements");
  const values = keys.flatMap((name): readonly KeyValue[] => {
    const value = own(element, name) ?? list.element().map?.fields.get(name)?.default;
    return value === undefined ? [] : [[name, value]];
  });
  if (values.length === 0 && keys.length > 0) {
    const names = keys.map((name) => JSON.stringify(name)).join(" ");
    return problem(
      `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    );
  }
  const sorted = values.toSorted(([left], [right]) => (left < right ? -1 : 1));
  return {
    kind: "key",
    identity: JSON.stringify(sorted.map(([name, value]) => [name, identityOf(value)])),
    text: `[${sorted.map(([name, value]) => `${name}=${valueText(value)}`).join(",")}]`,
  };
}

function keyOfValue(element: Json): ElementKey {
  if (element === null)
    return problem("associative list without keys has an element that's an explicit null");
  if (isObject(element)) return problem("associative list without keys has an element that's a map type");
  if (isList(element)) return problem("not supported: associative list with lists as elements");
  return { kind: "key", identity: identityOf(element), text: `[=${valueText(element)}]` };
}

function problem(message: string): ElementKey {
  return { kind: "problem", message };
}

/** Equal for equal values; whole numbers are equal whatever their type. */
function identityOf(value: Json): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? `n${inner}` : inner));
}

/** A value within a path. */
function valueText(value: Json): string {
  if (value === null) return "null";
  if (value === nullOfExpression) return "{{undefined}}";
  if (value instanceof Float) return String(value.value);
  if (isList(value)) return `[${value.map(valueText).join(",")}]`;
  if (isObject(value)) {
    return Object.entries(value)
      .map(([key, inner]) => `${key}=${valueText(inner)}`)
      .join("");
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
