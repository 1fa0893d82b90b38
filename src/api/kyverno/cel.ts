import { array, boolean, object, optional, string } from "../schema/build.ts";
import { auditAnnotationSchema, celCheckSchema, celVariableSchema } from "../schema/cel-blocks.ts";
import { labelSelectorSchema } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";

const paramKind = object({ apiVersion: optional(string()), kind: optional(string()) }, { mapType: "atomic" });

const paramRef = object(
  {
    name: optional(string()),
    namespace: optional(string()),
    parameterNotFoundAction: optional(string()),
    selector: optional(labelSelectorSchema),
  },
  { mapType: "atomic" },
);

const cel = object({
  auditAnnotations: optional(array(auditAnnotationSchema)),
  expressions: optional(array(celCheckSchema)),
  generate: optional(
    boolean({ default: false, description: "Make a ValidatingAdmissionPolicy of this rule." }),
  ),
  paramKind: optional(paramKind),
  paramRef: optional(paramRef),
  variables: optional(array(celVariableSchema)),
});

/** The `validate.cel` block of a rule. */
export interface CelValidation extends Infer<typeof cel> {}

/** The `validate.cel` block of a rule. */
export const celSchema = cel;
