import { createPublicKey, X509Certificate, type KeyObject } from "node:crypto";
import type { TransparencyLogEntry } from "@sigstore/bundle";
import { verifyTLogBody, verifyTLogInclusion } from "@sigstore/verify/dist/tlog/index.js";
import { field, isRecord, textField } from "../registry/manifest.ts";
import { keyBytes } from "./public-key.ts";
import type { SignedMaterial } from "./signed-material.ts";
import type { TLogAuthority } from "./trust.ts";
import { messageOf, VerifyFailure } from "./verify-failure.ts";

const maxEntries = 10;

/**
 * Checks what the transparency log says of a signature: that one of the logs promised or proves the entry, and that the
 * entry is about this signature, over these bytes, by this key. Gives the times (ms) at which logs saw it; empty where
 * they tell no time. Throws a `VerifyFailure`.
 */
export function checkLogEntries(
  material: SignedMaterial,
  key: KeyObject,
  logs: readonly TLogAuthority[],
): readonly number[] {
  const { logEntries, content } = material;
  if (logEntries.length === 0) {
    throw new VerifyFailure("signature carries no proof of the transparency log, and logs are not searched");
  }
  if (logEntries.length > maxEntries) throw new VerifyFailure("the signature has too many log entries");
  return logEntries.flatMap((entry) => {
    try {
      verifyTLogInclusion(entry, named(logs, entry));
      verifyTLogBody(entry, content);
    } catch (error) {
      throw new VerifyFailure(`unable to verify bundle: ${messageOf(error)}`, { cause: error });
    }
    checkEntryKey(entry, key);
    // A time that no promise covers is nobody's word.
    const seconds = Number(entry.integratedTime);
    return entry.inclusionPromise !== undefined && seconds > 0 ? [seconds * 1_000] : [];
  });
}

/**
 * Logs that are known by their key alone have no name, which checkpoints are signed under: the key decides, and the name
 * that a checkpoint gives itself is taken for it.
 */
function named(logs: readonly TLogAuthority[], entry: TransparencyLogEntry): TLogAuthority[] {
  const checkpoint = entry.inclusionProof?.checkpoint?.envelope ?? "";
  return logs.map((log) => (log.baseURL === "" ? { ...log, baseURL: checkpoint } : log));
}

/** Throws a `VerifyFailure` unless the entry was made with the key that the signature is checked with. */
function checkEntryKey({ canonicalizedBody }: TransparencyLogEntry, key: KeyObject): void {
  const verifiers = verifiersIn(canonicalizedBody);
  const expected = keyBytes(key);
  const [first] = verifiers;
  if (verifiers.length !== 1 || first === undefined || !first.equals(expected)) {
    throw new VerifyFailure("unable to verify bundle: the log entry was made with another key");
  }
}

/** The keys (DER) that a log entry names. */
function verifiersIn(body: Buffer): readonly (Buffer | undefined)[] {
  let document: unknown;
  try {
    document = JSON.parse(body.toString("utf8"));
  } catch {
    return [];
  }
  const at = (value: unknown, ...path: readonly string[]): unknown =>
    path.reduce<unknown>((inner, name) => (isRecord(inner) ? field(inner, name) : undefined), value);
  const spec = at(document, "spec");
  const version = at(document, "apiVersion");
  switch (`${String(at(document, "kind"))} ${String(version)}`) {
    case "hashedrekord 0.0.1":
      return [keyOfPem(at(spec, "signature", "publicKey", "content"))];
    case "dsse 0.0.1":
      return listOf(at(spec, "signatures")).map((one) => keyOfPem(at(one, "verifier")));
    case "intoto 0.0.1":
      return [keyOfPem(at(spec, "publicKey"))];
    case "intoto 0.0.2":
      return listOf(at(spec, "content", "envelope", "signatures")).map((one) =>
        keyOfPem(at(one, "publicKey")),
      );
    case "hashedrekord 0.0.2":
      return [keyOfVerifier(at(spec, "hashedRekordV002", "signature", "verifier"))];
    case "dsse 0.0.2":
      return listOf(at(spec, "dsseV002", "signatures")).map((one) => keyOfVerifier(at(one, "verifier")));
    default:
      return [];
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function keyOfPem(encoded: unknown): Buffer | undefined {
  if (typeof encoded !== "string") return undefined;
  const pem = Buffer.from(encoded, "base64").toString("utf8");
  try {
    const isCertificate = pem.includes("-----BEGIN CERTIFICATE-----");
    return keyBytes(isCertificate ? new X509Certificate(pem).publicKey : createPublicKey(pem));
  } catch {
    return undefined;
  }
}

function keyOfVerifier(verifier: unknown): Buffer | undefined {
  if (!isRecord(verifier)) return undefined;
  const bytes = (holder: unknown): Buffer | undefined =>
    isRecord(holder) ? Buffer.from(textField(holder, "rawBytes"), "base64") : undefined;
  const certificate = bytes(field(verifier, "x509Certificate"));
  const plain = bytes(field(verifier, "publicKey"));
  try {
    if (certificate !== undefined) return keyBytes(new X509Certificate(certificate).publicKey);
    if (plain === undefined) return undefined;
    return keyBytes(createPublicKey({ key: plain, format: "der", type: "spki" }));
  } catch {
    return undefined;
  }
}
