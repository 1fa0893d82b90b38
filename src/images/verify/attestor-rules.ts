import type { KeyObject, X509Certificate } from "node:crypto";
import type { CosignAttestor, ImageSigner } from "#api/broker/image-request.ts";
import { maxChain, maxRoots, parseCertificates } from "./certificate-list.ts";
import { compileIdentityRule, type IdentityRule } from "./identity-rules.ts";
import { parsePublicKey, type SignatureHash } from "./public-key.ts";
import { logOfKey, noTrust, parseTrustedRoot, timestampAuthorityOfChain, type Trust } from "./trust.ts";
import { AttestorProblem } from "./verify-failure.ts";

/** Whose signature counts. */
export type SignerRule =
  | { readonly kind: "key"; readonly key: KeyObject; readonly hash: SignatureHash }
  /** A certificate that the policy holds; with a chain it must have been valid when it signed. */
  | {
      readonly kind: "certificate";
      readonly certificate: X509Certificate;
      readonly chain: readonly X509Certificate[];
    }
  /** Any certificate below these roots. */
  | { readonly kind: "roots"; readonly roots: readonly X509Certificate[] }
  /** A certificate that an authority gave to someone for minutes; `roots` in place of the authorities of the trust. */
  | {
      readonly kind: "keyless";
      readonly isIdentity: IdentityRule;
      readonly roots: readonly X509Certificate[] | undefined;
    };

/** A party, ready to be checked against. */
export interface AttestorRules {
  readonly signer: SignerRule;
  readonly trust: Trust;
  readonly needsLog: boolean;
  /** A keyless certificate must have been published. */
  readonly needsCertificateLog: boolean;
}

/** Where what is trusted comes from when the policy does not say. */
export interface TrustSource {
  /** The configured trusted root, JSON; undefined where none is configured. */
  readonly trustedRoot: string | undefined;
  /** The PEM text of a key that the policy names by a reference. Throws an `AttestorProblem` or an outage. */
  readonly key: (reference: string) => Promise<string>;
}

/** Reads a party from a policy. Throws an `AttestorProblem` for one that nobody could be checked against. */
export async function compileAttestor(attestor: CosignAttestor, source: TrustSource): Promise<AttestorRules> {
  const { log = {}, certificateLog = {}, timestampChain, signer } = attestor;
  const isKeyless = signer.kind === "keyless";
  const needsLog = log.ignore !== true;
  const needsCertificateLog = isKeyless && certificateLog.ignore !== true;
  const base = baseTrust(attestor, source);
  const trust: Trust = {
    authorities: base?.authorities ?? [],
    logs: log.publicKey === undefined ? (base?.logs ?? []) : [logOfKey(log.publicKey)],
    certificateLogs:
      certificateLog.publicKey === undefined
        ? (base?.certificateLogs ?? [])
        : [logOfKey(certificateLog.publicKey)],
    timestampAuthorities:
      timestampChain === undefined
        ? (base?.timestampAuthorities ?? [])
        : [timestampAuthorityOfChain(timestampChain)],
  };
  const rule = await signerRule(signer, source);
  const lacks = [
    needsLog && trust.logs.length === 0 ? "the transparency log" : undefined,
    needsCertificateLog && trust.certificateLogs.length === 0 ? "the log of certificates" : undefined,
    rule.kind === "keyless" && rule.roots === undefined && trust.authorities.length === 0
      ? "the certificate authority"
      : undefined,
  ].filter((what) => what !== undefined);
  if (lacks.length > 0) {
    throw new AttestorProblem(
      `nothing is known of ${lacks.join(" and ")}: name a trusted root in the setting imageTrustedRoot, or keys in the policy`,
    );
  }
  return { signer: rule, trust, needsLog, needsCertificateLog };
}

function baseTrust({ trust }: CosignAttestor, { trustedRoot }: TrustSource): Trust | undefined {
  if (trust?.kind === "trustedRoot") return parseTrustedRoot(trust.json);
  if (trust?.kind === "tuf") {
    throw new AttestorProblem("roots from TUF repositories are not supported: give the trusted root itself");
  }
  return trustedRoot === undefined ? noTrust : parseTrustedRoot(trustedRoot);
}

async function signerRule(signer: ImageSigner, source: TrustSource): Promise<SignerRule> {
  switch (signer.kind) {
    case "key": {
      const { key, hash = "sha256" } = signer;
      const pem = key.trim().startsWith("-----BEGIN") ? key : await source.key(key.trim());
      return { kind: "key", key: parsePublicKey(pem), hash };
    }
    case "certificate":
      return certificateRule(signer);
    case "keyless":
      return {
        kind: "keyless",
        isIdentity: compileIdentityRule(signer),
        roots: signer.roots === undefined ? undefined : parseCertificates(signer.roots, maxRoots),
      };
    default:
      return signer satisfies never;
  }
}

function certificateRule({ certificate, chain }: ImageSigner & { readonly kind: "certificate" }): SignerRule {
  const above = chain === undefined ? [] : parseCertificates(chain, maxChain);
  if (certificate === undefined) {
    if (above.length === 0)
      throw new AttestorProblem("a certificate attestor needs a certificate or a chain");
    return { kind: "roots", roots: above };
  }
  const [own] = parseCertificates(certificate, maxChain);
  if (own === undefined) throw new AttestorProblem("a certificate attestor needs a certificate or a chain");
  return { kind: "certificate", certificate: own, chain: above };
}
