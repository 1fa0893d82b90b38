import { isListValue } from "../cel/values/cel-value.ts";
import type { CelValue } from "../cel/values/cel-value.ts";
import { isMapValue, mapEntries } from "../cel/values/map-access.ts";
import { StructValue } from "../cel/values/objects.ts";

/**
 * What is wrong with the names of the literals of an apply configuration: each must be named after the fields that lead to
 * it, so that a field in the wrong place does not go unnoticed. Lists and maps on the way do not count. The texts are the
 * API server's.
 */
export function structNameProblems(value: CelValue): readonly string[] {
  return value instanceof StructValue ? problemsOf(value, value.typeName) : [];
}

function problemsOf(value: CelValue, expected: string): readonly string[] {
  if (value instanceof StructValue) {
    const own =
      value.typeName === expected
        ? []
        : [
            `unexpected type name ${JSON.stringify(value.typeName)}, expected ${JSON.stringify(expected)}, which matches field name path from root Object type`,
          ];
    return [
      ...own,
      ...[...value.fields].flatMap(([field, inner]) => problemsOf(inner, `${expected}.${field}`)),
    ];
  }
  if (isListValue(value)) return value.flatMap((item) => problemsOf(item, expected));
  if (isMapValue(value)) return [...mapEntries(value)].flatMap(([, item]) => problemsOf(item, expected));
  return [];
}
