import { encodeBase64 } from "../base64.ts";
import type { Json } from "../../values/json.ts";
import { extendedKeyUsages } from "./algorithms.ts";
import { bitString, children, integer, objectIdentifier, readElements, readSingle, tags } from "./der.ts";
import type { DerNode } from "./der.ts";
import { addressText, generalNames, noNames, uriParts, uriTexts } from "./general-names.ts";
import type { GeneralNames } from "./general-names.ts";
import { orNull } from "./name.ts";
import { nameConstraints } from "./name-constraints.ts";

export interface Extension {
  readonly id: readonly number[];
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** The extensions of a certificate or of a request. */
export function readExtensions(list: DerNode | undefined): readonly Extension[] {
  if (list === undefined) return [];
  return children(list, tags.sequence, "extensions").map((node) => {
    const parts = children(node, tags.sequence, "extension");
    const flag = parts[1]?.tag === tags.boolean ? parts[1] : undefined;
    const value = parts[flag === undefined ? 1 : 2];
    return {
      id: objectIdentifier(parts[0], "extension OID field"),
      critical: (flag?.content[0] ?? 0) !== 0,
      value: value?.tag === tags.octetString ? value.content : new Uint8Array(),
    };
  });
}

export function extensionValues(extensions: readonly Extension[]): Json {
  return orNull(
    extensions.map(({ id, critical, value }) => ({ Id: id, Critical: critical, Value: encodeBase64(value) })),
  );
}

/** The value of the extension 2.5.29.n, or undefined. */
function valueOf(extensions: readonly Extension[], id: string): Uint8Array | undefined {
  return extensions.find((extension) => extension.id.join(".") === id)?.value;
}

/** Subject alternative names as certificates and requests show them. */
export function alternativeNames(extensions: readonly Extension[]): { readonly [key: string]: Json } {
  const value = valueOf(extensions, "2.5.29.17");
  const what = "subject alternative names";
  const names: GeneralNames =
    value === undefined
      ? noNames
      : generalNames(children(readSingle(value, tags.sequence, what), tags.sequence, what));
  return {
    DNSNames: orNull(names.dns),
    EmailAddresses: orNull(names.emails),
    IPAddresses: orNull(names.addresses.map(addressText)),
    URIs: orNull(names.uris.map(uriParts)),
  };
}

/** The fields that Go derives from the extensions of a certificate. */
export function certificateFields(extensions: readonly Extension[]): { readonly [key: string]: Json } {
  return {
    KeyUsage: keyUsage(valueOf(extensions, "2.5.29.15")),
    ...extendedKeyUsage(valueOf(extensions, "2.5.29.37")),
    ...basicConstraints(valueOf(extensions, "2.5.29.19")),
    ...keyIdentifiers(extensions),
    ...informationAccess(valueOf(extensions, "1.3.6.1.5.5.7.1.1")),
    ...alternativeNames(extensions),
    ...nameConstraints(extensions.find(({ id }) => id.join(".") === "2.5.29.30")),
    CRLDistributionPoints: distributionPoints(valueOf(extensions, "2.5.29.31")),
    ...policies(extensions),
    UnhandledCriticalExtensions: orNull(
      extensions.filter(({ id, critical }) => critical && !handled.has(id.join("."))).map(({ id }) => id),
    ),
  };
}

const handled = new Set([15, 17, 19, 30, 31, 32, 33, 35, 36, 37, 14, 54].map((id) => `2.5.29.${id}`));

function keyUsage(value: Uint8Array | undefined): number {
  if (value === undefined) return 0;
  const bits = bitString(readSingle(value, tags.bitString, "key usage"), "key usage");
  let usage = 0;
  for (let bit = 0; bit < 9; bit += 1) {
    if (((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0) usage |= 1 << bit;
  }
  return usage;
}

function extendedKeyUsage(value: Uint8Array | undefined): { readonly [key: string]: Json } {
  const what = "extended key usages";
  const ids =
    value === undefined
      ? []
      : children(readSingle(value, tags.sequence, what), tags.sequence, what).map((node) =>
          objectIdentifier(node, what),
        );
  const numbers = ids.map((id) => extendedKeyUsages[id.join(".")]);
  return {
    ExtKeyUsage: orNull(numbers.filter((number) => number !== undefined)),
    UnknownExtKeyUsage: orNull(ids.filter((_, index) => numbers[index] === undefined)),
  };
}

function basicConstraints(value: Uint8Array | undefined): { readonly [key: string]: Json } {
  if (value === undefined) {
    return { BasicConstraintsValid: false, IsCA: false, MaxPathLen: 0, MaxPathLenZero: false };
  }
  const what = "basic constraints";
  const parts = children(readSingle(value, tags.sequence, what), tags.sequence, what);
  const length = parts.find((part) => part.tag === tags.integer);
  const maxPathLength = length === undefined ? -1 : Number(integer(length, what));
  return {
    BasicConstraintsValid: true,
    IsCA: (parts.find((part) => part.tag === tags.boolean)?.content[0] ?? 0) !== 0,
    MaxPathLen: maxPathLength,
    MaxPathLenZero: maxPathLength === 0,
  };
}

function keyIdentifiers(extensions: readonly Extension[]): { readonly [key: string]: Json } {
  const subject = valueOf(extensions, "2.5.29.14");
  const authority = valueOf(extensions, "2.5.29.35");
  const what = "authority key identifier";
  const issuer =
    authority === undefined
      ? undefined
      : children(readSingle(authority, tags.sequence, what), tags.sequence, what).find(
          (node) => node.tag === 0x80,
        );
  return {
    SubjectKeyId:
      subject === undefined
        ? null
        : encodeBase64(readSingle(subject, tags.octetString, "subject key identifier").content),
    AuthorityKeyId: issuer === undefined ? null : encodeBase64(issuer.content),
  };
}

function informationAccess(value: Uint8Array | undefined): { readonly [key: string]: Json } {
  const what = "authority info access";
  const entries =
    value === undefined
      ? []
      : children(readSingle(value, tags.sequence, what), tags.sequence, what).map((node) =>
          children(node, tags.sequence, what),
        );
  const urisOf = (method: string): Json =>
    orNull(
      entries
        .filter(([id]) => objectIdentifier(id, what).join(".") === method)
        .flatMap(([, location]) => (location === undefined ? [] : uriTexts([location]))),
    );
  return {
    OCSPServer: urisOf("1.3.6.1.5.5.7.48.1"),
    IssuingCertificateURL: urisOf("1.3.6.1.5.5.7.48.2"),
  };
}

/** The URIs of the full names of all distribution points. */
function distributionPoints(value: Uint8Array | undefined): Json {
  if (value === undefined) return null;
  const what = "CRL distribution points";
  const names = children(readSingle(value, tags.sequence, what), tags.sequence, what)
    .flatMap((point) => children(point, tags.sequence, what))
    .filter((node) => node.tag === 0xa0)
    .flatMap((node) => readElements(node.content, what))
    .filter((node) => node.tag === 0xa0);
  return orNull(names.flatMap((node) => uriTexts(readElements(node.content, what))));
}

function policies(extensions: readonly Extension[]): { readonly [key: string]: Json } {
  const identifiers = sequencesOf(valueOf(extensions, "2.5.29.32"), "certificate policies").map((node) =>
    objectIdentifier(children(node, tags.sequence, "certificate policies")[0], "certificate policies"),
  );
  const mappings = sequencesOf(valueOf(extensions, "2.5.29.33"), "policy mappings").map((node) => {
    const [issuer, subject] = children(node, tags.sequence, "policy mappings");
    return {
      IssuerDomainPolicy: objectIdentifier(issuer, "policy mappings").join("."),
      SubjectDomainPolicy: objectIdentifier(subject, "policy mappings").join("."),
    };
  });
  const constraints = sequencesOf(valueOf(extensions, "2.5.29.36"), "policy constraints");
  const inhibitAny = valueOf(extensions, "2.5.29.54");
  return {
    PolicyIdentifiers: orNull(identifiers),
    Policies: orNull(identifiers.map((id) => id.join("."))),
    PolicyMappings: orNull(mappings),
    ...skipCount("RequireExplicitPolicy", constraints.find((node) => node.tag === 0x80)?.content),
    ...skipCount("InhibitPolicyMapping", constraints.find((node) => node.tag === 0x81)?.content),
    ...skipCount(
      "InhibitAnyPolicy",
      inhibitAny === undefined
        ? undefined
        : readSingle(inhibitAny, tags.integer, "inhibit any policy").content,
    ),
  };
}

function sequencesOf(value: Uint8Array | undefined, what: string): readonly DerNode[] {
  return value === undefined ? [] : children(readSingle(value, tags.sequence, what), tags.sequence, what);
}

function skipCount(name: string, content: Uint8Array | undefined): { readonly [key: string]: Json } {
  const count = content === undefined ? 0 : content.reduce((total, byte) => total * 256 + byte, 0);
  return { [name]: count, [`${name}Zero`]: content !== undefined && count === 0 };
}
