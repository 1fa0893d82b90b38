import type { MessageType } from "#engine/cel/compile/environment.ts";
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
};

const testMessageName = /^cel\.expr\.conformance\.proto[23]\.(?:Nested)?TestAllTypes$/;

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

export const testMessages: readonly MessageType[] = [
  wrapperMessage,
  { isNamed: (name) => testMessageName.test(name), build: message },
];
