import {
  createHash,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from "node:crypto";

/** Writing DER (X.690) and certificates (RFC 5280), for tests. */

export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => der(0x31, ...parts);
export const octets = (content: Uint8Array): Buffer => der(0x04, content);
export const integer = (value: number | Uint8Array): Buffer => {
  const bytes = typeof value === "number" ? Buffer.from([value]) : Buffer.from(value);
  return der(0x02, ...((bytes[0] ?? 0) >= 0x80 ? [Buffer.from([0])] : []), bytes);
};
export const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));

export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return der(0x06, Buffer.from(bytes));
}

export const generalizedTime = (ms: number): Buffer =>
  der(0x18, Buffer.from(new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "")));

export const ecdsaSha256 = sequence(oid("1.2.840.10045.4.3.2"));
export const sha256Algorithm = sequence(oid("2.16.840.1.101.3.4.2.1"));

const name = (text: string): Buffer => sequence(set(sequence(oid("2.5.4.3"), utf8(text))));
const extension = (id: string, value: Uint8Array, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [Buffer.from([0x01, 0x01, 0xff])] : []), octets(value));

export interface Issued {
  readonly certificate: X509Certificate;
  readonly pem: string;
  readonly key: KeyObject;
  readonly name: string;
}

export interface CertificateOptions {
  readonly name: string;
  readonly issuer?: Issued;
  readonly key?: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  readonly isAuthority?: boolean;
  readonly pathLength?: number;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Extended key usages. */
  readonly purposes?: readonly string[];
  readonly uri?: string;
  readonly email?: string;
  /** OID to the DER of the value, or bare bytes. */
  readonly extensions?: readonly (readonly [string, Uint8Array])[];
  /** Signs the certificate without its SCTs, for a log of certificates. */
  readonly log?: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
}

export const newKey = (curve = "P-256") => generateKeyPairSync("ec", { namedCurve: curve });
export const spki = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" });
export const pemOf = (key: KeyObject): string => key.export({ type: "spki", format: "pem" }).toString();

const dayMs = 86_400_000;

/** Issues a certificate (P-256, or the key that is given, signed with ECDSA and SHA-256). */
export function issue(options: CertificateOptions): Issued {
  const { issuer, isAuthority = false, purposes = [] } = options;
  const key = options.key ?? newKey();
  const fromMs = options.fromMs ?? Date.now() - dayMs;
  const toMs = options.toMs ?? Date.now() + 365 * dayMs;
  const identifier = (publicKey: KeyObject): Buffer => createHash("sha1").update(spki(publicKey)).digest();
  const issuerKey = issuer === undefined ? key.publicKey : issuer.certificate.publicKey;
  const names = [
    ...(options.uri === undefined ? [] : [der(0x86, Buffer.from(options.uri))]),
    ...(options.email === undefined ? [] : [der(0x81, Buffer.from(options.email))]),
  ];
  const constraints = sequence(
    ...(isAuthority ? [Buffer.from([0x01, 0x01, 0xff])] : []),
    ...(options.pathLength === undefined ? [] : [integer(options.pathLength)]),
  );
  const extensions = [
    extension("2.5.29.19", constraints, true),
    extension("2.5.29.15", Buffer.from(isAuthority ? "03020106" : "03020780", "hex"), true),
    ...(purposes.length === 0
      ? []
      : [extension("2.5.29.37", sequence(...purposes.map(oid)), purposes.includes("1.3.6.1.5.5.7.3.8"))]),
    extension("2.5.29.14", octets(identifier(key.publicKey))),
    extension("2.5.29.35", sequence(der(0x80, identifier(issuerKey)))),
    ...(names.length === 0 ? [] : [extension("2.5.29.17", sequence(...names))]),
    ...(options.extensions ?? []).map(([id, value]) => extension(id, value)),
  ];
  const serial = integer(Buffer.concat([Buffer.from([0x01]), randomBytes(8)]));
  const tbs = (all: readonly Buffer[]): Buffer =>
    sequence(
      der(0xa0, integer(2)),
      serial,
      ecdsaSha256,
      name(issuer?.name ?? options.name),
      sequence(generalizedTime(fromMs), generalizedTime(toMs)),
      name(options.name),
      spki(key.publicKey),
      der(0xa3, sequence(...all)),
    );
  const all =
    options.log === undefined
      ? extensions
      : [
          ...extensions,
          extension("1.3.6.1.4.1.11129.2.4.2", octets(scts(tbs(extensions), issuerKey, options.log))),
        ];
  const signed = tbs(all);
  const signature = sign("sha256", signed, issuer?.key ?? key.privateKey);
  const certificate = new X509Certificate(
    sequence(signed, ecdsaSha256, der(0x03, Buffer.from([0]), signature)),
  );
  return { certificate, pem: certificate.toString(), key: key.privateKey, name: options.name };
}

const uint16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

/** A list of one promise to publish a certificate (RFC 6962, 3.2 and 3.3). */
function scts(
  precertificate: Buffer,
  issuerKey: KeyObject,
  log: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(Date.now()));
  const { length } = precertificate;
  const signed = Buffer.concat([
    Buffer.from([0, 0]),
    time,
    uint16(1),
    createHash("sha256").update(spki(issuerKey)).digest(),
    Buffer.from([length >> 16, (length >> 8) & 0xff, length & 0xff]),
    precertificate,
    uint16(0),
  ]);
  const signature = sign("sha256", signed, log.privateKey);
  const sct = Buffer.concat([
    Buffer.from([0]),
    createHash("sha256").update(spki(log.publicKey)).digest(),
    time,
    uint16(0),
    Buffer.from([4, 3]),
    uint16(signature.length),
    signature,
  ]);
  const list = Buffer.concat([uint16(sct.length), sct]);
  return Buffer.concat([uint16(list.length), list]);
}
