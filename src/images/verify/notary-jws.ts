import { field, isRecord, textField } from "../registry/manifest.ts";
import { isNotaryAlgorithm, parseChain, type NotaryEnvelope } from "./notary-envelope.ts";
import { parseObject } from "./simple-signing.ts";
import { VerifyFailure } from "./verify-failure.ts";

const prefix = "io.cncf.notary.";
const known: ReadonlySet<string> = new Set([
  "alg",
  "cty",
  "crit",
  `${prefix}signingScheme`,
  `${prefix}signingTime`,
  `${prefix}authenticSigningTime`,
  `${prefix}expiry`,
]);

/** Reads a flattened JWS (RFC 7515) as the Notary Project makes it. Throws a `VerifyFailure`. */
export function parseNotaryJws(bytes: Buffer): NotaryEnvelope {
  const document = parseObject(bytes, "signature");
  const [encodedHeader, payload] = [textField(document, "protected"), textField(document, "payload")];
  const header = parseObject(Buffer.from(encodedHeader, "base64url"), "protected header");
  const algorithm = field(header, "alg");
  if (!isNotaryAlgorithm(algorithm)) throw new VerifyFailure("the signature's algorithm is not supported");
  const open = field(document, "header");
  const chain = isRecord(open) ? field(open, "x5c") : undefined;
  const timestamp = isRecord(open) ? textField(open, `${prefix}timestampSignature`) : "";
  const critical = field(header, "crit");
  return {
    format: "notary-jws",
    algorithm,
    signedBytes: Buffer.from(`${encodedHeader}.${payload}`, "ascii"),
    signature: Buffer.from(textField(document, "signature"), "base64url"),
    chain: parseChain(
      Array.isArray(chain)
        ? chain.map((one) => Buffer.from(typeof one === "string" ? one : "", "base64"))
        : [],
    ),
    payload: Buffer.from(payload, "base64url"),
    contentType: textField(header, "cty"),
    signingScheme: textField(header, `${prefix}signingScheme`),
    signingTimeMs: timeOf(textField(header, `${prefix}signingTime`)),
    expiryMs: timeOf(textField(header, `${prefix}expiry`)),
    critical: Array.isArray(critical) ? critical.map(String).filter((name) => !known.has(name)) : [],
    timestamp: timestamp === "" ? undefined : Buffer.from(timestamp, "base64"),
  };
}

function timeOf(text: string): number | undefined {
  if (text === "") return undefined;
  const parsed = Date.parse(text);
  if (Number.isNaN(parsed)) throw new VerifyFailure("the signature has a time that is none");
  return parsed;
}
