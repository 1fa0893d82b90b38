import type { KeyObject, X509Certificate } from "node:crypto";
import { X509Certificate as Asn1Certificate } from "@sigstore/core";
import { verifySCTs } from "@sigstore/verify/dist/key/sct.js";
import type { AttestorRules } from "./attestor-rules.ts";
import { checkChain, codeSigning, same } from "./certificate-chain.ts";
import { certificateFacts, type CertificateFacts } from "./certificate-facts.ts";
import { checkLogEntries } from "./log-entries.ts";
import { checkSignature, type SignatureHash } from "./public-key.ts";
import type { SignedMaterial } from "./signed-material.ts";
import { checkTimestamps } from "./timestamps.ts";
import type { SigningAuthority } from "./trust.ts";
import { messageOf, VerifyFailure } from "./verify-failure.ts";

/** What is known of a signature that holds. Who made it has still to be compared with whom the policy names. */
export interface CheckedSignature {
  /** When a log or an authority saw it, in ms. */
  readonly seenMs: readonly number[];
  /** Of a keyless signature. */
  readonly facts: CertificateFacts | undefined;
}

/**
 * Checks one signature: the times that authorities and logs vouch for, the certificate at each of those times, its
 * publication, and the signature itself. Throws a `VerifyFailure`.
 */
export function checkMaterial(
  material: SignedMaterial,
  rules: AttestorRules,
  nowMs: number,
): CheckedSignature {
  const { trust, signer } = rules;
  const stamped =
    trust.timestampAuthorities.length === 0
      ? []
      : checkTimestamps(material.timestamps, material.signature, trust.timestampAuthorities);
  const { key, hash, certificate } = signingKey(material, rules);
  // Entries that the policy does not ask about are not believed in, their times included.
  const logged = rules.needsLog ? checkLogEntries(material, key, trust.logs) : [];
  const seenMs = [...stamped, ...logged];
  const times = seenMs.length === 0 ? [nowMs] : seenMs;
  if (certificate !== undefined)
    for (const atMs of times) checkCertificate(material, rules, certificate, atMs);
  checkByAny(key, material, hash);
  const facts = signer.kind === "keyless" && certificate !== undefined ? factsOf(certificate) : undefined;
  return { seenMs, facts };
}

interface SigningKey {
  readonly key: KeyObject;
  readonly hash: readonly SignatureHash[];
  /** The certificate whose path has to be checked. */
  readonly certificate: X509Certificate | undefined;
}

function signingKey({ certificate }: SignedMaterial, { signer }: AttestorRules): SigningKey {
  if (signer.kind === "key") return { key: signer.key, hash: [signer.hash], certificate: undefined };
  if (signer.kind === "certificate") {
    const own = signer.certificate;
    return {
      key: own.publicKey,
      hash: hashOf(own),
      certificate: signer.chain.length === 0 ? undefined : own,
    };
  }
  if (certificate === undefined) throw new VerifyFailure("no certificate found on signature");
  return { key: certificate.publicKey, hash: hashOf(certificate), certificate };
}

/** Signers hash as their curve asks for (FIPS 186-5), or with SHA-256 whatever the curve, as older ones do. */
function hashOf({ publicKey }: X509Certificate): readonly SignatureHash[] {
  const curve = publicKey.asymmetricKeyDetails?.namedCurve;
  if (curve === "secp384r1") return ["sha384", "sha256"];
  return curve === "secp521r1" ? ["sha512", "sha256"] : ["sha256"];
}

function checkByAny(key: KeyObject, material: SignedMaterial, hashes: readonly SignatureHash[]): void {
  let failure: unknown;
  for (const hash of hashes) {
    try {
      checkSignature(key, material.signedBytes, material.signature, hash);
      return;
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

function checkCertificate(
  material: SignedMaterial,
  { signer, trust, needsCertificateLog }: AttestorRules,
  leaf: X509Certificate,
  atMs: number,
): void {
  const { intermediates } = material;
  switch (signer.kind) {
    case "certificate": {
      const root = signer.chain.at(-1);
      checkChain({
        leaf,
        intermediates: signer.chain.slice(0, -1),
        roots: root === undefined ? [] : [root],
        atMs,
      });
      return;
    }
    case "roots":
      checkChain({ leaf, intermediates, roots: signer.roots, atMs, purpose: codeSigning });
      return;
    case "keyless": {
      const path =
        signer.roots === undefined
          ? pathBelow(trust.authorities, leaf, intermediates, atMs)
          : checkChain({ leaf, intermediates, roots: signer.roots, atMs, purpose: codeSigning });
      if (needsCertificateLog) checkPublication(path, trust.certificateLogs);
      return;
    }
    case "key":
      return;
    default:
      signer satisfies never;
  }
}

function pathBelow(
  authorities: readonly SigningAuthority[],
  leaf: X509Certificate,
  intermediates: readonly X509Certificate[],
  atMs: number,
): readonly X509Certificate[] {
  let failure: unknown = new VerifyFailure("x509: certificate signed by unknown authority");
  for (const authority of authorities) {
    if (atMs < authority.fromMs || atMs > authority.toMs) continue;
    try {
      const own = [...authority.intermediates, ...intermediates];
      return checkChain({ leaf, intermediates: own, roots: [authority.root], atMs, purpose: codeSigning });
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** Throws a `VerifyFailure` unless a log of certificates promised to publish the leaf (RFC 6962). */
function checkPublication(
  path: readonly X509Certificate[],
  logs: AttestorRules["trust"]["certificateLogs"],
): void {
  const [leaf, issuer] = path;
  if (leaf === undefined || issuer === undefined || same(leaf, issuer)) {
    throw new VerifyFailure("the certificate has no issuer whose publication could be checked");
  }
  const parse = (certificate: X509Certificate) => Asn1Certificate.parse(Buffer.from(certificate.raw));
  let found = 0;
  try {
    found = verifySCTs(parse(leaf), parse(issuer), [...logs]).length;
  } catch (error) {
    throw new VerifyFailure(`unable to verify SCT: ${messageOf(error)}`);
  }
  if (found === 0) throw new VerifyFailure("certificate does not include required embedded SCT");
}

function factsOf(certificate: X509Certificate): CertificateFacts {
  try {
    return certificateFacts(certificate.raw);
  } catch {
    throw new VerifyFailure("the certificate cannot be read");
  }
}
