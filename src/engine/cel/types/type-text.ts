import type { CelType } from "./cel-type.ts";

const shortNames: ReadonlyMap<string, string> = new Map([
  ["google.protobuf.Timestamp", "timestamp"],
  ["google.protobuf.Duration", "duration"],
  ["null_type", "null"],
]);

/** A type as messages of compilation show it: `map(string, list(int))`, `timestamp`. */
export function typeText({ name, parameters }: CelType): string {
  const shown = shortNames.get(name) ?? name;
  return parameters.length === 0 ? shown : `${shown}(${parameters.map(typeText).join(", ")})`;
}

/** The arguments of a call as messages show them: `(int, string)`, `list(int).(string)` for a method. */
export function argumentsText(types: readonly CelType[], isMethod: boolean): string {
  const [receiver, ...rest] = types;
  if (isMethod && receiver !== undefined) return `${typeText(receiver)}.${argumentsText(rest, false)}`;
  return `(${types.map(typeText).join(", ")})`;
}
