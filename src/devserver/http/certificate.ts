import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { isIP } from "node:net";
import {
  bitString,
  bool,
  contextTag,
  integer,
  objectIdentifier,
  octetString,
  oneOf,
  sequence,
  text,
  utcTime,
} from "./der.ts";

/** A certificate that signs itself, and its key, as PEM. */
export interface ServerCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

const ids = {
  commonName: "2.5.4.3",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
};

const yearMs = 365 * 24 * 3600 * 1000;
const hourMs = 3600 * 1000;

/** Makes a certificate (X.509 v3, P-256) for host names and addresses. It is its own authority. */
export function makeCertificate(hosts: readonly string[], nowMs: number): ServerCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(oneOf(sequence(objectIdentifier(ids.commonName), text("rearguard devserver"))));
  const algorithm = sequence(objectIdentifier(ids.ecdsaWithSha256));
  const unsigned = sequence(
    contextTag(0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    algorithm,
    name,
    sequence(utcTime(nowMs - hourMs), utcTime(nowMs + yearMs)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    contextTag(3, sequence(...extensions(hosts))),
  );
  const signature = sign("sha256", unsigned, privateKey);
  const certificate = sequence(unsigned, algorithm, bitString(signature));
  return { certificatePem: pem("CERTIFICATE", certificate), keyPem: exportKey(privateKey) };
}

function exportKey(key: KeyObject): string {
  return createPrivateKey(key.export({ type: "pkcs8", format: "pem" })).export({
    type: "pkcs8",
    format: "pem",
  }) as string;
}

function extensions(hosts: readonly string[]): readonly Buffer[] {
  const names = hosts.map((host) =>
    isIP(host) === 0 ? contextTag(2, Buffer.from(host), true) : contextTag(7, addressBytes(host), true),
  );
  // digitalSignature and keyCertSign: it signs handshakes and itself.
  const usage = bitString(Buffer.from([0b1000_0100]), 2);
  return [
    extension(ids.basicConstraints, sequence(bool(true)), true),
    extension(ids.keyUsage, usage, true),
    extension(ids.extendedKeyUsage, sequence(objectIdentifier(ids.serverAuth))),
    extension(ids.subjectAltName, sequence(...names)),
  ];
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return sequence(objectIdentifier(id), ...(isCritical ? [bool(true)] : []), octetString(value));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  const [head = "", tail = ""] = address.split("::");
  const left = head.split(":").filter((part) => part !== "");
  const right = tail.split(":").filter((part) => part !== "");
  const middle = Array.from({ length: 8 - left.length - right.length }, () => "0");
  const words = [...left, ...middle, ...right].map((part) => Number.parseInt(part, 16));
  return Buffer.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** Positive and without leading zeros, as DER wants it. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}
