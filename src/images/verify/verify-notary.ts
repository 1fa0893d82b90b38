import type { X509Certificate } from "node:crypto";
import type { NotaryAttestor, SignatureFacts } from "#api/broker/image-request.ts";
import { parseJson } from "#kube/client/json.ts";
import { field, isRecord, parseManifest, textField, type Descriptor } from "../registry/manifest.ts";
import { listReferrers } from "../registry/referrers.ts";
import type { Held, RepositoryReader } from "../registry/registry-client.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { maxRoots, parseCertificates } from "./certificate-list.ts";
import { checkChain, codeSigning, same } from "./certificate-chain.ts";
import { parseNotaryCose } from "./notary-cose.ts";
import { checkEnvelopeSignature, type NotaryEnvelope } from "./notary-envelope.ts";
import { parseNotaryJws } from "./notary-jws.ts";
import { checkTimestampToken } from "./notary-timestamp.ts";
import { parseObject } from "./simple-signing.ts";
import type { Verified } from "./verify-cosign.ts";
import { messageOf, VerifyFailure } from "./verify-failure.ts";
import type { VerificationInput } from "./verify-image.ts";

export interface NotaryRules {
  readonly roots: readonly X509Certificate[];
  /** Authorities whose timestamps are believed; with none a signature counts while its certificates are valid. */
  readonly timestampRoots: readonly X509Certificate[];
}

const signatureType = "application/vnd.cncf.notary.signature";
const payloadType = "application/vnd.cncf.notary.payload.v1+json";
const jwsType = "application/jose+json";
const coseType = "application/cose";
const anyPurpose = "2.5.29.37.0";
const maxSignatures = 10;

/** Reads a party. Throws an `AttestorProblem`. */
export function compileNotary({ certificates, timestampCertificates }: NotaryAttestor): NotaryRules {
  return {
    roots: parseCertificates(certificates, maxRoots),
    timestampRoots:
      timestampCertificates === undefined || timestampCertificates === ""
        ? []
        : parseCertificates(timestampCertificates, maxRoots),
  };
}

/**
 * Whether anyone below the roots signed the image or, for an attestation, an artifact of that type that refers to it
 * (Notary Project, trust policy level strict without revocation). Throws a `VerifyFailure` or a `RegistryError`.
 */
export async function verifyNotary(rules: NotaryRules, input: VerificationInput): Promise<Verified> {
  const { reference, held, subject, nowMs, open } = input;
  const reader = open(reference.registry, reference.repository);
  const name = `${reference.registry}/${reference.repository}`;
  if (subject.kind === "signature") {
    const facts = await verifyTarget(rules, reader, held, name, nowMs);
    return { signatures: [facts], statements: [] };
  }
  const artifacts = await listReferrers(reader, held.digest, (type) => type === subject.type);
  if (artifacts.length === 0) {
    throw new VerifyFailure(`attestations not found for predicate type ${subject.type}`);
  }
  let failure: unknown;
  for (const artifact of artifacts) {
    try {
      const facts = await verifyTarget(rules, reader, artifact, name, nowMs);
      const predicate = await readPredicate(reader, artifact, held.digest);
      return { signatures: [facts], statements: [{ type: subject.type, predicate }] };
    } catch (error) {
      if (!(error instanceof VerifyFailure)) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

async function verifyTarget(
  rules: NotaryRules,
  reader: RepositoryReader,
  target: Held,
  name: string,
  nowMs: number,
): Promise<SignatureFacts> {
  const shown = `${name}@${target.digest}`;
  const found = await listReferrers(reader, target.digest, (type) => type === signatureType);
  if (found.length === 0) {
    throw new VerifyFailure(
      `failed to verify ${shown}: no signature is associated with "${shown}", make sure the artifact was signed successfully`,
    );
  }
  let failure = "";
  for (const one of found.slice(0, maxSignatures)) {
    try {
      return checkEnvelope(rules, await readEnvelope(reader, one, target.digest), target, nowMs);
    } catch (error) {
      if (error instanceof RegistryError && error.kind !== "untrue") throw error;
      failure = `failed to verify signature with digest ${one.digest}, ${messageOf(error)}`;
    }
  }
  throw new VerifyFailure(`failed to verify ${shown}: ${failure}`);
}

async function readEnvelope(
  reader: RepositoryReader,
  referrer: Descriptor,
  digest: string,
): Promise<NotaryEnvelope> {
  const manifest = parseManifest((await reader.manifest(referrer.digest)).body);
  const [layer] = manifest?.layers ?? [];
  if (manifest?.layers.length !== 1 || layer === undefined) {
    throw new VerifyFailure("the artifact of a signature has one layer");
  }
  if (manifest.subject?.digest !== digest) throw new VerifyFailure("the artifact refers to another image");
  if (layer.mediaType !== jwsType && layer.mediaType !== coseType) {
    throw new VerifyFailure(`signature envelope type ${layer.mediaType.slice(0, 100)} is not supported`);
  }
  const blob = await reader.blob(layer.digest);
  return layer.mediaType === jwsType ? parseNotaryJws(blob) : parseNotaryCose(blob);
}

/** Throws a `VerifyFailure` unless everything about the envelope holds. */
function checkEnvelope(
  rules: NotaryRules,
  envelope: NotaryEnvelope,
  target: Held,
  nowMs: number,
): SignatureFacts {
  if (envelope.critical.length > 0) {
    throw new VerifyFailure(
      `the attribute ${envelope.critical.join(", ").slice(0, 200)} is critical and unknown`,
    );
  }
  if (envelope.contentType !== payloadType) {
    throw new VerifyFailure(`payload content type ${envelope.contentType.slice(0, 100)} is not supported`);
  }
  if (envelope.signingScheme !== "notary.x509") {
    throw new VerifyFailure(`signing scheme ${envelope.signingScheme.slice(0, 100)} has no trust store`);
  }
  checkEnvelopeSignature(envelope);
  const seenMs = checkSigner(rules, envelope, nowMs);
  if (envelope.expiryMs !== undefined && envelope.expiryMs <= nowMs) {
    throw new VerifyFailure(`digital signature has expired on ${new Date(envelope.expiryMs).toUTCString()}`);
  }
  checkTarget(envelope.payload, target);
  const [leaf] = envelope.chain;
  return {
    format: envelope.format,
    ...(leaf === undefined ? {} : { subjects: [leaf.subject.split("\n").join(", ")] }),
    ...(seenMs === undefined ? {} : { signedAt: new Date(seenMs).toISOString() }),
  };
}

/** The time that an authority vouches for, where one does. Throws a `VerifyFailure` for a signer who is not trusted. */
function checkSigner(rules: NotaryRules, envelope: NotaryEnvelope, nowMs: number): number | undefined {
  const { chain, timestamp, signature } = envelope;
  const [leaf, ...intermediates] = chain;
  const roots = chain.filter((one) => rules.roots.some((root) => same(root, one)));
  if (leaf === undefined || roots.length === 0) {
    throw new VerifyFailure("the signature's certificate chain does not contain any trusted certificate");
  }
  checkPurpose(leaf);
  const isStamped = rules.timestampRoots.length > 0 && timestamp !== undefined;
  const seenMs = isStamped ? checkTimestampToken(timestamp, signature, rules.timestampRoots) : undefined;
  checkChain({ leaf, intermediates, roots, atMs: seenMs ?? nowMs });
  return seenMs;
}

/** Throws a `VerifyFailure` for a leaf that is an authority, or that is for something else than signing code. */
function checkPurpose(leaf: X509Certificate): void {
  const purposes = leaf.keyUsage ?? [];
  const isForOthers =
    purposes.length > 0 && (!purposes.includes(codeSigning) || purposes.includes(anyPurpose));
  if (leaf.ca || isForOthers) throw new VerifyFailure("the signer's certificate is not one for signing");
}

/** Throws a `VerifyFailure` unless the payload names exactly what is being verified. */
function checkTarget(payload: Buffer, target: Held): void {
  const artifact = field(parseObject(payload, "payload"), "targetArtifact");
  const isSame =
    isRecord(artifact) &&
    textField(artifact, "digest") === target.digest &&
    textField(artifact, "mediaType") === target.mediaType &&
    field(artifact, "size") === target.size;
  if (!isSame) throw new VerifyFailure("content descriptor mismatch: the signature is for other content");
}

/** The document of a signed artifact: its one layer, a JSON object. Throws a `VerifyFailure`. */
async function readPredicate(
  reader: RepositoryReader,
  artifact: Descriptor,
  digest: string,
): Promise<unknown> {
  const manifest = parseManifest((await reader.manifest(artifact.digest)).body);
  const [layer] = manifest?.layers ?? [];
  if (manifest?.subject?.digest !== digest) throw new VerifyFailure("the artifact refers to another image");
  if (manifest.layers.length !== 1 || layer === undefined)
    throw new VerifyFailure("multiple layers in predicate not supported");
  let document: unknown;
  try {
    document = parseJson((await reader.blob(layer.digest)).toString("utf8"));
  } catch (error) {
    if (error instanceof RegistryError) throw error;
  }
  if (!isRecord(document)) throw new VerifyFailure("the attestation is no JSON object");
  return document;
}
