import type { CosignAttestor, SignatureFacts, SignedStatement } from "#api/broker/image-request.ts";
import type { RepositoryReader } from "../registry/registry-client.ts";
import type { AttestorRules } from "./attestor-rules.ts";
import type { Candidate, Claim } from "./candidate.ts";
import { checkMaterial, type CheckedSignature } from "./check-material.ts";
import { readBundles } from "./sigstore-bundles.ts";
import { checkAnnotations } from "./simple-signing.ts";
import { signaturePredicate } from "./statement.ts";
import { readTagScheme } from "./tag-scheme.ts";
import { messageOf, VerifyFailure } from "./verify-failure.ts";

export interface CosignCheck {
  readonly attestor: CosignAttestor;
  readonly rules: AttestorRules;
  readonly digest: string;
  /** Where the image is. */
  readonly image: RepositoryReader;
  /** Where its signatures are, for the tag scheme. */
  readonly signatures: RepositoryReader;
  readonly nowMs: number;
}

export interface Verified {
  readonly signatures: readonly SignatureFacts[];
  readonly statements: readonly SignedStatement[];
}

interface Held {
  readonly candidate: Candidate;
  readonly claim: Claim;
  readonly checked: CheckedSignature;
}

/**
 * Whether the party signed the image. One signature has to satisfy everything: key or certificate, log, digest, identity
 * and annotations. Throws a `VerifyFailure` with Kyverno's message, or a `RegistryError`.
 */
export async function verifySignature(check: CosignCheck): Promise<Verified> {
  const candidates = await signatureCandidates(check);
  if (candidates === undefined || candidates.length === 0) throw new VerifyFailure("no signatures found");
  const failures: string[] = [];
  let refused: VerifyFailure | undefined;
  for (const candidate of candidates) {
    let held: Held;
    try {
      held = checkCandidate(check, candidate);
      checkIsSignature(held);
    } catch (error) {
      if (!(error instanceof VerifyFailure)) throw error;
      failures.push(messageOf(error));
      continue;
    }
    try {
      checkWho(check, held);
      checkAnnotations(check.attestor.annotations, held.claim.annotations);
      return { signatures: [factsOf(held)], statements: [] };
    } catch (error) {
      if (!(error instanceof VerifyFailure)) throw error;
      refused = error;
    }
  }
  throw refused ?? new VerifyFailure(`no matching signatures: ${failures.join("\n ")}`);
}

async function signatureCandidates(
  check: CosignCheck,
): Promise<readonly (Candidate | VerifyFailure)[] | undefined> {
  const { attestor, image, digest } = check;
  if (attestor.format !== "tag") {
    const bundles = await readBundles(image, digest);
    const isSignature = (one: Candidate | VerifyFailure): boolean =>
      !(one instanceof VerifyFailure) && isSignatureClaim(one, digest);
    // An attestation in a bundle does not hide a signature below the tag.
    if (attestor.format === "bundle" || bundles.some(isSignature)) return bundles;
  }
  return readTagScheme(check.signatures, tagSchemeOf(check, "sig"));
}

/** Whether a bundle says that it is a signature. Not believed before it is checked. */
function isSignatureClaim(candidate: Candidate, digest: string): boolean {
  try {
    const { statement } = candidate.claim(digest);
    return statement === undefined || statement.predicateType === signaturePredicate;
  } catch {
    return false;
  }
}

function tagSchemeOf({ attestor, digest }: CosignCheck, kind: "sig" | "att") {
  const { tagPrefix = "", asReferrer = false } = attestor;
  return { kind, digest, tagPrefix, asReferrer: asReferrer && kind === "sig" };
}

/**
 * What the party said about the image in statements of one type. Throws a `VerifyFailure` with Kyverno's message where
 * there is no such statement that holds, or a `RegistryError`.
 */
export async function verifyAttestations(check: CosignCheck, type: string): Promise<Verified> {
  const candidates = await attestationCandidates(check);
  const failures: string[] = [];
  let refused: VerifyFailure | undefined;
  const all: Held[] = [];
  for (const candidate of candidates) {
    try {
      const held = checkCandidate(check, candidate);
      // Someone else's statement of another type is nobody's business here.
      if (held.claim.statement?.predicateType === type) {
        try {
          checkWho(check, held);
        } catch (error) {
          if (error instanceof VerifyFailure) refused = error;
          throw error;
        }
      }
      all.push(held);
    } catch (error) {
      if (!(error instanceof VerifyFailure)) throw error;
      failures.push(messageOf(error));
    }
  }
  const found = all.filter(({ claim }) => claim.statement?.predicateType === type);
  if (found.length > 0) {
    return {
      signatures: found.map(factsOf),
      statements: found.map(({ claim }) => ({ type, predicate: claim.statement?.predicate ?? null })),
    };
  }
  if (refused !== undefined) throw refused;
  if (all.length === 0) throw new VerifyFailure(`no matching attestations: ${failures.join("\n ")}`);
  throw new VerifyFailure(`attestations not found for predicate type ${type}`);
}

async function attestationCandidates(check: CosignCheck): Promise<readonly (Candidate | VerifyFailure)[]> {
  const { attestor, image, digest } = check;
  const bundles = attestor.format === "tag" ? [] : await readBundles(image, digest);
  const isAttestation = (one: Candidate | VerifyFailure): boolean =>
    one instanceof VerifyFailure || !isSignatureClaim(one, digest);
  if (attestor.format === "bundle" || bundles.some(isAttestation)) return bundles;
  return (await readTagScheme(check.signatures, tagSchemeOf(check, "att"))) ?? [];
}

function checkCandidate(check: CosignCheck, candidate: Candidate | VerifyFailure): Held {
  if (candidate instanceof VerifyFailure) throw candidate;
  try {
    const checked = checkMaterial(candidate.material, check.rules, check.nowMs);
    return { candidate, checked, claim: candidate.claim(check.digest) };
  } catch (error) {
    if (error instanceof VerifyFailure) throw error;
    // Whatever a stranger's bytes do to a parser, they are no signature.
    throw new VerifyFailure(`malformed signature: ${messageOf(error)}`, { cause: error });
  }
}

/** A statement about an image is no signature of it, although the same party made it. */
function checkIsSignature({ claim }: Held): void {
  const type = claim.statement?.predicateType;
  if (type !== undefined && type !== signaturePredicate) {
    throw new VerifyFailure(`a statement of type ${type.slice(0, 200)} is no image signature`);
  }
}

function checkWho({ rules }: CosignCheck, { checked }: Held): void {
  if (rules.signer.kind === "keyless") {
    if (checked.facts === undefined) throw new VerifyFailure("no certificate found on signature");
    rules.signer.isIdentity(checked.facts);
  }
}

function factsOf({ candidate, checked, claim }: Held): SignatureFacts {
  const { facts, seenMs } = checked;
  const [first] = seenMs.toSorted((left, right) => left - right);
  return {
    format: candidate.format,
    ...(facts === undefined ? {} : { issuer: facts.issuer, subjects: facts.subjects }),
    ...(first === undefined ? {} : { signedAt: new Date(first).toISOString() }),
    ...(Object.keys(claim.annotations).length === 0 ? {} : { annotations: claim.annotations }),
  };
}
