import { object, optional, string } from "../schema/build.ts";
import { labelSelectorSchema } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";

const paramKind = object({ apiVersion: optional(string()), kind: optional(string()) }, { mapType: "atomic" });

/** The kind of the objects that parameterize a policy. */
export interface ParamKind extends Infer<typeof paramKind> {}

/** The kind of the objects that parameterize a policy. */
export const paramKindSchema = paramKind;

const paramRef = object(
  {
    name: optional(string()),
    namespace: optional(string()),
    parameterNotFoundAction: optional(string({ description: "Allow or Deny." })),
    selector: optional(labelSelectorSchema),
  },
  { mapType: "atomic" },
);

/** Which objects parameterize a policy under a binding. */
export interface ParamRef extends Infer<typeof paramRef> {}

/** Which objects parameterize a policy under a binding. */
export const paramRefSchema = paramRef;
