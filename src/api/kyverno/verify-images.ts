import { array, boolean, enumOf, map, object, optional, string } from "../schema/build.ts";
import type { Infer } from "../schema/schema.ts";
import { attestorSetsSchema } from "./attestors.ts";
import { plainAnyAllConditionsSchema } from "./conditions.ts";
import { imageRegistryCredentialsSchema } from "./context.ts";
import { denySchema } from "./validate.ts";

const attestation = object({
  attestors: optional(attestorSetsSchema),
  conditions: optional(array(plainAnyAllConditionsSchema)),
  name: optional(string()),
  predicateType: optional(string({ description: "Deprecated: use type." })),
  type: optional(string()),
});

const current = {
  attestations: optional(array(attestation)),
  attestors: optional(attestorSetsSchema),
  cosignOCI11: optional(boolean()),
  failureAction: optional(enumOf(["Audit", "Enforce"])),
  imageReferences: optional(array(string())),
  imageRegistryCredentials: optional(imageRegistryCredentialsSchema),
  mutateDigest: optional(boolean({ default: true })),
  repository: optional(string()),
  required: optional(boolean({ default: true })),
  skipImageReferences: optional(array(string())),
  type: optional(enumOf(["Cosign", "SigstoreBundle", "Notary"], { default: "Cosign" })),
  useCache: optional(boolean({ default: true })),
  validate: optional(object({ deny: optional(denySchema), message: optional(string()) })),
  verifyDigest: optional(boolean({ default: true })),
};

/** Image verification of kyverno.io/v2beta1, without the deprecated fields of v1. */
export const imageVerificationV2beta1Schema = object(current);

const imageVerification = object({
  ...current,
  additionalExtensions: optional(map(string(), { description: "Deprecated." })),
  annotations: optional(map(string(), { description: "Deprecated: use annotations of an attestor." })),
  image: optional(string({ description: "Deprecated: use imageReferences." })),
  issuer: optional(string({ description: "Deprecated: use a keyless attestor." })),
  key: optional(string({ description: "Deprecated: use a key attestor." })),
  roots: optional(string({ description: "Deprecated: use a keyless attestor." })),
  subject: optional(string({ description: "Deprecated: use a keyless attestor." })),
});

/** Which images must be signed, by whom. */
export interface ImageVerification extends Infer<typeof imageVerification> {}

/** Image verification of kyverno.io/v1. */
export const imageVerificationSchema = imageVerification;

const imageExtractor = object({
  jmesPath: optional(string()),
  key: optional(string()),
  name: optional(string()),
  path: string(),
  value: optional(string()),
});

/** Where a custom kind holds image references. */
export interface ImageExtractor extends Infer<typeof imageExtractor> {}

/** Image extractors by kind. */
export const imageExtractorsSchema = map(array(imageExtractor));
