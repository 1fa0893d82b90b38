import { array, boolean, map, object, optional, string } from "../schema/build.ts";
import type { Infer } from "../schema/schema.ts";

const stringOrExpression = object(
  { expression: optional(string()), value: optional(string()) },
  { constraint: { oneOf: [{ required: ["value"] }, { required: ["expression"] }] } },
);

const key = object({
  data: optional(string()),
  expression: optional(string()),
  hashAlgorithm: optional(string()),
  kms: optional(string()),
});

const identity = object({
  issuer: optional(string()),
  issuerRegExp: optional(string()),
  subject: optional(string()),
  subjectRegExp: optional(string()),
});

const keyless = object({ identities: array(identity), roots: optional(string()) });

const certificate = object({
  cert: optional(stringOrExpression),
  certChain: optional(stringOrExpression),
});

const source = object({
  PullSecrets: optional(array(object({ name: optional(string({ default: "" })) }, { mapType: "atomic" }))),
  repository: optional(string()),
  tagPrefix: optional(string()),
});

const ctlog = object({
  ctLogPubKey: optional(string()),
  insecureIgnoreSCT: optional(boolean()),
  insecureIgnoreTlog: optional(boolean()),
  rekorPubKey: optional(string()),
  tsaCertChain: optional(string()),
  url: optional(string()),
});

const tuf = object({
  mirror: optional(string()),
  root: optional(object({ data: optional(string()), path: optional(string()) })),
});

const cosign = object({
  annotations: optional(map(string())),
  certificate: optional(certificate),
  ctlog: optional(ctlog),
  key: optional(key),
  keyless: optional(keyless),
  source: optional(source),
  tuf: optional(tuf),
});

const notary = object({
  certs: optional(stringOrExpression),
  tsaCerts: optional(stringOrExpression),
});

const attestor = object(
  { cosign: optional(cosign), name: string(), notary: optional(notary) },
  { constraint: { oneOf: [{ required: ["cosign"] }, { required: ["notary"] }] } },
);

/** A party that may have signed an image. */
export interface ImageAttestor extends Infer<typeof attestor> {}

/** The parties that an ImageValidatingPolicy knows. */
export const imageAttestorsSchema = array(attestor);

const attestationType = object({ type: string() });

const attestation = object({
  intoto: optional(attestationType),
  name: string(),
  referrer: optional(attestationType),
});

/** Signed data about an image. */
export interface ImageAttestation extends Infer<typeof attestation> {}

/** The attestations that an ImageValidatingPolicy knows. */
export const imageAttestationsSchema = array(attestation);
