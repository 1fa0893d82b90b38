import { isList, isObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { memberPath } from "./document-path.ts";
import { scanVariables } from "./variable-scan.ts";

/** A variable of a document and where it stands. */
export interface VariableUse {
  readonly expression: string;
  readonly path: string;
}

/** What stands in an outer expression for a variable inside of it. */
const placeholder = "nested";
const maxRounds = 64;

/**
 * All variables of a document, those of keys included, in order. Of nested variables the inner ones come first; in the
 * outer expression a name stands for them.
 */
export function listVariables(document: Json): readonly VariableUse[] {
  const uses: VariableUse[] = [];
  collect(document, "", uses);
  return uses;
}

function collect(node: Json, path: string, uses: VariableUse[]): void {
  if (typeof node === "string") collectText(node, path, uses);
  else if (isList(node)) {
    for (const [index, item] of node.entries()) collect(item, `${path}/${index}`, uses);
  } else if (isObject(node)) {
    for (const [key, value] of Object.entries(node)) {
      collectText(key, path, uses);
      collect(value, memberPath(path, key), uses);
    }
  }
}

function collectText(text: string, path: string, uses: VariableUse[]): void {
  let current = text;
  for (let round = 0; round < maxRounds && current.includes("{{"); round += 1) {
    const variables = scanVariables(current);
    if (variables.length === 0) return;
    let next = "";
    let from = 0;
    for (const { start, end, expression } of variables) {
      uses.push({ expression, path });
      next += current.slice(from, start) + placeholder;
      from = end;
    }
    current = next + current.slice(from);
  }
}
