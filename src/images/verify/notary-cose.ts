import { decode, Tag } from "cbor2";
import { parseChain, type NotaryAlgorithm, type NotaryEnvelope } from "./notary-envelope.ts";
import { VerifyFailure } from "./verify-failure.ts";

const prefix = "io.cncf.notary.";
const signTag = 18;
const [algorithmLabel, criticalLabel, contentTypeLabel, chainLabel] = [1, 2, 3, 33];
const algorithms: ReadonlyMap<unknown, NotaryAlgorithm> = new Map([
  [-37, "PS256"],
  [-38, "PS384"],
  [-39, "PS512"],
  [-7, "ES256"],
  [-35, "ES384"],
  [-36, "ES512"],
]);
const known: ReadonlySet<unknown> = new Set([
  algorithmLabel,
  criticalLabel,
  contentTypeLabel,
  `${prefix}signingScheme`,
  `${prefix}signingTime`,
  `${prefix}authenticSigningTime`,
  `${prefix}expiry`,
]);

/** Reads a COSE_Sign1 (RFC 9052) as the Notary Project makes it. Throws a `VerifyFailure`. */
export function parseNotaryCose(bytes: Buffer): NotaryEnvelope {
  const message = read(bytes);
  const parts = message instanceof Tag && Number(message.tag) === signTag ? message.contents : undefined;
  if (!Array.isArray(parts) || parts.length !== 4) throw malformed();
  const [protectedBytes, open, payload, signature] = parts as readonly unknown[];
  if (!isBytes(protectedBytes) || !isBytes(payload) || !isBytes(signature)) throw malformed();
  const header = mapOf(read(protectedBytes));
  const attributes = mapOf(open);
  const algorithm = algorithms.get(header.get(algorithmLabel));
  if (algorithm === undefined) throw new VerifyFailure("the signature's algorithm is not supported");
  const chain = attributes.get(chainLabel);
  const ders = isBytes(chain) ? [chain] : Array.isArray(chain) ? chain.filter(isBytes) : [];
  const critical = header.get(criticalLabel);
  const timestamp = attributes.get(`${prefix}timestampSignature`);
  return {
    format: "notary-cose",
    algorithm,
    signedBytes: toBeSigned(protectedBytes, payload),
    signature: Buffer.from(signature),
    chain: parseChain(ders),
    payload: Buffer.from(payload),
    contentType: textOf(header.get(contentTypeLabel)),
    signingScheme: textOf(header.get(`${prefix}signingScheme`)),
    signingTimeMs: timeOf(header.get(`${prefix}signingTime`)),
    expiryMs: timeOf(header.get(`${prefix}expiry`)),
    critical: Array.isArray(critical) ? critical.filter((name) => !known.has(name)).map(String) : [],
    timestamp: isBytes(timestamp) ? Buffer.from(timestamp) : undefined,
  };
}

const malformed = (): VerifyFailure => new VerifyFailure("the signature is no COSE_Sign1 message");

function read(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { rejectDuplicateKeys: true, maxDepth: 16, tags: untouchedTimes });
  } catch {
    throw malformed();
  }
}

/** Times stay as they were written: their form is checked here. */
const untouchedTimes = new Map([[1, (tag: Tag): unknown => tag]]) as never;

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function mapOf(value: unknown): ReadonlyMap<unknown, unknown> {
  if (value instanceof Map) return value;
  // A map whose keys are all texts comes as an object.
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return new Map<unknown, unknown>(Object.entries(value));
  }
  throw malformed();
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A time as seconds under tag 1. */
function timeOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const seconds = value instanceof Tag && Number(value.tag) === 1 ? Number(value.contents) : Number.NaN;
  if (!Number.isFinite(seconds)) throw new VerifyFailure("the signature has a time that is none");
  return seconds * 1_000;
}

/** `Sig_structure` (RFC 9052, 4.4): what a signature of one signer is over. */
function toBeSigned(protectedBytes: Uint8Array, payload: Uint8Array): Buffer {
  const context = Buffer.from("Signature1", "ascii");
  return Buffer.concat([
    Buffer.from([0x84]),
    head(0x60, context.length),
    context,
    head(0x40, protectedBytes.length),
    protectedBytes,
    head(0x40, 0),
    head(0x40, payload.length),
    payload,
  ]);
}

/** The head of a text or byte string in its shortest form. */
function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([major + length]);
  if (length < 0x1_00) return Buffer.from([major + 24, length]);
  if (length < 0x1_00_00) return Buffer.from([major + 25, length >> 8, length & 0xff]);
  const long = Buffer.alloc(5);
  long[0] = major + 26;
  long.writeUInt32BE(length, 1);
  return long;
}
