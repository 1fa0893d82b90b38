import { X509Certificate } from "node:crypto";
import { AttestorProblem } from "./verify-failure.ts";

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,65536}?-----END CERTIFICATE-----/g;
const maxLength = 1_048_576;

/**
 * The certificates of a PEM text, or of base64 of one. Throws an `AttestorProblem` where there is none, where there are
 * more than `max` (chains that long are built to cost time), and where one cannot be read.
 */
export function parseCertificates(text: string, max: number): readonly X509Certificate[] {
  if (text.length > maxLength) throw new AttestorProblem("the certificates are too long");
  const pem = text.includes("-----BEGIN") ? text : Buffer.from(text, "base64").toString("utf8");
  const blocks = pem.match(block) ?? [];
  if (blocks.length === 0) throw new AttestorProblem("failed to load certificate: there is none in PEM");
  if (blocks.length > max) {
    throw new AttestorProblem(`certificate chain too long: ${blocks.length} certificates, at most ${max}`);
  }
  return blocks.map((one) => {
    try {
      return new X509Certificate(one);
    } catch {
      throw new AttestorProblem("failed to load certificate: a certificate cannot be read");
    }
  });
}

/** At most this many certificates in a chain. */
export const maxChain = 11;
/** One more for a timestamp authority, whose own certificate is part of it. */
export const maxTimestampChain = 12;
/** Roots are a set, not a chain. */
export const maxRoots = 100;
