import { anyJson, array, boolean, object, optional, string } from "../schema/build.ts";
import { labelSelectorSchema } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";
import { anyAllConditionsSchema } from "./conditions.ts";
import { contextSchema } from "./context.ts";
import { resourceSpecProperties } from "./mutate.ts";

const target = {
  ...resourceSpecProperties,
  clone: optional(object({ name: optional(string()), namespace: optional(string()) })),
  cloneList: optional(
    object({
      kinds: optional(array(string())),
      namespace: optional(string()),
      selector: optional(labelSelectorSchema),
    }),
  ),
  data: optional(anyJson({ description: "The object to make, without its identity." })),
};

const forEachGeneration = object({
  ...target,
  context: optional(contextSchema),
  list: optional(string({ description: "JMESPath expression for the elements." })),
  preconditions: optional(anyAllConditionsSchema),
});

/** Objects made for each element of a list. */
export interface ForEachGeneration extends Infer<typeof forEachGeneration> {}

const generation = object({
  ...target,
  foreach: optional(array(forEachGeneration)),
  generateExisting: optional(boolean()),
  orphanDownstreamOnPolicyDelete: optional(boolean()),
  synchronize: optional(boolean()),
});

/** What a rule makes. */
export interface Generation extends Infer<typeof generation> {}

/** The `generate` block of a rule. */
export const generationSchema = generation;
