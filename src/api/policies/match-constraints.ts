import { array, object, optional, string } from "../schema/build.ts";
import { labelSelectorSchema } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";

const texts = array(string(), { listType: "atomic" });

const resourceRule = object(
  {
    apiGroups: optional(texts),
    apiVersions: optional(texts),
    operations: optional(texts),
    resourceNames: optional(texts),
    resources: optional(texts),
    scope: optional(string()),
  },
  { mapType: "atomic" },
);

/** Requests by group, version, resource, operation and name; `*` stands for all. */
export interface NamedResourceRule extends Infer<typeof resourceRule> {}

const properties = {
  excludeResourceRules: optional(array(resourceRule, { listType: "atomic" })),
  matchPolicy: optional(string()),
  namespaceSelector: optional(labelSelectorSchema),
  objectSelector: optional(labelSelectorSchema),
  resourceRules: optional(array(resourceRule, { listType: "atomic" })),
};

const matchConstraints = object(properties, { mapType: "atomic" });

/** Which resources a policy is for; exclusions come first. */
export interface MatchConstraints extends Infer<typeof matchConstraints> {}

/** Which resources a policy is for. */
export const matchConstraintsSchema = matchConstraints;

const targetMatchConstraints = object(
  {
    ...properties,
    expression: optional(string({ description: "CEL expression for the targets: one object or a list." })),
  },
  { mapType: "atomic" },
);

/** Which existing resources a policy changes. */
export interface TargetMatchConstraints extends Infer<typeof targetMatchConstraints> {}

/** Which existing resources a policy changes. */
export const targetMatchConstraintsSchema = targetMatchConstraints;
