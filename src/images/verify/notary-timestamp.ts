import { X509Certificate } from "node:crypto";
import { ASN1Obj, RFC3161Timestamp, X509Certificate as Asn1Certificate } from "@sigstore/core";
import { checkChain, timeStamping } from "./certificate-chain.ts";
import { checkTimestamps } from "./timestamps.ts";
import { messageOf, VerifyFailure } from "./verify-failure.ts";

/**
 * When an authority below `roots` saw a signature, in ms. The token (RFC 3161) carries its own certificates; the one that
 * signed it is found by issuer and serial number, and is the one that is checked. Throws a `VerifyFailure`.
 */
export function checkTimestampToken(
  token: Buffer,
  signature: Buffer,
  roots: readonly X509Certificate[],
): number {
  const answer = answerOf(token);
  let signer: X509Certificate | undefined;
  let embedded: readonly X509Certificate[] = [];
  let seenMs = 0;
  try {
    const timestamp = RFC3161Timestamp.parse(Buffer.from(answer));
    seenMs = timestamp.signingTime.getTime();
    embedded = certificatesIn(token);
    signer = embedded.find(({ raw }) => {
      const { issuer, serialNumber } = Asn1Certificate.parse(Buffer.from(raw));
      return issuer.equals(timestamp.signerIssuer) && serialNumber.equals(timestamp.signerSerialNumber);
    });
  } catch (error) {
    throw new VerifyFailure(`the timestamp cannot be read: ${messageOf(error)}`);
  }
  if (signer === undefined) throw new VerifyFailure("the timestamp holds no certificate of its signer");
  const path = checkChain({
    leaf: signer,
    intermediates: embedded,
    roots,
    atMs: seenMs,
    purpose: timeStamping,
  });
  const certChain = path.map(({ raw }) => Asn1Certificate.parse(Buffer.from(raw)));
  const validFor = { start: new Date(0), end: new Date(8_640_000_000_000_000) };
  const [checkedMs] = checkTimestamps([answer], signature, [{ certChain, validFor }]);
  return checkedMs ?? seenMs;
}

/** A token as the answer of an authority that granted it, which is what the reader of timestamps reads. */
function answerOf(token: Buffer): Buffer {
  const granted = Buffer.from([0x30, 0x03, 0x02, 0x01, 0x00]);
  const length = granted.length + token.length;
  const head =
    length < 0x80
      ? [length]
      : length < 0x1_00
        ? [0x81, length]
        : length < 0x1_00_00
          ? [0x82, length >> 8, length & 0xff]
          : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from([0x30, ...head]), granted, token]);
}

/** The certificates of a CMS SignedData (RFC 5652, 5.1). */
function certificatesIn(token: Buffer): readonly X509Certificate[] {
  const signedData = ASN1Obj.parseBuffer(Buffer.from(token)).subs[1]?.subs[0];
  const set = signedData?.subs.find(({ tag }) => tag.isContextSpecific(0));
  return (set?.subs ?? []).slice(0, 10).map((one) => new X509Certificate(one.toDER()));
}
