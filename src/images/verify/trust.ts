import { createHash, X509Certificate } from "node:crypto";
import { X509Certificate as Asn1Certificate } from "@sigstore/core";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toTrustMaterial } from "@sigstore/verify";
import type { TLogAuthority } from "@sigstore/verify/dist/trust/trust.types.js";
import type { CertAuthority } from "@sigstore/verify/dist/trust/trust.types.js";
import { parseCertificates, maxTimestampChain } from "./certificate-list.ts";
import { timeStamping } from "./certificate-chain.ts";
import { keyBytes, parsePublicKey } from "./public-key.ts";
import { AttestorProblem, messageOf } from "./verify-failure.ts";

export type { CertAuthority, TLogAuthority };

/** An authority that gives certificates for minutes, leaf's issuer first, and when it was to be believed. */
export interface SigningAuthority {
  readonly intermediates: readonly X509Certificate[];
  readonly root: X509Certificate;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Whom a check believes. */
export interface Trust {
  readonly authorities: readonly SigningAuthority[];
  readonly logs: readonly TLogAuthority[];
  readonly certificateLogs: readonly TLogAuthority[];
  readonly timestampAuthorities: readonly CertAuthority[];
}

export const noTrust: Trust = { authorities: [], logs: [], certificateLogs: [], timestampAuthorities: [] };

const maxLength = 1_048_576;

/** Reads a trusted root (JSON, `application/vnd.dev.sigstore.trustedroot+json;version=0.1`). Throws an `AttestorProblem`. */
export function parseTrustedRoot(json: string): Trust {
  if (json.length > maxLength) throw new AttestorProblem("the trusted root is larger than 1 MiB");
  try {
    const root = TrustedRoot.fromJSON(JSON.parse(json));
    const material = toTrustMaterial(root);
    return {
      authorities: material.certificateAuthorities.flatMap(authorityOf),
      logs: material.tlogs,
      certificateLogs: material.ctlogs,
      timestampAuthorities: material.timestampAuthorities.filter(isTimestampAuthority),
    };
  } catch (error) {
    throw new AttestorProblem(`the trusted root cannot be read: ${messageOf(error)}`);
  }
}

function authorityOf({ certChain, validFor }: CertAuthority): readonly SigningAuthority[] {
  const chain = certChain.map((one) => new X509Certificate(one.root.toDER()));
  const root = chain.at(-1);
  if (root === undefined) return [];
  const window = { fromMs: validFor.start.getTime(), toMs: validFor.end.getTime() };
  return [{ intermediates: chain.slice(0, -1), root, ...window }];
}

/** True where the certificate whose key is checked is itself one for timestamps. */
function isTimestampAuthority({ certChain: [leaf] }: CertAuthority): boolean {
  return leaf !== undefined && isForTimestamps(new X509Certificate(leaf.root.toDER()));
}

function isForTimestamps({ keyUsage }: X509Certificate): boolean {
  return (keyUsage ?? []).length === 1 && keyUsage?.[0] === timeStamping;
}

const always = { start: new Date(0), end: new Date(8_640_000_000_000_000) };

/** A log by its key (PEM). Throws an `AttestorProblem`. */
export function logOfKey(pem: string): TLogAuthority {
  const publicKey = parsePublicKey(pem);
  const logID = createHash("sha256").update(keyBytes(publicKey)).digest();
  return { logID, publicKey, baseURL: "", validFor: always };
}

/** A timestamp authority by its chain (PEM, its own certificate first). Throws an `AttestorProblem`. */
export function timestampAuthorityOfChain(pem: string): CertAuthority {
  const chain = parseCertificates(pem, maxTimestampChain);
  const [leaf] = chain;
  if (leaf === undefined || !isForTimestamps(leaf)) {
    throw new AttestorProblem("the first certificate of a timestamp chain must be one for timestamps alone");
  }
  const certChain = chain.map(({ raw }) => Asn1Certificate.parse(Buffer.from(raw)));
  return { certChain, validFor: always };
}
