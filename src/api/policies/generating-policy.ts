import { array, boolean, enumOf, object, optional, string } from "../schema/build.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { objectMetaSchema, typeMeta } from "../schema/metadata.ts";
import { isRecord } from "../schema/path.ts";
import type { Infer } from "../schema/schema.ts";
import { matchConstraintsSchema } from "./match-constraints.ts";
import {
  auditAnnotationsSchema,
  clusterVersions,
  conditionStatusSchema,
  keyedMatchConditionsSchema,
  keyedVariablesSchema,
  namespacedVersions,
  offSwitchSchema,
  onSwitchSchema,
  webhookConfigurationSchema,
} from "./spec-blocks.ts";

const template = object({
  interpolate: optional(enumOf(["none", "cel"], { default: "none" })),
  value: string({ minLength: 1, description: "YAML of one or more objects." }),
});

function hasOneSource(value: unknown): boolean {
  return isRecord(value) && Object.hasOwn(value, "expression") !== Object.hasOwn(value, "template");
}

const generation = object(
  {
    expression: optional(string({ description: "CEL expression that applies objects." })),
    template: optional(template),
  },
  {
    rules: [
      {
        rule: "has(self.expression) != has(self.template)",
        message: "exactly one of expression or template must be set",
        holds: hasOneSource,
      },
    ],
  },
);

/** One source of objects: an expression or a template. */
export interface PolicyGeneration extends Infer<typeof generation> {}

const evaluation = object({
  admission: optional(onSwitchSchema),
  generateExisting: optional(offSwitchSchema),
  orphanDownstreamOnPolicyDelete: optional(offSwitchSchema),
  skipBackgroundRequests: optional(boolean({ default: true })),
  synchronize: optional(offSwitchSchema),
});

const spec = object({
  auditAnnotations: optional(auditAnnotationsSchema),
  evaluation: optional(evaluation),
  generate: array(generation, { minItems: 1 }),
  matchConditions: optional(keyedMatchConditionsSchema),
  matchConstraints: optional(matchConstraintsSchema),
  useServerSideApply: optional(boolean()),
  variables: optional(keyedVariablesSchema),
  webhookConfiguration: optional(webhookConfigurationSchema),
});

/** What a GeneratingPolicy makes. */
export interface GeneratingPolicySpec extends Infer<typeof spec> {}

const status = object({ conditionStatus: optional(conditionStatusSchema) });

function policyOf<const V extends readonly string[], const K extends string>(versions: V, kind: K) {
  return object({
    ...typeMeta(versions, kind),
    metadata: objectMetaSchema,
    spec,
    status: optional(status),
  });
}

/** GeneratingPolicy of all versions. */
export const generatingPolicySchema = policyOf(clusterVersions, "GeneratingPolicy");

/** NamespacedGeneratingPolicy of all versions. */
export const namespacedGeneratingPolicySchema = policyOf(namespacedVersions, "NamespacedGeneratingPolicy");

/** Makes resources with CEL. */
export interface GeneratingPolicy extends Infer<typeof generatingPolicySchema> {}

/** Makes resources in its namespace with CEL. */
export interface NamespacedGeneratingPolicy extends Infer<typeof namespacedGeneratingPolicySchema> {}

/** Reads a GeneratingPolicy. */
export function decodeGeneratingPolicy(value: unknown): Decoded<GeneratingPolicy> {
  return decode<GeneratingPolicy>(generatingPolicySchema, value);
}

/** Reads a NamespacedGeneratingPolicy. */
export function decodeNamespacedGeneratingPolicy(value: unknown): Decoded<NamespacedGeneratingPolicy> {
  return decode<NamespacedGeneratingPolicy>(namespacedGeneratingPolicySchema, value);
}
