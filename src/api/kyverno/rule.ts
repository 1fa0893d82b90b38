import { anyJson, array, boolean, map, object, optional, string } from "../schema/build.ts";
import { matchConditionSchema } from "../schema/cel-blocks.ts";
import type { Infer } from "../schema/schema.ts";
import { conditionsSchema } from "./conditions.ts";
import { contextSchema } from "./context.ts";
import { generationSchema } from "./generate.ts";
import { anyAllMatchSchema, matchResourcesSchema } from "./match.ts";
import { mutationSchema } from "./mutate.ts";
import { validationSchema, validationV2beta1Schema } from "./validate.ts";
import {
  imageExtractorsSchema,
  imageVerificationSchema,
  imageVerificationV2beta1Schema,
} from "./verify-images.ts";

const common = {
  celPreconditions: optional(array(matchConditionSchema)),
  context: optional(contextSchema),
  generate: optional(generationSchema),
  imageExtractors: optional(imageExtractorsSchema),
  mutate: optional(mutationSchema),
  name: string({ maxLength: 63 }),
  reportProperties: optional(map(string())),
  skipBackgroundRequests: optional(boolean({ default: true })),
};

const rule = object({
  ...common,
  exclude: optional(matchResourcesSchema),
  match: matchResourcesSchema,
  preconditions: optional(anyJson({ description: "Conditions under any and all, or the old plain list." })),
  validate: optional(validationSchema),
  verifyImages: optional(array(imageVerificationSchema)),
});

/** One rule of a policy: what it is for and what it does (one of validate, mutate, generate, verifyImages). */
export interface Rule extends Infer<typeof rule> {}

/** A rule of kyverno.io/v1. */
export const ruleSchema = rule;

/** A rule of kyverno.io/v2beta1. */
export const ruleV2beta1Schema = object({
  ...common,
  exclude: optional(anyAllMatchSchema),
  match: anyAllMatchSchema,
  preconditions: optional(conditionsSchema),
  validate: optional(validationV2beta1Schema),
  verifyImages: optional(array(imageVerificationV2beta1Schema)),
});
