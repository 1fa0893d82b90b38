import { RFC3161Timestamp } from "@sigstore/core";
import { verifyRFC3161Timestamp } from "@sigstore/verify/dist/timestamp/tsa.js";
import type { CertAuthority } from "./trust.ts";
import { messageOf, VerifyFailure } from "./verify-failure.ts";

const maxTimestamps = 10;

/**
 * The times (ms) at which the authorities saw a signature (RFC 3161). Every timestamp that is there must hold. Throws a
 * `VerifyFailure`.
 */
export function checkTimestamps(
  timestamps: readonly Buffer[],
  signature: Buffer,
  authorities: readonly CertAuthority[],
): readonly number[] {
  if (timestamps.length > maxTimestamps) throw failure("there are too many");
  return timestamps.map((der) => {
    let timestamp: RFC3161Timestamp;
    try {
      timestamp = RFC3161Timestamp.parse(Buffer.from(der));
      timestamp.tstInfo.verify(signature);
    } catch (error) {
      throw failure(/imprint/.test(messageOf(error)) ? "hashed messages don't match" : "malformed timestamp");
    }
    try {
      verifyRFC3161Timestamp(timestamp, signature, [...authorities]);
      return timestamp.signingTime.getTime();
    } catch (error) {
      throw failure(messageOf(error));
    }
  });
}

function failure(why: string): VerifyFailure {
  return new VerifyFailure(`unable to verify RFC3161 timestamp bundle: ${why}`);
}
