import type { QueryEnvironment } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import { Float, isList } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { compareText } from "../values/go-format.ts";

/**
 * A value as compact JSON in the form of Go's encoder: keys sorted, `<`, `>` and `&` escaped, integral floats without
 * a fraction. Throws a `QueryError` for numbers that JSON cannot hold, `BudgetExceeded` past the limits.
 */
export function jsonText(value: Json, environment: QueryEnvironment): string {
  const parts: string[] = [];
  write(value, { parts, length: 0, environment }, 0);
  return parts.join("");
}

interface Writer {
  readonly parts: string[];
  length: number;
  readonly environment: QueryEnvironment;
}

function emit(writer: Writer, text: string): void {
  writer.length += text.length;
  writer.environment.budget.text(writer.length);
  writer.parts.push(text);
}

function write(value: Json, writer: Writer, depth: number): void {
  const { budget } = writer.environment;
  budget.step();
  if (typeof value === "string") {
    emit(writer, quoted(value));
  } else if (typeof value === "number") {
    emit(writer, numberText(value));
  } else if (value === null || typeof value !== "object") {
    emit(writer, String(value));
  } else if (value instanceof Float) {
    emit(writer, numberText(value.value));
  } else {
    budget.enter(depth);
    if (isList(value)) writeList(value, writer, depth);
    else writeObject(value, writer, depth);
  }
}

function writeList(list: readonly Json[], writer: Writer, depth: number): void {
  emit(writer, "[");
  for (const [index, item] of list.entries()) {
    if (index > 0) emit(writer, ",");
    write(item, writer, depth + 1);
  }
  emit(writer, "]");
}

function writeObject(object: { readonly [key: string]: Json }, writer: Writer, depth: number): void {
  emit(writer, "{");
  const keys = Object.keys(object).sort(compareText);
  for (const [index, key] of keys.entries()) {
    emit(writer, `${index > 0 ? "," : ""}${quoted(key)}:`);
    write(object[key] ?? null, writer, depth + 1);
  }
  emit(writer, "}");
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) {
    const shown = Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    throw new QueryError("failed", `json: unsupported value: ${shown}`);
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

const special = /[<>&\u2028\u2029]/g;

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    special,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
