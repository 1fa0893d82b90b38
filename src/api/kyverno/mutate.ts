import { anyJson, array, boolean, enumOf, object, optional, string } from "../schema/build.ts";
import { labelSelectorSchema } from "../schema/metadata.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import type { Infer } from "../schema/schema.ts";
import { anyAllConditionsSchema } from "./conditions.ts";
import { contextSchema } from "./context.ts";

/** The fields by which rules and update requests name an object. */
export const resourceSpecProperties = {
  apiVersion: optional(string()),
  kind: optional(string()),
  name: optional(string()),
  namespace: optional(string()),
  uid: optional(string()),
};

const mutateTarget = object({
  ...resourceSpecProperties,
  context: optional(contextSchema),
  preconditions: optional(anyJson({ description: "Conditions under any and all, or the old plain list." })),
  selector: optional(labelSelectorSchema),
});

/** Existing objects that a mutate rule changes. */
export interface MutateTarget extends Infer<typeof mutateTarget> {}

const forEachMutation = object({
  context: optional(contextSchema),
  foreach: optional(anyJson({ description: "Nested foreach blocks." })),
  list: optional(string({ description: "JMESPath expression for the elements." })),
  order: optional(enumOf(["Ascending", "Descending"])),
  patchStrategicMerge: optional(anyJson()),
  patchesJson6902: optional(string()),
  preconditions: optional(anyAllConditionsSchema),
});

/** A change for each element of a list. */
export interface ForEachMutation extends Infer<typeof forEachMutation> {}

/** Reads nested foreach blocks, which the CRD leaves untyped. */
export function decodeForEachMutations(value: unknown): Decoded<readonly ForEachMutation[]> {
  return decode<readonly ForEachMutation[]>(array(forEachMutation), value);
}

const mutation = object({
  foreach: optional(array(forEachMutation)),
  mutateExistingOnPolicyUpdate: optional(boolean()),
  patchStrategicMerge: optional(anyJson()),
  patchesJson6902: optional(string()),
  targets: optional(array(mutateTarget)),
});

/** What a rule changes. */
export interface Mutation extends Infer<typeof mutation> {}

/** The `mutate` block of a rule. */
export const mutationSchema = mutation;
