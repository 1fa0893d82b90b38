import { X509Certificate as Asn1Certificate, type ASN1Obj } from "@sigstore/core";

const subjectAlternativeName = "2.5.29.17";
const issuerOid = "1.3.6.1.4.1.57264.1.8";
const olderIssuerOid = "1.3.6.1.4.1.57264.1.1";
const otherNameOid = "1.3.6.1.4.1.57264.1.7";

/** What an authority vouches for in a certificate that it gave to someone for minutes. */
export interface CertificateFacts {
  /** Who it was given to: e-mail addresses, URIs, host names, names of other kinds. */
  readonly subjects: readonly string[];
  /** Who told the authority so; empty where the certificate does not say. */
  readonly issuer: string;
  /** The value of an extension as text; undefined where it is absent. */
  extension(oid: string): string | undefined;
}

/** Reads a certificate (DER). Throws for one that is malformed. */
export function certificateFacts(der: Buffer): CertificateFacts {
  const certificate = Asn1Certificate.parse(Buffer.from(der));
  const extension = (oid: string): string | undefined => {
    const found = certificate.extension(oid);
    if (found === undefined) return undefined;
    // The first six hold bare bytes, later ones a DER string.
    const isBare = /\.57264\.1\.[1-6]$/.test(oid);
    const text = isBare ? undefined : found.valueObj.subs[0]?.value;
    return (text ?? found.value).toString("utf8");
  };
  const names = certificate.extension(subjectAlternativeName)?.valueObj.subs[0]?.subs ?? [];
  return {
    subjects: names.flatMap(nameOf),
    issuer: extension(issuerOid) ?? extension(olderIssuerOid) ?? "",
    extension,
  };
}

/** General names (RFC 5280, 4.2.1.6); names of kinds that no signer has are left out. */
function nameOf(name: ASN1Obj): readonly string[] {
  if (!name.tag.isContextSpecific()) return [];
  switch (name.tag.number) {
    case 1: // e-mail
    case 2: // host
    case 6: // URI
      return [name.value.toString("latin1")];
    case 0: {
      const [kind, value] = name.subs;
      const text = value?.subs[0]?.value;
      return kind?.toOID() === otherNameOid && text !== undefined ? [text.toString("utf8")] : [];
    }
    default:
      return [];
  }
}
