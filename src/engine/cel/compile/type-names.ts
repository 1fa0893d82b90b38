import { namedType, typeOf } from "../types/cel-type.ts";
import type { CelType } from "../types/cel-type.ts";
import type { CelEnvironment } from "./environment.ts";

const typeNames: ReadonlySet<string> = new Set([
  "bool",
  "bytes",
  "double",
  "int",
  "list",
  "map",
  "null_type",
  "optional_type",
  "string",
  "type",
  "uint",
  "google.protobuf.Timestamp",
  "google.protobuf.Duration",
]);

/** True for a name that stands for a type where an expression mentions it. */
export function isTypeName(name: string, { messages }: CelEnvironment): boolean {
  return typeNames.has(name) || messages.some(({ isNamed }) => isNamed(name));
}

/** The type that the name of a type has as a value; undefined for a name that is none. */
export function typeValueType(name: string, environment: CelEnvironment): CelType | undefined {
  return isTypeName(name, environment) ? typeOf(namedType(name)) : undefined;
}
