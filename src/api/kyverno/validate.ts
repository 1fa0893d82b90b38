import { anyJson, array, boolean, enumOf, object, optional, string } from "../schema/build.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { labelSelectorSchema } from "../schema/metadata.ts";
import type { Infer, Schema } from "../schema/schema.ts";
import { attestorSetsSchema } from "./attestors.ts";
import { celSchema } from "./cel.ts";
import { anyAllConditionsSchema, conditionsSchema } from "./conditions.ts";
import { contextSchema } from "./context.ts";
import { podSecuritySchema } from "./pod-security.ts";

const deny = object({
  conditions: optional(anyJson({ description: "Conditions under any and all, or the old plain list." })),
});

/** Conditions under which a resource is refused; without any it always is. */
export interface Deny extends Infer<typeof deny> {}

/** The `deny` block of kyverno.io/v1. */
export const denySchema = deny;

const forEachValidation = object({
  anyPattern: optional(anyJson()),
  context: optional(contextSchema),
  deny: optional(deny),
  elementScope: optional(boolean()),
  foreach: optional(anyJson({ description: "Nested foreach blocks." })),
  list: optional(string({ description: "JMESPath expression for the elements." })),
  pattern: optional(anyJson()),
  preconditions: optional(anyAllConditionsSchema),
});

/** A check of each element of a list. */
export interface ForEachValidation extends Infer<typeof forEachValidation> {}

/** Reads a nested `foreach` field, which the CRD leaves untyped. */
export function decodeForEachValidations(value: unknown): Decoded<readonly ForEachValidation[]> {
  return decode(array(forEachValidation), value);
}

const failureActionOverride = object({
  action: optional(enumOf(["audit", "enforce", "Audit", "Enforce"])),
  namespaceSelector: optional(labelSelectorSchema),
  namespaces: optional(array(string())),
});

/** Another failure action for some namespaces. */
export interface FailureActionOverride extends Infer<typeof failureActionOverride> {}

/** Failure actions by namespace. */
export const failureActionOverridesSchema = array(failureActionOverride);

const manifestObject = object({
  group: optional(string()),
  kind: optional(string()),
  name: optional(string()),
  namespace: optional(string()),
  version: optional(string()),
});

const manifests = object({
  annotationDomain: optional(string()),
  attestors: optional(attestorSetsSchema),
  dryRun: optional(object({ enable: optional(boolean()), namespace: optional(string()) })),
  ignoreFields: optional(
    array(object({ fields: optional(array(string())), objects: optional(array(manifestObject)) })),
  ),
  repository: optional(string()),
});

/** Verification of signed manifests. */
export interface ManifestValidation extends Infer<typeof manifests> {}

function validationWith<T>(denyBlock: Schema<T>) {
  return object({
    allowExistingViolations: optional(boolean({ default: true })),
    anyPattern: optional(anyJson({ description: "Patterns of which at least one must hold." })),
    assert: optional(anyJson({ description: "An assertion tree." })),
    cel: optional(celSchema),
    deny: optional(denyBlock),
    failureAction: optional(enumOf(["Audit", "Enforce"])),
    failureActionOverrides: optional(failureActionOverridesSchema),
    foreach: optional(array(forEachValidation)),
    manifests: optional(manifests),
    message: optional(string()),
    pattern: optional(anyJson({ description: "An overlay that must hold." })),
    podSecurity: optional(podSecuritySchema),
  });
}

/** The `validate` block of kyverno.io/v1. */
export const validationSchema = validationWith(deny);

/** The `validate` block of kyverno.io/v2beta1. */
export const validationV2beta1Schema = validationWith(object({ conditions: optional(conditionsSchema) }));

/** What a rule checks. */
export interface Validation extends Infer<typeof validationSchema> {}
