import type { Budget } from "../budget.ts";
import { isListValue } from "../cel/values/cel-value.ts";
import type { CelValue } from "../cel/values/cel-value.ts";
import { isMapValue, mapEntries } from "../cel/values/map-access.ts";
import { StructValue } from "../cel/values/objects.ts";

/**
 * What is wrong with the names of the literals of an apply configuration: each must be named after the fields that lead to
 * it, so that a field in the wrong place does not go unnoticed. Lists and maps on the way do not count. The texts are the
 * API server's. Throws `BudgetExceeded`.
 */
export function structNameProblems(value: CelValue, budget: Budget): readonly string[] {
  return value instanceof StructValue ? problemsOf(value, value.typeName, budget, 0) : [];
}

function problemsOf(value: CelValue, expected: string, budget: Budget, depth: number): readonly string[] {
  budget.step();
  budget.enter(depth);
  const within = (part: CelValue, path: string): readonly string[] =>
    problemsOf(part, path, budget, depth + 1);
  if (value instanceof StructValue) {
    const own =
      value.typeName === expected
        ? []
        : [
            `unexpected type name ${JSON.stringify(value.typeName)}, expected ${JSON.stringify(expected)}, which matches field name path from root Object type`,
          ];
    return [...own, ...[...value.fields].flatMap(([field, part]) => within(part, `${expected}.${field}`))];
  }
  if (isListValue(value)) return value.flatMap((item) => within(item, expected));
  if (isMapValue(value)) return [...mapEntries(value)].flatMap(([, item]) => within(item, expected));
  return [];
}
