import { createHash } from "node:crypto";
import { HashAlgorithm } from "@sigstore/protobuf-specs";
import type { TransparencyLogEntry } from "@sigstore/bundle";
import { MessageSignatureContent } from "@sigstore/verify/dist/bundle/message.js";
import { field, isRecord, parseManifest, textField, type Descriptor } from "../registry/manifest.ts";
import { listReferrers } from "../registry/referrers.ts";
import type { RepositoryReader } from "../registry/registry-client.ts";
import { RegistryError } from "../registry/registry-error.ts";
import type { Candidate } from "./candidate.ts";
import { maxChain, parseCertificates } from "./certificate-list.ts";
import { parseEnvelope } from "./dsse-content.ts";
import type { SignedMaterial } from "./signed-material.ts";
import { checkClaim, parseObject, parseSimpleSigning } from "./simple-signing.ts";
import { messageOf, VerifyFailure } from "./verify-failure.ts";

const signatureType = "application/vnd.dev.cosign.simplesigning.v1+json";
const envelopeType = "application/vnd.dsse.envelope.v1+json";
const signatureArtifact = "application/vnd.dev.cosign.artifact.sig.v1+json";
const annotationPrefix = "dev.sigstore.cosign/";
const maxLayers = 100;

/** Where signatures of the tag scheme lie. */
export interface TagScheme {
  readonly kind: "sig" | "att";
  readonly digest: string;
  readonly tagPrefix: string;
  readonly asReferrer: boolean;
}

/**
 * What lies below the tag of an image's digest; undefined where there is no such tag. Entries that cannot be read are
 * failures in the list, so that one of them does not hide the others. Throws a `RegistryError`.
 */
export async function readTagScheme(
  reader: RepositoryReader,
  scheme: TagScheme,
): Promise<readonly (Candidate | VerifyFailure)[] | undefined> {
  const layers = scheme.asReferrer ? await referrerLayers(reader, scheme) : await tagLayers(reader, scheme);
  if (layers === undefined) return undefined;
  const wanted = layers.filter(({ mediaType }) =>
    scheme.kind === "sig" ? mediaType === signatureType : mediaType === envelopeType,
  );
  if (wanted.length > maxLayers) {
    throw new RegistryError("untrue", `too many signatures: ${wanted.length}, at most ${maxLayers}`);
  }
  const found: (Candidate | VerifyFailure)[] = [];
  for (const layer of wanted) found.push(await readLayer(reader, layer, scheme.kind));
  return found;
}

async function tagLayers(
  reader: RepositoryReader,
  { digest, kind, tagPrefix }: TagScheme,
): Promise<readonly Descriptor[] | undefined> {
  try {
    const { body } = await reader.manifest(`${tagPrefix}${digest.replace(":", "-")}.${kind}`);
    return parseManifest(body)?.layers ?? [];
  } catch (error) {
    if (error instanceof RegistryError && error.kind === "notFound") return undefined;
    throw error;
  }
}

async function referrerLayers(
  reader: RepositoryReader,
  { digest }: TagScheme,
): Promise<readonly Descriptor[] | undefined> {
  const found = await listReferrers(reader, digest, (type) => type === signatureArtifact);
  const layers: Descriptor[] = [];
  for (const one of found) {
    const manifest = parseManifest((await reader.manifest(one.digest)).body);
    // What the manifest itself refers to counts, not where it was listed.
    if (manifest?.subject?.digest === digest) layers.push(...manifest.layers);
  }
  return found.length === 0 ? undefined : layers;
}

async function readLayer(
  reader: RepositoryReader,
  layer: Descriptor,
  kind: TagScheme["kind"],
): Promise<Candidate | VerifyFailure> {
  try {
    const blob = await reader.blob(layer.digest);
    const attached = attachments(layer);
    return kind === "sig" ? signatureOf(layer, blob, attached) : attestationOf(blob, attached);
  } catch (error) {
    if (error instanceof RegistryError && error.kind !== "untrue") throw error;
    return new VerifyFailure(messageOf(error), { cause: error });
  }
}

function signatureOf(layer: Descriptor, payload: Buffer, attached: Attachments): Candidate {
  const encoded = layer.annotations["dev.cosignproject.cosign/signature"] ?? "";
  const signature = Buffer.from(encoded, "base64");
  const messageDigest = {
    algorithm: HashAlgorithm.SHA2_256,
    digest: createHash("sha256").update(payload).digest(),
  };
  return {
    format: "tag",
    material: {
      ...attached,
      signedBytes: payload,
      signature,
      content: new MessageSignatureContent({ messageDigest, signature }, payload),
    },
    claim(digest) {
      const signed = parseSimpleSigning(payload);
      checkClaim(signed, digest);
      return { annotations: signed.annotations };
    },
  };
}

function attestationOf(envelope: Buffer, attached: Attachments): Candidate {
  const { claim, ...content } = parseEnvelope(envelope);
  return { format: "tag", material: { ...attached, ...content }, claim };
}

type Attachments = Omit<SignedMaterial, "signedBytes" | "signature" | "content">;

/** What the annotations of a layer hold besides the signature. */
function attachments({ annotations }: Descriptor): Attachments {
  const read = (name: string): string =>
    Object.hasOwn(annotations, annotationPrefix + name) ? (annotations[annotationPrefix + name] ?? "") : "";
  const [certificate] = read("certificate") === "" ? [] : parseCertificates(read("certificate"), maxChain);
  return {
    certificate,
    intermediates: read("chain") === "" ? [] : parseCertificates(read("chain"), maxChain),
    logEntries: read("bundle") === "" ? [] : [logEntryOf(read("bundle"))],
    timestamps: read("rfc3161timestamp") === "" ? [] : [timestampOf(read("rfc3161timestamp"))],
  };
}

/** The promise of a log in the form of the tag scheme. */
function logEntryOf(text: string): TransparencyLogEntry {
  const bundle = parseObject(Buffer.from(text), "log bundle");
  const payload = field(bundle, "Payload");
  if (!isRecord(payload)) throw new VerifyFailure("the log bundle has no payload");
  const body = Buffer.from(textField(payload, "body"), "base64");
  const entry = parseObject(body, "log entry");
  const number = (name: string): string => {
    const value = field(payload, name);
    if (typeof value !== "number" || !Number.isSafeInteger(value)) {
      throw new VerifyFailure(`the log bundle has no ${name}`);
    }
    return String(value);
  };
  return {
    logIndex: number("logIndex"),
    logId: { keyId: Buffer.from(textField(payload, "logID"), "hex") },
    kindVersion: { kind: textField(entry, "kind"), version: textField(entry, "apiVersion") },
    integratedTime: number("integratedTime"),
    inclusionPromise: {
      signedEntryTimestamp: Buffer.from(textField(bundle, "SignedEntryTimestamp"), "base64"),
    },
    inclusionProof: undefined,
    canonicalizedBody: body,
  };
}

function timestampOf(text: string): Buffer {
  const stamp = parseObject(Buffer.from(text), "timestamp");
  return Buffer.from(textField(stamp, "SignedRFC3161Timestamp"), "base64");
}
