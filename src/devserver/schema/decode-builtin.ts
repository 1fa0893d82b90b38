import { badRequest } from "../errors/api-failure.ts";
import { copyJson, isObject, setField } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";
import { canonicalQuantity } from "./quantity.ts";
import { fieldSchema } from "./type-schema.ts";
import type { TypeSchema } from "./type-schema.ts";

/** What came of reading an object of a built-in type. */
export interface Decoded {
  readonly object: Draft;
  /** Paths of fields that the type does not have; they are dropped. */
  readonly unknown: readonly string[];
}

interface Reading {
  readonly unknown: string[];
  readonly struct: string;
}

/**
 * Reads an object as the API server reads it into its Go type and writes it again: unknown fields go, nulls and zero
 * values that are the same as absent go, structs and required scalars appear, quantities become canonical. Throws a 400
 * where a value has another type than its field.
 */
export function decodeBuiltin(object: JsonObject, schema: TypeSchema): Decoded {
  const unknown: string[] = [];
  const struct = schema.name?.split(".").at(-1) ?? "";
  return { object: readObject(object, schema, "", { unknown, struct }), unknown };
}

function mismatch(value: unknown, path: string, goType: string, { struct }: Reading): never {
  const found = Array.isArray(value) ? "array" : isObject(value) ? "object" : typeof value;
  const shown = found === "boolean" ? "bool" : found;
  const field = path.replace(/\[\d+\]/g, "");
  throw badRequest(
    `json: cannot unmarshal ${shown} into Go struct field ${struct}.${field} of type ${goType}`,
  );
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function read(value: unknown, schema: TypeSchema, path: string, reading: Reading): unknown {
  if (schema.intOrString === true) {
    if (typeof value === "string" || Number.isInteger(value)) return value;
    return mismatch(value, path, "intstr.IntOrString", reading);
  }
  switch (schema.type) {
    case "any":
      return copyJson(value);
    case "array":
      if (!Array.isArray(value)) return mismatch(value, path, goTypeOf(schema), reading);
      return value.flatMap((item: unknown, i) =>
        item === null && schema.items?.type !== "any"
          ? []
          : [read(item, schema.items ?? schema, `${path}[${i}]`, reading)],
      );
    case "object":
      if (!isObject(value)) return mismatch(value, path, goTypeOf(schema), reading);
      return readObject(value, schema, path, reading);
    case "boolean":
      return typeof value === "boolean" ? value : mismatch(value, path, "bool", reading);
    case "integer":
      if (JSON.isRawJSON(value) || Number.isInteger(value)) return value;
      return mismatch(value, path, schema.format ?? "int64", reading);
    case "number":
      return typeof value === "number" ? value : mismatch(value, path, "float64", reading);
    case "string":
      break;
  }
  return readText(value, schema, path, reading);
}

function readText(value: unknown, schema: TypeSchema, path: string, reading: Reading): unknown {
  if (schema.format === "quantity") {
    if (typeof value !== "string" && typeof value !== "number")
      return mismatch(value, path, "resource.Quantity", reading);
    const canonical = canonicalQuantity(String(value));
    if (canonical !== undefined) return canonical;
    throw badRequest(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  }
  if (typeof value !== "string") return mismatch(value, path, goTypeOf(schema), reading);
  if (schema.format === "date-time" || schema.format === "micro-time") return readTime(value, schema.format);
  if (schema.format === "byte" && !/^[A-Za-z0-9+/]*={0,2}\s*$/.test(value)) {
    throw badRequest("illegal base64 data at input byte 0");
  }
  return value;
}

function readTime(value: string, format: string): string {
  const time = new Date(value);
  if (!/^\d{4}-\d\d-\d\dT/.test(value) || Number.isNaN(time.getTime())) {
    throw badRequest(`parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse it`);
  }
  const seconds = time.toISOString().slice(0, 19);
  if (format === "date-time") return `${seconds}Z`;
  const fraction = /\.(\d+)/.exec(value)?.[1] ?? "";
  return `${seconds}.${fraction.slice(0, 6).padEnd(6, "0")}Z`;
}

function goTypeOf(schema: TypeSchema): string {
  if (schema.type === "array") return `[]${schema.items === undefined ? "" : goTypeOf(schema.items)}`;
  if (schema.name !== undefined) {
    const [home = "", version = "", type = ""] = schema.name.split(".");
    return home === "core" || version === "v1" ? `${version}.${type}` : type;
  }
  if (schema.values !== undefined) return `map[string]${goTypeOf(schema.values)}`;
  return schema.type;
}

function readObject(value: JsonObject, schema: TypeSchema, path: string, reading: Reading): JsonObject {
  const struct = schema.name?.split(".").at(-1) ?? reading.struct;
  const inner = { ...reading, struct };
  const result: Draft = {};
  for (const name of Object.keys(value)) {
    const child = fieldSchema(schema, name);
    if (child === undefined) {
      reading.unknown.push(join(path, name));
      continue;
    }
    const given = value[name];
    if (given === null && schema.properties !== undefined && child.type !== "any") continue;
    if (given === null && schema.values !== undefined && child.type === "string") {
      setField(result, name, "");
      continue;
    }
    const written = read(given, child, join(path, name), inner);
    if (schema.properties === undefined || !isLeftOut(written, child)) setField(result, name, written);
  }
  return schema.properties === undefined ? result : fillIn(result, schema);
}

/** Empty lists and maps, and zero scalars where zero means absent. */
function isLeftOut(value: unknown, schema: TypeSchema): boolean {
  if (schema.dropsZero === true) return value === "" || value === 0 || value === false;
  if (schema.type === "array") return Array.isArray(value) && value.length === 0 && schema.name === undefined;
  return schema.values !== undefined && isObject(value) && Object.keys(value).length === 0;
}

/** What is written even where nobody set it. */
function fillIn(object: Draft, schema: TypeSchema): Draft {
  for (const [name, child] of schema.properties ?? []) {
    if (Object.hasOwn(object, name) || child.default === undefined) continue;
    object[name] = child.properties === undefined ? copyJson(child.default) : fillIn({}, child);
  }
  return object;
}
