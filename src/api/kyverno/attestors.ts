import { anyJson, array, boolean, integer, map, object, optional, string } from "../schema/build.ts";
import type { Infer } from "../schema/schema.ts";

const rekor = object({
  ignoreTlog: optional(boolean()),
  pubkey: optional(string()),
  url: optional(string()),
});

const ctlog = object({
  ignoreSCT: optional(boolean()),
  pubkey: optional(string()),
  tsaCertChain: optional(string()),
});

const logs = { ctlog: optional(ctlog), rekor: optional(rekor) };

const keys = object({
  ...logs,
  kms: optional(string()),
  publicKeys: optional(string()),
  secret: optional(object({ name: string(), namespace: string() })),
  signatureAlgorithm: optional(string({ default: "sha256" })),
});

const certificates = object({
  ...logs,
  cert: optional(string()),
  certChain: optional(string()),
});

const keyless = object({
  ...logs,
  additionalExtensions: optional(map(string())),
  issuer: optional(string()),
  issuerRegExp: optional(string()),
  roots: optional(string()),
  subject: optional(string()),
  subjectRegExp: optional(string()),
});

const attestor = object({
  annotations: optional(map(string())),
  attestor: optional(anyJson({ description: "A nested set of attestors." })),
  certificates: optional(certificates),
  keyless: optional(keyless),
  keys: optional(keys),
  repository: optional(string()),
  signatureAlgorithm: optional(string({ default: "sha256" })),
});

/** One party that may have signed. */
export interface Attestor extends Infer<typeof attestor> {}

const attestorSet = object({
  count: optional(integer({ minimum: 1, description: "How many entries must verify; all without it." })),
  entries: optional(array(attestor)),
});

/** Parties of which `count` must have signed. */
export interface AttestorSet extends Infer<typeof attestorSet> {}

/** The `attestors` of image and manifest verification. */
export const attestorSetsSchema = array(attestorSet);
