import { array, boolean, enumOf, object, optional, string } from "../schema/build.ts";
import { labelSelectorSchema } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";

const expression = object({
  expression: string(),
  message: optional(string()),
  messageExpression: optional(string()),
  reason: optional(string()),
});

/** A named CEL expression that narrows what a policy is for. */
export const matchConditionSchema = object({ expression: string(), name: string() });

/** A named CEL expression that others may use. */
export const celVariableSchema = object({ expression: string(), name: string() }, { mapType: "atomic" });

/** A CEL check with its message. */
export const celValidationSchema = expression;

/** A CEL expression whose text becomes a property of the result. */
export const auditAnnotationSchema = object({ key: string(), valueExpression: string() });

const cel = object({
  auditAnnotations: optional(array(auditAnnotationSchema)),
  expressions: optional(array(expression)),
  generate: optional(
    boolean({ default: false, description: "Make a ValidatingAdmissionPolicy of this rule." }),
  ),
  paramKind: optional(
    object({ apiVersion: optional(string()), kind: optional(string()) }, { mapType: "atomic" }),
  ),
  paramRef: optional(
    object(
      {
        name: optional(string()),
        namespace: optional(string()),
        parameterNotFoundAction: optional(string()),
        selector: optional(labelSelectorSchema),
      },
      { mapType: "atomic" },
    ),
  ),
  variables: optional(array(celVariableSchema)),
});

/** The `validate.cel` block of a rule. */
export interface CelValidation extends Infer<typeof cel> {}

/** The `validate.cel` block of a rule. */
export const celSchema = cel;

/** What happens when a policy cannot be judged in admission. */
export const failurePolicySchema = enumOf(["Ignore", "Fail"]);
