import type { MessageType } from "#engine/cel/compile/environment.ts";
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
  stringType,
  timestampType,
  uintType,
} from "#engine/cel/types/cel-type.ts";
import type { CelType } from "#engine/cel/types/cel-type.ts";
import { Uint } from "#engine/cel/values/cel-value.ts";
import type { CelValue } from "#engine/cel/values/cel-value.ts";
import { doubleOf } from "#engine/cel/values/numbers.ts";
import { Bytes, StructValue } from "#engine/cel/values/objects.ts";

/** As much of protocol buffers as the tests of the language itself use: policies never see them. */

const noBytes = new Bytes(new Uint8Array());

const wrappers: Readonly<Record<string, CelValue>> = {
  BoolValue: false,
  BytesValue: noBytes,
  DoubleValue: doubleOf(0),
  FloatValue: doubleOf(0),
  Int32Value: 0,
  Int64Value: 0,
  StringValue: "",
  UInt32Value: new Uint(0n),
  UInt64Value: new Uint(0n),
  Value: null,
};

const wrapperPrefix = "google.protobuf.";

const wrapperMessage: MessageType = {
  isNamed: (name) =>
    name.startsWith(wrapperPrefix) && Object.hasOwn(wrappers, name.slice(wrapperPrefix.length)),
  build: (name, fields) => fields.get("value") ?? wrappers[name.slice(wrapperPrefix.length)] ?? null,
  resultType: () => dynType,
};

const testMessageName = /^cel\.expr\.conformance\.proto[23]\.(?:Nested)?TestAllTypes(?:\.NestedMessage)?$/;

function defaultOf(typeName: string): (field: string) => CelValue | undefined {
  const sibling = (name: string): CelValue => message(typeName.replace(/\w+$/, name), new Map());
  return (field) => {
    if (field === "child") return sibling("NestedTestAllTypes");
    if (field === "payload") return sibling("TestAllTypes");
    if (field.endsWith("_wrapper")) return null;
    if (field.startsWith("repeated_")) return [];
    if (field.startsWith("map_")) return {};
    if (/u?int(?:32|64)$/.test(field)) return field.includes("uint") ? new Uint(0n) : 0;
    return undefined;
  };
}

function message(name: string, fields: ReadonlyMap<string, CelValue>): CelValue {
  return new StructValue(name, fields, defaultOf(name));
}

/** Types of fields by the words in their names. */
const fieldTypes: readonly (readonly [RegExp, CelType])[] = [
  [/wrapper$|value$|any$/, dynType],
  [/enum$/, intType],
  [/(?:^|_)(?:uint|fixed)(?:32|64)$/, uintType],
  [/(?:32|64)$|^bb$/, intType],
  [/(?:float|double)$/, doubleType],
  [/bool$/, boolType],
  [/string$/, stringType],
  [/bytes$/, bytesType],
  [/duration$/, durationType],
  [/timestamp$/, timestampType],
];

function fieldType(name: string, field: string): CelType {
  const scalar = (text: string): CelType => {
    if (text.endsWith("nested_message")) return namedType(`${name}.NestedMessage`);
    return fieldTypes.find(([pattern]) => pattern.test(text))?.[1] ?? dynType;
  };
  if (field.startsWith("repeated_")) return listOf(scalar(field));
  const [, key = "", value = ""] = /^map_([a-z0-9]+)_(\w+)$/.exec(field) ?? [];
  return key === "" ? scalar(field) : mapOf(scalar(key), scalar(value));
}

export const testMessages: readonly MessageType[] = [
  wrapperMessage,
  { isNamed: (name) => testMessageName.test(name), build: message, fieldType },
];
