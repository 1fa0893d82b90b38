import { isList, isObject } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import { PatchError } from "../patch-error.ts";

type NodeKind = "MappingNode" | "SequenceNode" | "ScalarNode";

/** What a value is to a merge; null is of every kind. */
export function nodeKind(value: Json): NodeKind {
  if (isObject(value)) return "MappingNode";
  return isList(value) ? "SequenceNode" : "ScalarNode";
}

const maxShownLength = 200;

/** The error for a value that is of another kind than what it is to be merged with. */
export function wrongKind(expected: NodeKind, value: Json): PatchError {
  const contents = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "bigint" ? String(item) : item,
  );
  const shown = contents.length > maxShownLength ? `${contents.slice(0, maxShownLength)}…` : contents;
  return new PatchError(
    `wrong node kind: expected ${expected} but got ${nodeKind(value)}: node contents:\n${shown}\n`,
  );
}
