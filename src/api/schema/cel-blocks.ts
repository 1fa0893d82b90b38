import { enumOf, object, optional, string } from "./build.ts";
import type { Infer } from "./schema.ts";

const matchCondition = object({ expression: string(), name: string() });

/** A named CEL expression that must be true. */
export interface MatchCondition extends Infer<typeof matchCondition> {}

/** A named CEL expression that must be true. */
export const matchConditionSchema = matchCondition;

const variable = object({ expression: string(), name: string() }, { mapType: "atomic" });

/** A named CEL expression that later ones may use. */
export interface CelVariable extends Infer<typeof variable> {}

/** A named CEL expression that later ones may use. */
export const celVariableSchema = variable;

const auditAnnotation = object({ key: string(), valueExpression: string() });

/** A CEL expression whose text becomes a property of the result. */
export interface AuditAnnotation extends Infer<typeof auditAnnotation> {}

/** A CEL expression whose text becomes a property of the result. */
export const auditAnnotationSchema = auditAnnotation;

const check = object({
  expression: string(),
  message: optional(string()),
  messageExpression: optional(string()),
  reason: optional(string()),
});

/** A CEL expression that must be true, and what to say when it is not. */
export interface CelCheck extends Infer<typeof check> {}

/** A CEL expression that must be true, and what to say when it is not. */
export const celCheckSchema = check;

/** What happens to a request when a policy cannot be judged. */
export const failurePolicySchema = enumOf(["Ignore", "Fail"]);
