import { anyJson, array, enumOf, object, optional, string } from "../schema/build.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import type { Infer, Schema } from "../schema/schema.ts";

const operators = [
  "Equals",
  "NotEquals",
  "AnyIn",
  "AllIn",
  "AnyNotIn",
  "AllNotIn",
  "GreaterThanOrEquals",
  "GreaterThan",
  "LessThanOrEquals",
  "LessThan",
  "DurationGreaterThanOrEquals",
  "DurationGreaterThan",
  "DurationLessThanOrEquals",
  "DurationLessThan",
] as const;

function anyAllOf<T>(condition: Schema<T>, preserveUnknownFields: boolean) {
  return object(
    {
      all: optional(array(condition, { description: "All of these must hold." })),
      any: optional(array(condition, { description: "At least one of these must hold." })),
    },
    preserveUnknownFields ? { preserveUnknownFields } : {},
  );
}

function conditionWith<T extends string>(operator: Schema<T>) {
  return object({
    key: optional(anyJson()),
    message: optional(string()),
    operator: optional(operator),
    value: optional(anyJson()),
  });
}

/** Conditions of kyverno.io v2 and v2beta1. */
export const conditionsSchema = anyAllOf(conditionWith(enumOf(operators)), false);

/** Conditions inside foreach blocks, attestations and other typed places of kyverno.io/v1. */
export const anyAllConditionsSchema = anyAllOf(conditionWith(enumOf([...operators, "In", "NotIn"])), true);

/** The same without the wrapper's leave to hold other fields. */
export const plainAnyAllConditionsSchema = anyAllOf(
  conditionWith(enumOf([...operators, "In", "NotIn"])),
  false,
);

const freeCondition = conditionWith(string());
const freeConditions = anyAllOf(freeCondition, false);

/** One comparison. `operator` is free text here: old spellings such as `Equal` still work. */
export interface PolicyCondition extends Infer<typeof freeCondition> {}

/** Conditions under `any` and `all`; both given must both hold. */
export interface AnyAllConditions extends Infer<typeof freeConditions> {}

/** Conditions as `preconditions` and `deny.conditions` of v1 hold them: any/all, or the old plain list. */
export type ConditionBlock = AnyAllConditions | readonly PolicyCondition[];

/** Reads a `preconditions` or `deny.conditions` field, which the CRD leaves untyped. */
export function decodeConditionBlock(value: unknown): Decoded<ConditionBlock> {
  return Array.isArray(value) ? decode(array(freeCondition), value) : decode(freeConditions, value);
}
