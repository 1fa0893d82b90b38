import { isRecord } from "./path.ts";
import type { Constraint } from "./schema.ts";

/** Whether a value satisfies a constraint, as JSON schema has it; what is no object satisfies `required`. */
export function holdsConstraint(constraint: Constraint, value: unknown): boolean {
  return (
    holdsRequired(constraint.required ?? [], value) &&
    holdsProperties(constraint.properties ?? {}, value) &&
    (constraint.not === undefined || !holdsConstraint(constraint.not, value)) &&
    (constraint.allOf ?? []).every((one) => holdsConstraint(one, value)) &&
    (constraint.anyOf === undefined || constraint.anyOf.some((one) => holdsConstraint(one, value))) &&
    (constraint.oneOf === undefined || countHolding(constraint.oneOf, value) === 1)
  );
}

function holdsRequired(names: readonly string[], value: unknown): boolean {
  return !isRecord(value) || names.every((name) => Object.hasOwn(value, name));
}

function holdsProperties(properties: Readonly<Record<string, Constraint>>, value: unknown): boolean {
  return (
    !isRecord(value) ||
    Object.entries(properties).every(
      ([name, constraint]) => !Object.hasOwn(value, name) || holdsConstraint(constraint, value[name]),
    )
  );
}

function countHolding(constraints: readonly Constraint[], value: unknown): number {
  return constraints.filter((one) => holdsConstraint(one, value)).length;
}
