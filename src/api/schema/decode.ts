import { holdsConstraint } from "./constraint.ts";
import { childPath, formatPath, isRecord } from "./path.ts";
import type { Path } from "./path.ts";
import type { ArrayNode, MapNode, NumberNode, ObjectNode, Schema, SchemaNode, StringNode } from "./schema.ts";

/** One thing that is wrong with a document: where, and what. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** The decoded value, or why it is none. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const maxProblems = 50;
const maxQuotedLength = 80;
const dateTime = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Judges foreign JSON by a schema and gives it back typed. It refuses what the API server refuses for the
 * same schema (types, required fields, enums, bounds, constraints), never throws on a JSON value and never
 * looks below free-form JSON. Unknown fields stay. A null where null is no value means "absent", as when Go
 * reads it. Nothing is copied except objects on the way to such a null.
 */
export function decode<T>(schema: Schema<T>, value: unknown): Decoded<T> {
  const decoder = new Decoder();
  const decoded = decoder.decode(schema.node, value, undefined);
  if (decoder.problems.length > 0) {
    return { ok: false, problems: decoder.problems };
  }
  return { ok: true, value: decoded as T };
}

class Decoder {
  readonly problems: Problem[] = [];

  decode(node: SchemaNode, value: unknown, path: Path | undefined): unknown {
    const before = this.problems.length;
    const decoded = this.#decodeType(node, value, path);
    if (this.problems.length === before && value !== null) {
      for (const rule of node.rules ?? []) {
        if (!rule.holds(decoded)) {
          this.#report(path, rule.message);
        }
      }
    }
    return decoded;
  }

  #decodeType(node: SchemaNode, value: unknown, path: Path | undefined): unknown {
    if (value === null && node.nullable === true) {
      return value;
    }
    switch (node.type) {
      case "any":
        return value;
      case "boolean":
        return typeof value === "boolean" ? value : this.#wrongType(path, "a boolean", value);
      case "string":
        return typeof value === "string"
          ? this.#checkString(node, value, path)
          : this.#wrongType(path, "a string", value);
      case "integer":
      case "number":
        return this.#decodeNumber(node, value, path);
      case "intOrString":
        return typeof value === "string" || (typeof value === "number" && Number.isInteger(value))
          ? value
          : this.#wrongType(path, "an integer or a string", value);
      case "array":
        return Array.isArray(value)
          ? this.#decodeArray(node, value, path)
          : this.#wrongType(path, "a list", value);
      case "map":
        return isRecord(value)
          ? this.#decodeMap(node, value, path)
          : this.#wrongType(path, "an object", value);
      case "object":
        break;
    }
    return isRecord(value)
      ? this.#decodeObject(node, value, path)
      : this.#wrongType(path, "an object", value);
  }

  #checkString(node: StringNode, value: string, path: Path | undefined): string {
    if (node.enum !== undefined && !node.enum.includes(value)) {
      this.#report(
        path,
        `Unsupported value: ${quote(value)}: supported values: ${node.enum.map(quote).join(", ")}`,
      );
    }
    if (node.minLength !== undefined && value.length < node.minLength) {
      this.#report(path, `should be at least ${node.minLength} chars long`);
    }
    if (node.maxLength !== undefined && codePoints(value) > node.maxLength) {
      this.#report(path, `may not be more than ${node.maxLength} chars long`);
    }
    if (node.pattern !== undefined && !new RegExp(node.pattern, "u").test(value)) {
      this.#report(path, `${quote(value)} should match '${node.pattern}'`);
    }
    if (node.format === "date-time" && !dateTime.test(value)) {
      this.#report(path, `${quote(value)} is no RFC 3339 time`);
    }
    return value;
  }

  #decodeNumber(node: NumberNode, value: unknown, path: Path | undefined): unknown {
    const number = typeof value === "bigint" ? Number(value) : value;
    if (typeof number !== "number" || !Number.isFinite(number)) {
      return this.#wrongType(path, node.type === "integer" ? "an integer" : "a number", value);
    }
    if (node.type === "integer" && !Number.isInteger(number)) {
      return this.#wrongType(path, "an integer", value);
    }
    const limit = node.format === "int32" ? 2 ** 31 : 2 ** 63;
    const minimum = node.minimum ?? (node.type === "integer" ? -limit : -Infinity);
    const maximum = node.maximum ?? (node.type === "integer" ? limit - 1 : Infinity);
    if (number < minimum) {
      this.#report(path, `should be greater than or equal to ${minimum}`);
    }
    if (number > maximum) {
      this.#report(path, `should be less than or equal to ${maximum}`);
    }
    return number;
  }

  #decodeArray(node: ArrayNode, value: readonly unknown[], path: Path | undefined): readonly unknown[] {
    if (node.minItems !== undefined && value.length < node.minItems) {
      this.#report(path, `should have at least ${node.minItems} items`);
    }
    if (node.maxItems !== undefined && value.length > node.maxItems) {
      this.#report(path, `should have at most ${node.maxItems} items`);
      return value;
    }
    let copy: unknown[] | undefined;
    for (let index = 0; index < value.length && !this.#full(); index++) {
      const decoded = this.decode(node.items, value[index], childPath(path, index));
      if (decoded !== value[index]) {
        copy ??= [...value];
        copy[index] = decoded;
      }
    }
    this.#checkListKeys(node, copy ?? value, path);
    return copy ?? value;
  }

  #checkListKeys(node: ArrayNode, value: readonly unknown[], path: Path | undefined): void {
    const keys = listKeys(node);
    if (keys === undefined || this.#full()) {
      return;
    }
    const seen = new Set<string>();
    value.forEach((item, index) => {
      const key = keys(item);
      if (seen.has(key)) {
        this.#report(childPath(path, index), `Duplicate value: ${quote(key)}`);
      }
      seen.add(key);
    });
  }

  #decodeMap(node: MapNode, value: Readonly<Record<string, unknown>>, path: Path | undefined): unknown {
    const changed = new Map<string, unknown>();
    for (const key of Object.keys(value)) {
      if (this.#full()) {
        break;
      }
      const decoded = this.decode(node.values, value[key], childPath(path, key));
      if (decoded !== value[key]) {
        changed.set(key, decoded);
      }
    }
    return withChanges(value, changed);
  }

  #decodeObject(node: ObjectNode, value: Readonly<Record<string, unknown>>, path: Path | undefined): unknown {
    for (const name of node.required) {
      if (!Object.hasOwn(value, name) || isAbsent(node.properties.get(name), value[name])) {
        this.#report(childPath(path, name), "Required value");
      }
    }
    const changed = new Map<string, unknown>();
    for (const [name, property] of node.properties) {
      if (!Object.hasOwn(value, name) || this.#full()) {
        continue;
      }
      const child = value[name];
      const decoded = isAbsent(property, child)
        ? undefined
        : this.decode(property, child, childPath(path, name));
      if (decoded !== child) {
        changed.set(name, decoded);
      }
    }
    const decoded = withChanges(value, changed);
    if (node.constraint !== undefined && !holdsConstraint(node.constraint, decoded)) {
      this.#report(path, describeConstraint(node));
    }
    return decoded;
  }

  #wrongType(path: Path | undefined, expected: string, value: unknown): unknown {
    this.#report(path, `must be ${expected}, not ${describeType(value)}`);
    return value;
  }

  #full(): boolean {
    return this.problems.length >= maxProblems;
  }

  #report(path: Path | undefined, message: string): void {
    if (!this.#full()) {
      this.problems.push({ path: formatPath(path), message });
    }
  }
}

function isAbsent(node: SchemaNode | undefined, value: unknown): boolean {
  return value === undefined || (value === null && node?.nullable !== true && node?.type !== "any");
}

/** The object itself when nothing changed; undefined as a change takes the key away. */
function withChanges(
  value: Readonly<Record<string, unknown>>,
  changed: ReadonlyMap<string, unknown>,
): Readonly<Record<string, unknown>> {
  if (changed.size === 0) {
    return value;
  }
  // fromEntries defines keys, so that an own `__proto__` stays an ordinary key.
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, child]) => [key, changed.has(key) ? changed.get(key) : child] as const)
      .filter(([, child]) => child !== undefined),
  );
}

/** How items of a keyed list are told apart; items with equal texts are duplicates. */
function listKeys(node: ArrayNode): ((item: unknown) => string) | undefined {
  const keys = node.listMapKeys;
  if (node.listType === "map" && keys !== undefined) {
    return (item) => keys.map((key) => formatScalar(ownValue(item, key))).join("\n");
  }
  return node.listType === "set" ? formatScalar : undefined;
}

function ownValue(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function describeConstraint(node: ObjectNode): string {
  const alternatives = (node.constraint?.oneOf ?? node.constraint?.anyOf ?? [])
    .map((one) => one.required?.join(" and "))
    .filter((names) => names !== undefined);
  return alternatives.length === 0
    ? "fields that exclude each other are set together"
    : `exactly one of ${alternatives.join(", ")} must be set`;
}

function describeType(value: unknown): string {
  if (value === null || value === undefined) {
    return "null";
  }
  if (Array.isArray(value)) {
    return "a list";
  }
  return typeof value === "object" ? "an object" : `the ${typeof value} ${quote(formatScalar(value))}`;
}

function formatScalar(value: unknown): string {
  return typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "bigint" ||
    typeof value === "boolean"
    ? String(value)
    : typeof value;
}

function codePoints(text: string): number {
  return Array.from(text).length;
}

function quote(text: string): string {
  return JSON.stringify(text.length > maxQuotedLength ? `${text.slice(0, maxQuotedLength)}…` : text);
}
