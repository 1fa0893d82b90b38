import type { X509Certificate } from "node:crypto";
import type { TransparencyLogEntry } from "@sigstore/bundle";
import type { SignatureContent } from "@sigstore/verify/dist/shared.types.js";

/** A signature with everything that came with it, whichever way it was stored. Nothing of it is believed yet. */
export interface SignedMaterial {
  /** The bytes that the signature is over. */
  readonly signedBytes: Buffer;
  readonly signature: Buffer;
  /** The same for comparison with log entries. */
  readonly content: SignatureContent;
  readonly certificate: X509Certificate | undefined;
  readonly intermediates: readonly X509Certificate[];
  readonly logEntries: readonly TransparencyLogEntry[];
  /** RFC 3161 answers, DER. */
  readonly timestamps: readonly Buffer[];
}
