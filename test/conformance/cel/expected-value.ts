import type { CelValue } from "#engine/cel/values/cel-value.ts";
import { isListValue, typeNameOf, Uint } from "#engine/cel/values/cel-value.ts";
import { equalValues } from "#engine/cel/values/equality.ts";
import { isMapValue, MapBuilder, mapEntries, mapGet, mapSize } from "#engine/cel/values/map-access.ts";
import { doubleNumber, doubleOf, intOf, isDoubleValue } from "#engine/cel/values/numbers.ts";
import { Bytes, Duration, StructValue, Timestamp, TypeValue } from "#engine/cel/values/objects.ts";
import { messageField, messageFields, textField } from "./textproto.ts";
import type { TextMessage } from "./textproto.ts";

/** The value that a `cel.expr.Value` stands for, or undefined for messages other than well-known ones. */
export function decodeValue(message: TextMessage): CelValue | undefined {
  const [entry] = message.fields;
  if (entry === undefined) return null;
  const [name, [value]] = entry;
  if (value?.kind === "string") {
    const text = new TextDecoder().decode(value.bytes);
    if (name === "bytes_value") return new Bytes(value.bytes);
    return name === "type_value" ? new TypeValue(text) : text;
  }
  if (value?.kind === "word") return decodeWord(name, value.text);
  const inner = value?.message;
  if (inner === undefined) return undefined;
  if (name === "list_value") return decodeAll(messageFields(inner, "values"));
  if (name === "map_value") return decodeMap(messageFields(inner, "entries"));
  return name === "object_value" ? decodeObject(inner) : undefined;
}

function decodeWord(name: string, text: string): CelValue | undefined {
  switch (name) {
    case "bool_value":
      return text === "true";
    case "null_value":
      return null;
    case "int64_value":
      return intOf(
        BigInt(text.startsWith("-") ? 0 : text) - BigInt(text.startsWith("-") ? text.slice(1) : 0),
      );
    case "uint64_value":
      return new Uint(BigInt(text));
    case "double_value":
      return doubleOf(decodeDouble(text));
    default:
      return undefined;
  }
}

function decodeDouble(text: string): number {
  if (/^-?inf(?:inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return Number(text.replace(/f$/, ""));
}

function decodeAll(messages: readonly TextMessage[]): readonly CelValue[] | undefined {
  const values = messages.map(decodeValue);
  return values.some((value) => value === undefined) ? undefined : values.map((value) => value ?? null);
}

function decodeMap(entries: readonly TextMessage[]): CelValue | undefined {
  const map = new MapBuilder();
  for (const entry of entries) {
    const key = decodeValue(messageField(entry, "key") ?? entry);
    const value = decodeValue(messageField(entry, "value") ?? entry);
    if (key === undefined || value === undefined) return undefined;
    map.add(key, value);
  }
  return map.build();
}

function decodeObject(message: TextMessage): CelValue | undefined {
  const [[name, [value]] = ["", []]] = message.fields;
  if (value?.kind !== "message") return undefined;
  const seconds = BigInt(textField(value.message, "seconds") || "0");
  const nanoseconds = seconds * 1_000_000_000n + BigInt(textField(value.message, "nanos") || "0");
  if (name === "type.googleapis.com/google.protobuf.Duration") return new Duration(nanoseconds);
  if (name === "type.googleapis.com/google.protobuf.Timestamp") return new Timestamp(nanoseconds);
  return decodeTestMessage(name.replace(/^.*\//, ""), value.message);
}

/** A message of the tests whose fields are booleans, or undefined for one with others. */
function decodeTestMessage(typeName: string, { fields }: TextMessage): CelValue | undefined {
  const values = new Map<string, CelValue>();
  for (const [field, [value]] of fields) {
    if (value?.kind !== "word" || !/^(?:true|false)$/.test(value.text)) return undefined;
    values.set(field, value.text === "true");
  }
  return new StructValue(typeName, values);
}

/** True where both are of one type and equal; NaN is NaN here. */
export function isSameValue(actual: CelValue, expected: CelValue): boolean {
  if (typeNameOf(actual) !== typeNameOf(expected)) return false;
  if (isDoubleValue(actual) && isDoubleValue(expected)) {
    return Object.is(doubleNumber(actual), doubleNumber(expected)) || equalValues(actual, expected);
  }
  if (isListValue(actual) && isListValue(expected)) {
    return (
      actual.length === expected.length &&
      actual.every((item, index) => isSameValue(item, expected[index] ?? null))
    );
  }
  if (isMapValue(actual) && isMapValue(expected)) {
    if (mapSize(actual) !== mapSize(expected)) return false;
    return Array.from(mapEntries(expected)).every(([key, value]) => {
      const other = mapGet(actual, key);
      return other !== undefined && isSameValue(other, value);
    });
  }
  return equalValues(actual, expected);
}
