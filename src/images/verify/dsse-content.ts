import { envelopeFromJSON, type Envelope } from "@sigstore/bundle";
import { dsse } from "@sigstore/core";
import { DSSESignatureContent } from "@sigstore/verify/dist/bundle/dsse.js";
import type { Claim } from "./candidate.ts";
import type { SignedMaterial } from "./signed-material.ts";
import { parseObject } from "./simple-signing.ts";
import { checkSubject, parseStatement } from "./statement.ts";
import { VerifyFailure } from "./verify-failure.ts";

/** What an envelope signs, and what it says (DSSE). */
export interface EnvelopeContent extends Pick<SignedMaterial, "signedBytes" | "signature" | "content"> {
  readonly claim: (digest: string) => Claim;
}

/** Reads an envelope (JSON). Throws a `VerifyFailure`. */
export function parseEnvelope(bytes: Buffer): EnvelopeContent {
  const document = parseObject(bytes, "envelope");
  try {
    return envelopeContent(envelopeFromJSON(document));
  } catch (error) {
    if (error instanceof VerifyFailure) throw error;
    throw new VerifyFailure("the envelope cannot be read");
  }
}

/** Throws a `VerifyFailure` for an envelope without exactly one signature: which of several would count? */
export function envelopeContent(envelope: Envelope): EnvelopeContent {
  const [first, ...others] = envelope.signatures;
  if (first === undefined || others.length > 0) {
    throw new VerifyFailure(`an envelope has one signature, not ${envelope.signatures.length}`);
  }
  return {
    signedBytes: dsse.preAuthEncoding(envelope.payloadType, envelope.payload),
    signature: first.sig,
    content: new DSSESignatureContent(envelope),
    claim(digest) {
      const statement = parseStatement(envelope.payloadType, envelope.payload);
      return { annotations: checkSubject(statement, digest), statement };
    },
  };
}
