import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listOf,
  mapOf,
  namedType,
  nullType,
  stringType,
  timestampType,
  typeOf,
  uintType,
} from "#engine/cel/types/cel-type.ts";
import type { CelType } from "#engine/cel/types/cel-type.ts";
import { typeText } from "#engine/cel/types/type-text.ts";
import { messageField, messageFields, textField } from "./textproto.ts";
import type { TextMessage } from "./textproto.ts";

const primitives: Readonly<Record<string, CelType>> = {
  BOOL: boolType,
  BYTES: bytesType,
  DOUBLE: doubleType,
  INT64: intType,
  STRING: stringType,
  UINT64: uintType,
};

const wellKnown: Readonly<Record<string, CelType>> = {
  ANY: dynType,
  DURATION: durationType,
  TIMESTAMP: timestampType,
};

/** The type that a `cel.expr.Type` stands for. Wrappers, which null is a value of, are `dyn`. */
export function decodeType(message: TextMessage): CelType {
  const primitive =
    primitives[textField(message, "primitive")] ?? wellKnown[textField(message, "well_known")];
  if (primitive !== undefined) return primitive;
  if (message.fields.has("null")) return nullType;
  const list = messageField(message, "list_type");
  if (list !== undefined) return listOf(inner(list, "elem_type"));
  const map = messageField(message, "map_type");
  if (map !== undefined) return mapOf(inner(map, "key_type"), inner(map, "value_type"));
  const type = messageField(message, "type");
  if (type !== undefined) return typeOf(decodeType(type));
  const abstract = messageField(message, "abstract_type");
  if (abstract !== undefined) {
    const parameters = messageFields(abstract, "parameter_types").map(decodeType);
    return { name: textField(abstract, "name"), parameters, isParameter: false };
  }
  const named = textField(message, "message_type");
  if (named !== "") return namedType(named);
  const parameter = textField(message, "type_param");
  return parameter === "" ? dynType : { name: parameter, parameters: [], isParameter: true };
}

function inner(message: TextMessage, field: string): CelType {
  const type = messageField(message, field);
  return type === undefined ? dynType : decodeType(type);
}

/** The signatures of a function that a test declares, in the form of the libraries. */
export function declaredSignatures(name: string, declaration: TextMessage): readonly string[] {
  return messageFields(declaration, "overloads").map((overload) => {
    const parameters = messageFields(overload, "params").map((type) => typeText(decodeType(type)));
    return `${name}(${parameters.join(", ")}): ${typeText(inner(overload, "result_type"))}`;
  });
}

/** True where the text of a type has a wrapper in it, whose nullability is not told apart from `dyn` here. */
export function hasWrapper(message: TextMessage): boolean {
  return (
    message.fields.has("wrapper") ||
    Array.from(message.fields.values())
      .flat()
      .some((value) => value.kind === "message" && hasWrapper(value.message))
  );
}
