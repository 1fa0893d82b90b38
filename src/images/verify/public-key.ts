import { createPublicKey, verify, type KeyObject } from "node:crypto";
import { AttestorProblem, VerifyFailure } from "./verify-failure.ts";

export type SignatureHash = "sha224" | "sha256" | "sha384" | "sha512";

const publicKeyHeader = /^-----BEGIN (?:RSA )?PUBLIC KEY-----/;
const maxKeyLength = 16_384;

/** Reads one public key (PEM). Throws an `AttestorProblem`. */
export function parsePublicKey(pem: string): KeyObject {
  const text = pem.trim();
  if (text.length > maxKeyLength || !publicKeyHeader.test(text)) {
    throw new AttestorProblem("failed to load public key: this is no public key in PEM");
  }
  try {
    const key = createPublicKey(text);
    checkStrength(key);
    return key;
  } catch (error) {
    if (error instanceof AttestorProblem) throw error;
    throw new AttestorProblem("failed to load public key: unsupported or malformed key");
  }
}

function checkStrength({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): void {
  const known = type === "ec" || type === "ed25519" || type === "rsa";
  if (!known) throw new AttestorProblem(`failed to load public key: keys of type ${type} are not supported`);
  if (type === "rsa" && (details?.modulusLength ?? 0) < 2_048) {
    throw new AttestorProblem("failed to load public key: RSA keys have at least 2048 bits");
  }
}

/** The key as DER, which two texts of one key share. */
export function keyBytes(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}

/** Throws a `VerifyFailure`, in the words of Go's libraries, unless `signature` over `data` is the key's. */
export function checkSignature(
  key: KeyObject,
  data: Uint8Array,
  signature: Uint8Array,
  hash: SignatureHash = "sha256",
): void {
  const algorithm = key.asymmetricKeyType === "ed25519" ? null : hash;
  let holds = false;
  try {
    holds = verify(algorithm, data, key, signature);
  } catch {
    // A signature that cannot even be read does not hold.
  }
  if (holds) return;
  switch (key.asymmetricKeyType) {
    case "ec":
      throw new VerifyFailure("invalid signature when validating ASN.1 encoded signature");
    case "ed25519":
      throw new VerifyFailure("failed to verify signature");
    default:
      throw new VerifyFailure("crypto/rsa: verification error");
  }
}
