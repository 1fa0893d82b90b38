import type { Problem } from "#api/schema/decode.ts";
import { childPath, formatPath, isRecord } from "#api/schema/path.ts";
import type { Path } from "#api/schema/path.ts";
import type { SchemaNode } from "#api/schema/schema.ts";

import { nearestName } from "../documents/nearest-name.ts";

/**
 * Fields that a schema does not know, such as a misspelt one, which the API server would drop or refuse; where a known one
 * is near, the message names it. Free-form JSON is not looked at. The value must have passed the decoder.
 */
export function findUnknownFields(node: SchemaNode, value: unknown): readonly Problem[] {
  const found: Problem[] = [];
  visit(node, value, undefined, found);
  return found;
}

function visit(node: SchemaNode, value: unknown, path: Path | undefined, found: Problem[]): void {
  if (value === null || value === undefined || node.opaque === true) return;
  switch (node.type) {
    case "object":
      if (!isRecord(value)) return;
      for (const [key, item] of Object.entries(value)) {
        const property = node.properties.get(key);
        const at = childPath(path, key);
        if (property !== undefined) visit(property, item, at, found);
        else if (node.preserveUnknownFields !== true) {
          found.push({ path: formatPath(at), message: unknownMessage(key, node.properties.keys()) });
        }
      }
      return;
    case "map":
      if (!isRecord(value)) return;
      for (const [key, item] of Object.entries(value)) visit(node.values, item, childPath(path, key), found);
      return;
    case "array":
      if (!Array.isArray(value)) return;
      for (const [index, item] of (value as readonly unknown[]).entries()) {
        visit(node.items, item, childPath(path, index), found);
      }
      return;
    case "any":
    case "boolean":
    case "integer":
    case "intOrString":
    case "number":
    case "string":
      return;
    default:
      return node satisfies never;
  }
}

function unknownMessage(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? "unknown field" : `unknown field; is ${nearest} meant?`;
}
