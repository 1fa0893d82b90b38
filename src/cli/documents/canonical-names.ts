import { isRecord } from "#api/schema/path.ts";
import type { SchemaNode } from "#api/schema/schema.ts";

/**
 * The value with the names of fields spelt as the schema has them: Kyverno's command line reads the names in its own
 * files without regard to case. Names that the schema does not know stay.
 */
export function withCanonicalNames(node: SchemaNode, value: unknown): unknown {
  switch (node.type) {
    case "object":
      if (!isRecord(value)) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => {
          const name = node.properties.has(key) ? key : canonicalName(node.properties.keys(), key);
          const property = node.properties.get(name);
          return [name, property === undefined ? item : withCanonicalNames(property, item)] as const;
        }),
      );
    case "array":
      if (!Array.isArray(value)) return value;
      return (value as readonly unknown[]).map((item) => withCanonicalNames(node.items, item));
    case "map":
    case "any":
    case "boolean":
    case "integer":
    case "intOrString":
    case "number":
    case "string":
      return value;
    default:
      return node satisfies never;
  }
}

function canonicalName(names: Iterable<string>, key: string): string {
  const lower = key.toLowerCase();
  return [...names].find((name) => name.toLowerCase() === lower) ?? key;
}
