import { utf8Text } from "../utf8.ts";
import type { Json } from "../../values/json.ts";
import { children, malformed, objectIdentifier, tags } from "./der.ts";
import type { DerNode } from "./der.ts";

/** The lists of a distinguished name by the last number of their attribute (2.5.4.n). */
const lists: readonly (readonly [name: string, attribute: number])[] = [
  ["Country", 6],
  ["Organization", 10],
  ["OrganizationalUnit", 11],
  ["Locality", 7],
  ["Province", 8],
  ["StreetAddress", 9],
  ["PostalCode", 17],
];

/** A distinguished name in the form of Go's `pkix.Name`. */
export function distinguishedName(node: DerNode | undefined, what: string): Json {
  const names = children(node, tags.sequence, what)
    .flatMap((set) => children(set, tags.set, what))
    .map((pair) => {
      const [type, value] = children(pair, tags.sequence, what);
      return { type: objectIdentifier(type, what), value: stringValue(value, what) };
    });
  const valuesOf = (attribute: number): readonly string[] =>
    names.filter(({ type }) => type.join(".") === `2.5.4.${attribute}`).map(({ value }) => value);
  return {
    ...Object.fromEntries(lists.map(([name, attribute]) => [name, orNull(valuesOf(attribute))])),
    SerialNumber: valuesOf(5).at(-1) ?? "",
    CommonName: valuesOf(3).at(-1) ?? "",
    Names: orNull(names.map(({ type, value }) => ({ Type: type, Value: value }))),
    ExtraNames: null,
  };
}

/** Go writes an empty list that was never filled as null. */
export function orNull(list: readonly Json[]): Json {
  return list.length === 0 ? null : list;
}

function stringValue(node: DerNode | undefined, what: string): string {
  if (node === undefined) throw malformed(what);
  if (node.tag !== tags.bmpString) return utf8Text(node.content);
  let text = "";
  for (let at = 0; at + 1 < node.content.length; at += 2) {
    text += String.fromCharCode(((node.content[at] ?? 0) << 8) | (node.content[at + 1] ?? 0));
  }
  return text;
}
