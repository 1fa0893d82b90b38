import { verify, X509Certificate, type KeyObject } from "node:crypto";
import { VerifyFailure } from "./verify-failure.ts";

/** A Notary Project signature, whichever envelope it came in. Nothing of it is believed yet. */
export interface NotaryEnvelope {
  readonly format: "notary-jws" | "notary-cose";
  readonly algorithm: NotaryAlgorithm;
  readonly signedBytes: Buffer;
  readonly signature: Buffer;
  /** Leaf first. */
  readonly chain: readonly X509Certificate[];
  readonly payload: Buffer;
  readonly contentType: string;
  readonly signingScheme: string;
  readonly signingTimeMs: number | undefined;
  readonly expiryMs: number | undefined;
  /** Names of attributes that whoever reads the envelope must understand. */
  readonly critical: readonly string[];
  /** A timestamp token (RFC 3161), DER. */
  readonly timestamp: Buffer | undefined;
}

export type NotaryAlgorithm = "PS256" | "PS384" | "PS512" | "ES256" | "ES384" | "ES512";

const hashes: Readonly<Record<NotaryAlgorithm, string>> = {
  PS256: "sha256",
  PS384: "sha384",
  PS512: "sha512",
  ES256: "sha256",
  ES384: "sha384",
  ES512: "sha512",
};

/** The one algorithm that the specification allows for a key. */
function algorithmOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): NotaryAlgorithm | undefined {
  if (type === "rsa") {
    if (details?.modulusLength === 2_048) return "PS256";
    if (details?.modulusLength === 3_072) return "PS384";
    return details?.modulusLength === 4_096 ? "PS512" : undefined;
  }
  if (type !== "ec") return undefined;
  switch (details?.namedCurve) {
    case "prime256v1":
      return "ES256";
    case "secp384r1":
      return "ES384";
    case "secp521r1":
      return "ES512";
    default:
      return undefined;
  }
}

export function isNotaryAlgorithm(text: unknown): text is NotaryAlgorithm {
  return typeof text === "string" && Object.hasOwn(hashes, text);
}

/** Throws a `VerifyFailure` unless the envelope was signed by its own leaf with the algorithm that its key calls for. */
export function checkEnvelopeSignature({ algorithm, chain, signedBytes, signature }: NotaryEnvelope): void {
  const [leaf] = chain;
  if (leaf === undefined) throw new VerifyFailure("the signature has no certificates");
  const key = leaf.publicKey;
  if (algorithmOf(key) !== algorithm) {
    throw new VerifyFailure(`the algorithm ${algorithm} is not the one for the signer's key`);
  }
  const hash = hashes[algorithm];
  const holds =
    key.asymmetricKeyType === "ec"
      ? verify(hash, signedBytes, { key, dsaEncoding: "ieee-p1363" }, signature)
      : verify(hash, signedBytes, { key, padding: pssPadding, saltLength: saltDigest }, signature);
  if (!holds) throw new VerifyFailure("the signature is not the signer's");
}

/** RSA_PKCS1_PSS_PADDING with a salt as long as the digest; the constants of OpenSSL. */
const pssPadding = 6;
const saltDigest = -1;

const maxCertificates = 10;

/** Reads the certificates of an envelope (DER, leaf first). Throws a `VerifyFailure`. */
export function parseChain(ders: readonly Uint8Array[]): readonly X509Certificate[] {
  if (ders.length === 0) throw new VerifyFailure("the signature has no certificates");
  if (ders.length > maxCertificates) throw new VerifyFailure("the signature has too many certificates");
  try {
    return ders.map((der) => new X509Certificate(der));
  } catch {
    throw new VerifyFailure("a certificate of the signature cannot be read");
  }
}
