import { array, enumOf, map, object, optional, string } from "../schema/build.ts";
import { labelSelectorSchema } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";

const subject = object(
  {
    apiGroup: optional(string()),
    kind: string(),
    name: string(),
    namespace: optional(string()),
  },
  { mapType: "atomic" },
);

/** A user, group or service account. */
export interface Subject extends Infer<typeof subject> {}

const resourceDescription = object(
  {
    annotations: optional(
      map(string(), { description: "Annotations to match; keys and values may hold wildcards." }),
    ),
    kinds: optional(
      array(string(), {
        description:
          "Kinds as `Kind`, `version/Kind`, `group/version/Kind`, with `/subresource`; wildcards allowed.",
      }),
    ),
    name: optional(string({ description: "Deprecated: use names." })),
    names: optional(array(string(), { description: "Names; wildcards allowed." })),
    namespaceSelector: optional(labelSelectorSchema),
    namespaces: optional(array(string(), { description: "Namespaces; wildcards allowed." })),
    operations: optional(array(enumOf(["CREATE", "CONNECT", "UPDATE", "DELETE"]))),
    selector: optional(labelSelectorSchema),
  },
  { constraint: { not: { required: ["name", "names"] } } },
);

/** Which resources, by what they are called and labelled. */
export interface ResourceDescription extends Infer<typeof resourceDescription> {}

const userInfo = {
  clusterRoles: optional(array(string())),
  roles: optional(array(string())),
  subjects: optional(array(subject)),
};

const resourceFilter = object({
  ...userInfo,
  resources: optional(resourceDescription),
});

/** One alternative of a match: resources and who asks. */
export interface ResourceFilter extends Infer<typeof resourceFilter> {}

const anyOrAll = {
  all: optional(array(resourceFilter, { description: "All of these must match." })),
  any: optional(array(resourceFilter, { description: "At least one of these must match." })),
};

/** Match and exclude without the old fields at the top (kyverno.io v2 and v2beta1). */
export const anyAllMatchSchema = object(anyOrAll, {
  constraint: { not: { required: ["any", "all"] } },
});

const matchResources = object(
  { ...anyOrAll, ...userInfo, resources: optional(resourceDescription) },
  { constraint: { not: { required: ["any", "all"] } } },
);

/** Which resources and requests a rule is for. */
export interface MatchResources extends Infer<typeof matchResources> {}

/** Match and exclude of kyverno.io/v1. */
export const matchResourcesSchema = matchResources;
