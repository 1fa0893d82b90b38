import { badRequest, unsupportedMediaType } from "../errors/api-failure.ts";
import { setField } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";
import { parseJson } from "../json/parse-json.ts";
import type { TypeSchema } from "../schema/type-schema.ts";
import { readProtoFields } from "./proto-fields.ts";
import type { ProtoField } from "./proto-fields.ts";

/** The media type in which kubectl's typed clients write built-in kinds. */
export const protobufType = "application/vnd.kubernetes.protobuf";

const magic = Buffer.from("k8s\0", "latin1");

/**
 * Reads an object in the API's protobuf form: four magic bytes, then an envelope with apiVersion, kind and the message.
 * `schemaOf` finds the type of a kind.
 */
export function decodeProtobuf(
  body: Buffer,
  schemaOf: (apiVersion: string, kind: string) => TypeSchema | undefined,
): JsonObject {
  if (!body.subarray(0, 4).equals(magic))
    throw badRequest("the body does not start as protobuf of the API does");
  const envelope = readProtoFields(body.subarray(4));
  const typeMeta = readProtoFields(bytesOf(envelope, 1));
  const apiVersion = bytesOf(typeMeta, 1).toString("utf8");
  const kind = bytesOf(typeMeta, 2).toString("utf8");
  const schema = schemaOf(apiVersion, kind);
  if (schema === undefined) throw unsupportedMediaType(["application/json", "application/yaml"]);
  return { apiVersion, kind, ...decodeMessage(bytesOf(envelope, 2), schema) };
}

function bytesOf(fields: readonly ProtoField[], number: number): Buffer {
  const found = fields.findLast((field) => field.number === number);
  return Buffer.isBuffer(found?.value) ? found.value : Buffer.alloc(0);
}

interface Slot {
  readonly name: string;
  readonly schema: TypeSchema;
}

/** Fields of a type by number; under a number that embeds a message, the fields of that message. */
type Slots = ReadonlyMap<number, Slot | ReadonlyMap<number, Slot>>;

const slotsByType = new WeakMap<ReadonlyMap<string, TypeSchema>, Slots>();

function slotsOf(properties: ReadonlyMap<string, TypeSchema>): Slots {
  const known = slotsByType.get(properties);
  if (known !== undefined) return known;
  const slots = new Map<number, Slot | Map<number, Slot>>();
  for (const [name, schema] of properties) {
    const [first, second] = schema.protoPath ?? [];
    if (first === undefined) continue;
    if (second === undefined) slots.set(first, { name, schema });
    else {
      const inner = slots.get(first);
      const embedded = inner instanceof Map ? inner : new Map<number, Slot>();
      slots.set(first, embedded.set(second, { name, schema }));
    }
  }
  slotsByType.set(properties, slots);
  return slots;
}

function decodeMessage(bytes: Buffer, schema: TypeSchema): Draft {
  const result: Draft = {};
  fill(result, bytes, slotsOf(schema.properties ?? new Map()));
  return result;
}

function fill(result: Draft, bytes: Buffer, slots: Slots): void {
  for (const field of readProtoFields(bytes)) {
    const slot = slots.get(field.number);
    if (slot === undefined) continue;
    if (slot instanceof Map) {
      if (Buffer.isBuffer(field.value)) fill(result, field.value, slot);
    } else addField(result, slot as Slot, field);
  }
}

function addField(result: Draft, { name, schema }: Slot, { value }: ProtoField): void {
  if (schema.type === "array") {
    const list = result[name];
    const item = decodeValue(value, schema.items ?? schema);
    result[name] = Array.isArray(list) ? [...(list as unknown[]), item] : [item];
  } else if (schema.values !== undefined && Buffer.isBuffer(value)) {
    const entry = readProtoFields(value);
    const map = (result[name] ??= {}) as Draft;
    const found = entry.find(({ number }) => number === 2)?.value ?? Buffer.alloc(0);
    setField(map, bytesOf(entry, 1).toString("utf8"), decodeValue(found, schema.values));
  } else {
    const decoded = decodeValue(value, schema);
    if (decoded !== undefined) result[name] = decoded;
  }
}

function decodeValue(value: Buffer | bigint, schema: TypeSchema): unknown {
  if (typeof value === "bigint") {
    if (schema.type === "boolean") return value !== 0n;
    const signed = BigInt.asIntN(64, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : JSON.rawJSON(signed.toString());
  }
  if (schema.intOrString === true) {
    const fields = readProtoFields(value);
    const isText = fields.some((field) => field.number === 1 && field.value === 1n);
    if (isText) return bytesOf(fields, 3).toString("utf8");
    const number = fields.find((field) => field.number === 2)?.value;
    return typeof number === "bigint" ? Number(BigInt.asIntN(32, number)) : 0;
  }
  switch (schema.type) {
    case "any": {
      const raw = bytesOf(readProtoFields(value), 1);
      return raw.length === 0 ? undefined : parseJson(raw.toString("utf8"));
    }
    case "object":
      return decodeMessage(value, schema);
    case "array":
      // A list as the value of a map is a message of its own.
      return readProtoFields(value).map((field) => decodeValue(field.value, schema.items ?? schema));
    case "number":
      return value.length === 8 ? value.readDoubleLE(0) : 0;
    default:
      return decodeText(value, schema.format);
  }
}

function decodeText(value: Buffer, format: string | undefined): string | undefined {
  switch (format) {
    case "quantity":
      return bytesOf(readProtoFields(value), 1).toString("utf8");
    case "byte":
      return value.toString("base64");
    case "date-time":
    case "micro-time":
      return decodeTime(value, format);
    default:
      return value.toString("utf8");
  }
}

/** An empty message is no time at all. */
function decodeTime(value: Buffer, format: string): string | undefined {
  const fields = readProtoFields(value);
  const seconds = fields.find((field) => field.number === 1)?.value;
  if (typeof seconds !== "bigint") return undefined;
  const nanos = fields.find((field) => field.number === 2)?.value;
  const whole = new Date(Number(BigInt.asIntN(64, seconds)) * 1000).toISOString().slice(0, 19);
  if (format === "date-time") return `${whole}Z`;
  const micros = typeof nanos === "bigint" ? Number(nanos / 1000n) : 0;
  return `${whole}.${String(micros).padStart(6, "0")}Z`;
}
