import { isList, isObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import type { ObjectType } from "./object-type.ts";

/**
 * The paths of the lists, maps and structs of a value that are one value each. Setting one of them would take away what
 * the object has there, so the API server refuses a patch that does. Only declared fields are looked into, as there: what
 * has no schema is never refused. The value has been checked against the type.
 */
export function atomicParts(value: Json, type: ObjectType, path = ""): readonly string[] {
  if (isObject(value) && type.map !== undefined) {
    const { fields, atomic } = type.map;
    const inner = Object.entries(value).flatMap(([field, part]) => {
      const declared = fields.get(field);
      return declared === undefined ? [] : atomicParts(part, declared.type(), `${path}.${field}`);
    });
    return atomic ? [path, ...inner] : inner;
  }
  if (isList(value) && type.list !== undefined) {
    const { element, relation } = type.list;
    const inner = value.flatMap((part, index) => atomicParts(part, element(), `${path}[${index}]`));
    return relation === "atomic" ? [path, ...inner] : inner;
  }
  return [];
}
