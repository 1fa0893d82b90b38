import { createHash, randomBytes, sign, type KeyObject } from "node:crypto";
import {
  der,
  ecdsaSha256,
  generalizedTime,
  integer,
  octets,
  oid,
  pemOf,
  sequence,
  set,
  sha256Algorithm,
  spki,
  type Issued,
} from "./certificates.ts";
import type { FakeDescriptor, FakeRegistry } from "./fake-registry.ts";

/** Signs images as cosign and the Notary Project do, with keys that tests make. */

const simpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";
const envelopeType = "application/vnd.dsse.envelope.v1+json";
const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
const inToto = "application/vnd.in-toto+json";
const emptyConfig = { mediaType: "application/vnd.oci.image.config.v1+json" };

export type Keys = { readonly privateKey: KeyObject; readonly publicKey: KeyObject };

export const payloadFor = (digest: string, optional: object | null = null): string =>
  JSON.stringify({
    critical: {
      identity: { "docker-reference": "registry.example/demo/app" },
      image: { "docker-manifest-digest": digest },
      type: "cosign container image signature",
    },
    optional,
  });

export const statementFor = (
  digest: string,
  predicateType: string,
  predicate: unknown,
  annotations?: object,
): string =>
  JSON.stringify({
    _type: "https://in-toto.io/Statement/v0.1",
    subject: [{ name: "app", digest: { sha256: digest.replace("sha256:", "") }, annotations }],
    predicateType,
    predicate,
  });

/** The bytes that a DSSE signature is over. */
export const preAuthEncoding = (payload: string): Buffer =>
  Buffer.from(`DSSEv1 ${inToto.length} ${inToto} ${Buffer.byteLength(payload)} ${payload}`);

export const envelopeOf = (payload: string, key: KeyObject) => ({
  payloadType: inToto,
  payload: Buffer.from(payload).toString("base64"),
  signatures: [{ sig: sign("sha256", preAuthEncoding(payload), key).toString("base64") }],
});

/** A layer of the tag scheme. */
export interface TagLayer {
  readonly content: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export function signatureLayer(
  payload: string,
  key: KeyObject,
  more: Readonly<Record<string, string>> = {},
): TagLayer {
  const signature = sign("sha256", Buffer.from(payload), key).toString("base64");
  return { content: payload, annotations: { "dev.cosignproject.cosign/signature": signature, ...more } };
}

export const attestationLayer = (payload: string, key: KeyObject, more = {}): TagLayer => ({
  content: JSON.stringify(envelopeOf(payload, key)),
  annotations: { "dev.cosignproject.cosign/signature": "", ...more },
});

/** Puts layers under the tag of an image's digest. */
export function attach(
  registry: FakeRegistry,
  repository: string,
  digest: string,
  kind: "sig" | "att",
  layers: readonly TagLayer[],
): FakeDescriptor {
  const mediaType = kind === "sig" ? simpleSigning : envelopeType;
  return registry.manifest(
    repository,
    {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { ...registry.blob("{}"), ...emptyConfig },
      layers: layers.map(({ content, annotations }) => ({
        ...registry.blob(content),
        mediaType,
        annotations,
      })),
    },
    { tag: `${digest.replace(":", "-")}.${kind}` },
  );
}

/** What a certificate adds to a layer. */
export const certificateAnnotations = (leaf: Issued, above: readonly Issued[]): Record<string, string> => ({
  "dev.sigstore.cosign/certificate": leaf.pem,
  "dev.sigstore.cosign/chain": above.map(({ pem }) => pem).join(""),
});

export interface EntryOptions {
  readonly atMs?: number;
  readonly hash?: string;
  readonly signature?: string;
  readonly verifier?: string;
}

/** A log entry about a signature, as its body. */
export function hashedRekord(content: Buffer | string, signature: string, verifier: string): string {
  return JSON.stringify({
    apiVersion: "0.0.1",
    kind: "hashedrekord",
    spec: {
      data: { hash: { algorithm: "sha256", value: createHash("sha256").update(content).digest("hex") } },
      signature: { content: signature, publicKey: { content: Buffer.from(verifier).toString("base64") } },
    },
  });
}

/** A log that promises to publish entries. */
export function promise(log: Keys, body: string, atMs = Date.now(), logIndex = 7) {
  const payload = {
    body: Buffer.from(body).toString("base64"),
    integratedTime: Math.floor(atMs / 1_000),
    logID: createHash("sha256").update(spki(log.publicKey)).digest("hex"),
    logIndex,
  };
  const text = `{"body":"${payload.body}","integratedTime":${payload.integratedTime},"logID":"${payload.logID}","logIndex":${logIndex}}`;
  const SignedEntryTimestamp = sign("sha256", Buffer.from(text), log.privateKey).toString("base64");
  return { SignedEntryTimestamp, Payload: payload };
}

/** The annotation with a promise about a layer's own signature, or about what the options say instead. */
export function promised(layer: TagLayer, verifier: string, log: Keys, options: EntryOptions = {}): TagLayer {
  const own = layer.annotations["dev.cosignproject.cosign/signature"] ?? "";
  const body = hashedRekord(
    options.hash ?? layer.content,
    options.signature ?? own,
    options.verifier ?? verifier,
  );
  const bundle = JSON.stringify(promise(log, body, options.atMs));
  return { ...layer, annotations: { ...layer.annotations, "dev.sigstore.cosign/bundle": bundle } };
}

/** An answer of a timestamp authority (RFC 3161) about some bytes; the authority's certificate is in it. */
export function timestampAnswer(authority: Issued, data: Buffer, atMs = Date.now()): Buffer {
  return sequence(sequence(integer(0)), timestampToken(authority, data, atMs));
}

export function timestampToken(authority: Issued, data: Buffer, atMs = Date.now()): Buffer {
  const imprint = createHash("sha256").update(data).digest();
  const info = sequence(
    integer(1),
    oid("1.3.6.1.4.1.99999.1"),
    sequence(sha256Algorithm, octets(imprint)),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(7)])),
    generalizedTime(atMs),
  );
  const attributes = Buffer.concat([
    sequence(oid("1.2.840.113549.1.9.3"), set(oid("1.2.840.113549.1.9.16.1.4"))),
    sequence(oid("1.2.840.113549.1.9.4"), set(octets(createHash("sha256").update(info).digest()))),
  ]);
  const signature = sign("sha256", set(attributes), authority.key);
  const { raw, serialNumber } = authority.certificate;
  const signerInfo = sequence(
    integer(1),
    sequence(issuerOf(raw), integer(Buffer.from(serialNumber, "hex"))),
    sha256Algorithm,
    der(0xa0, attributes),
    ecdsaSha256,
    octets(signature),
  );
  const signedData = sequence(
    integer(3),
    set(sha256Algorithm),
    sequence(oid("1.2.840.113549.1.9.16.1.4"), der(0xa0, octets(info))),
    der(0xa0, raw),
    set(signerInfo),
  );
  return sequence(oid("1.2.840.113549.1.7.2"), der(0xa0, signedData));
}

/** The issuer's name in a certificate: the fourth field, after version, serial number and algorithm. */
function issuerOf(certificate: Buffer): Buffer {
  const read = (at: number) => {
    const first = certificate[at + 1] ?? 0;
    const extra = first < 0x80 ? 0 : first & 0x7f;
    const length = extra === 0 ? first : certificate.readUIntBE(at + 2, extra);
    const start = at + 2 + extra;
    return { start, end: start + length };
  };
  let at = read(read(0).start).start;
  for (let skipped = 0; skipped < 3; skipped++) at = read(at).end;
  return certificate.subarray(at, read(at).end);
}

/** A bundle (version 0.3) with an envelope. */
export function bundleOf(payload: string, key: KeyObject, material: object, mediaType = bundleType): object {
  return { mediaType, verificationMaterial: material, dsseEnvelope: envelopeOf(payload, key) };
}

export const keyMaterial = (key: KeyObject): object => ({
  publicKey: { hint: createHash("sha256").update(spki(key)).digest("base64") },
});

export function attachBundle(
  registry: FakeRegistry,
  repository: string,
  image: FakeDescriptor,
  bundle: object,
): FakeDescriptor {
  const layer = { ...registry.blob(JSON.stringify(bundle)), mediaType: bundleType };
  return registry.referrer(repository, image, { artifactType: bundleType, layers: [layer] });
}

export const publicKeyPem = pemOf;
