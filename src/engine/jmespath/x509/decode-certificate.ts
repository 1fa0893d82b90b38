import { QueryError } from "../../errors.ts";
import { encodeBase64 } from "../base64.ts";
import { formatRfc3339 } from "../civil-time.ts";
import { parseTime } from "../time-parse.ts";
import { utf8Text } from "../utf8.ts";
import type { Json } from "../../values/json.ts";
import { rsaEncryption, signatureAlgorithm } from "./algorithms.ts";
import {
  bitString,
  children,
  integer,
  malformed,
  objectIdentifier,
  readElements,
  readSingle,
  tags,
} from "./der.ts";
import type { DerNode } from "./der.ts";
import { alternativeNames, certificateFields, extensionValues, readExtensions } from "./extensions.ts";
import { distinguishedName, orNull } from "./name.ts";
import { firstPemBlock } from "./pem.ts";

/**
 * The first PEM block of a text, a certificate or a certificate request with an RSA key, in the JSON form of Go's
 * `crypto/x509` structures. Numbers are plain. Throws a `QueryError`. Signatures are not verified.
 */
export function decodeCertificate(text: string): Json {
  const block = firstPemBlock(text);
  if (block === undefined) throw new QueryError("failed", "failed to decode PEM block");
  if (block.type === "CERTIFICATE") return certificate(block.bytes);
  if (block.type === "CERTIFICATE REQUEST") return certificateRequest(block.bytes);
  throw new QueryError("failed", "PEM block neither contains a CERTIFICATE or CERTIFICATE REQUEST");
}

function certificate(bytes: Uint8Array): Json {
  const outer = readSingle(bytes, tags.sequence, "certificate");
  const [body, algorithm, signature] = children(outer, tags.sequence, "certificate");
  const fields = [...children(body, tags.sequence, "tbs certificate")];
  const version = fields[0]?.tag === 0xa0 ? fields.shift() : undefined;
  const [serial, , issuer, validity, subject, key, ...optional] = fields;
  const wrapped = optional.find((node) => node.tag === 0xa3);
  const list = wrapped === undefined ? undefined : readElements(wrapped.content, "extensions")[0];
  const [notBefore, notAfter] = children(validity, tags.sequence, "validity");
  const extensions = readExtensions(list);
  return {
    Raw: encodeBase64(outer.raw),
    RawTBSCertificate: raw(body),
    RawSubjectPublicKeyInfo: raw(key),
    RawSubject: raw(subject),
    RawIssuer: raw(issuer),
    Signature: encodeBase64(bitString(signature, "signature")),
    SignatureAlgorithm: signatureAlgorithm(algorithm, "algorithm identifier"),
    PublicKeyAlgorithm: 1,
    PublicKey: rsaKey(key),
    Version:
      version === undefined ? 1 : Number(integer(readElements(version.content, "version")[0], "version")) + 1,
    SerialNumber: finite(Number(integer(serial, "serial number"))),
    Issuer: distinguishedName(issuer, "issuer"),
    Subject: distinguishedName(subject, "subject"),
    NotBefore: timeText(notBefore),
    NotAfter: timeText(notAfter),
    Extensions: extensionValues(extensions),
    ExtraExtensions: null,
    ...certificateFields(extensions),
  };
}

const extensionRequest = "1.2.840.113549.1.9.14";

function certificateRequest(bytes: Uint8Array): Json {
  const what = "certificate request";
  const outer = readSingle(bytes, tags.sequence, what);
  const [body, algorithm, signature] = children(outer, tags.sequence, what);
  const [version, subject, key, attributes] = children(body, tags.sequence, what);
  const requested = attributes === undefined ? [] : children(attributes, 0xa0, what);
  const values = requested
    .map((attribute) => children(attribute, tags.sequence, what))
    .find(([type]) => objectIdentifier(type, what).join(".") === extensionRequest)?.[1];
  const extensions = readExtensions(values === undefined ? undefined : children(values, tags.set, what)[0]);
  return {
    Raw: encodeBase64(outer.raw),
    RawTBSCertificateRequest: raw(body),
    RawSubjectPublicKeyInfo: raw(key),
    RawSubject: raw(subject),
    Version: Number(integer(version, what)),
    Signature: encodeBase64(bitString(signature, what)),
    SignatureAlgorithm: signatureAlgorithm(algorithm, what),
    PublicKeyAlgorithm: 1,
    PublicKey: rsaKey(key),
    Subject: distinguishedName(subject, what),
    Attributes: orNull(requested.flatMap(attributeValues)),
    Extensions: extensionValues(extensions),
    ExtraExtensions: null,
    ...alternativeNames(extensions),
  };
}

/** An attribute as lists of types and values; Go leaves out those that have another form. */
function attributeValues(attribute: DerNode): readonly Json[] {
  const [type, values] = children(attribute, tags.sequence, "certificate request");
  if (values?.tag !== tags.set) return [];
  const lists = readElements(values.content, "certificate request");
  if (!lists.every((list) => list.tag === tags.sequence)) return [];
  const pairs = lists.map((list) => readElements(list.content, "certificate request"));
  if (!pairs.flat().every((pair) => pair.tag === tags.sequence)) return [];
  return [{ Type: objectIdentifier(type, "attribute"), Value: pairs.map((list) => list.map(typeAndValue)) }];
}

function typeAndValue(pair: DerNode): Json {
  const [type, value] = children(pair, tags.sequence, "attribute");
  const shown =
    value?.tag === tags.boolean ? value.content[0] !== 0 : encodeBase64(value?.content ?? new Uint8Array());
  return { Type: objectIdentifier(type, "attribute"), Value: shown };
}

function finite(serial: number): number {
  if (!Number.isFinite(serial)) throw malformed("serial number");
  return serial;
}

function raw(node: DerNode | undefined): string {
  if (node === undefined) throw malformed("certificate");
  return encodeBase64(node.raw);
}

function rsaKey(node: DerNode | undefined): Json {
  const what = "public key";
  const [algorithm, key] = children(node, tags.sequence, what);
  const [identifier] = children(algorithm, tags.sequence, what);
  if (objectIdentifier(identifier, what).join(".") !== rsaEncryption) {
    throw new QueryError("failed", "certificate should use rsa algorithm");
  }
  const [modulus, exponent] = children(
    readSingle(bitString(key, what), tags.sequence, what),
    tags.sequence,
    what,
  );
  return { N: String(integer(modulus, what)), E: Number(integer(exponent, what)) };
}

/** A UTCTime or GeneralizedTime in RFC 3339. */
function timeText(node: DerNode | undefined): string {
  if (node?.tag === tags.generalizedTime) {
    return formatRfc3339(parseTime("20060102150405Z0700", utf8Text(node.content)));
  }
  if (node?.tag !== tags.utcTime) throw malformed("validity");
  const text = utf8Text(node.content);
  // Two digits of a year are 1950 to 2049 here (RFC 5280).
  const century = Number(text.slice(0, 2)) >= 50 ? "19" : "20";
  return formatRfc3339(parseTime("20060102150405Z0700", century + text));
}
