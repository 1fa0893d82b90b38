import { sign } from "node:crypto";
import { encode, Tag } from "cbor2";
import type { Issued } from "./certificates.ts";
import type { FakeDescriptor, FakeRegistry } from "./fake-registry.ts";
import { timestampToken } from "./image-signer.ts";

/** Signs as the Notary Project does (ES256), honestly or with whatever a test wants to be wrong. */

const prefix = "io.cncf.notary.";
const signatureType = "application/vnd.cncf.notary.signature";

export interface NotaryOptions {
  readonly target?: object;
  readonly algorithm?: string;
  readonly contentType?: string;
  readonly scheme?: string;
  readonly expiryMs?: number;
  /** Protected attributes besides, with their names in `crit`. */
  readonly critical?: Readonly<Record<string, unknown>>;
  readonly chain?: readonly Issued[];
  /** Countersigns the signature. */
  readonly timestamp?: { readonly authority: Issued; readonly atMs?: number };
}

const payloadOf = ({ mediaType, digest, size }: FakeDescriptor, target: object = {}): Buffer =>
  Buffer.from(JSON.stringify({ targetArtifact: { mediaType, digest, size, ...target } }));

const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export function notaryJws(target: FakeDescriptor, signer: Issued, options: NotaryOptions = {}): string {
  const { critical = {}, expiryMs } = options;
  const header = {
    alg: options.algorithm ?? "ES256",
    cty: options.contentType ?? "application/vnd.cncf.notary.payload.v1+json",
    crit: [`${prefix}signingScheme`, ...Object.keys(critical)],
    [`${prefix}signingScheme`]: options.scheme ?? "notary.x509",
    [`${prefix}signingTime`]: rfc3339(Date.now()),
    ...(expiryMs === undefined ? {} : { [`${prefix}expiry`]: rfc3339(expiryMs) }),
    ...critical,
  };
  const encoded = Buffer.from(JSON.stringify(header)).toString("base64url");
  const payload = payloadOf(target, options.target).toString("base64url");
  const signature = sign("sha256", Buffer.from(`${encoded}.${payload}`), {
    key: signer.key,
    dsaEncoding: "ieee-p1363",
  });
  const { timestamp } = options;
  const token =
    timestamp && timestampToken(timestamp.authority, signature, timestamp.atMs).toString("base64");
  return JSON.stringify({
    payload,
    protected: encoded,
    header: {
      x5c: (options.chain ?? [signer]).map(({ certificate }) => certificate.raw.toString("base64")),
      ...(token === undefined ? {} : { [`${prefix}timestampSignature`]: token }),
    },
    signature: signature.toString("base64url"),
  });
}

export function notaryCose(target: FakeDescriptor, signer: Issued, options: NotaryOptions = {}): Buffer {
  const { critical = {}, expiryMs } = options;
  const header = new Map<unknown, unknown>([
    [1, options.algorithm === undefined ? -7 : Number(options.algorithm)],
    [2, [`${prefix}signingScheme`, ...Object.keys(critical)]],
    [3, options.contentType ?? "application/vnd.cncf.notary.payload.v1+json"],
    [`${prefix}signingScheme`, options.scheme ?? "notary.x509"],
    [`${prefix}signingTime`, new Tag(1, Math.floor(Date.now() / 1_000))],
    ...(expiryMs === undefined
      ? []
      : [[`${prefix}expiry`, new Tag(1, Math.floor(expiryMs / 1_000))] as const]),
    ...Object.entries(critical),
  ]);
  const encoded = encode(header);
  const payload = payloadOf(target, options.target);
  const signed = encode(["Signature1", encoded, new Uint8Array(), new Uint8Array(payload)]);
  const signature = sign("sha256", signed, { key: signer.key, dsaEncoding: "ieee-p1363" });
  const chain = (options.chain ?? [signer]).map(({ certificate }) => new Uint8Array(certificate.raw));
  const parts = [encoded, new Map([[33, chain]]), new Uint8Array(payload), new Uint8Array(signature)];
  return Buffer.from(encode(new Tag(18, parts)));
}

/** Refers to `target` with an envelope. */
export function attachEnvelope(
  registry: FakeRegistry,
  repository: string,
  target: FakeDescriptor,
  envelope: string | Buffer,
): FakeDescriptor {
  const mediaType = typeof envelope === "string" ? "application/jose+json" : "application/cose";
  const layers = [{ ...registry.blob(envelope), mediaType }];
  return registry.referrer(repository, target, { artifactType: signatureType, layers });
}
