import { field, isRecord, textField } from "../registry/manifest.ts";
import { VerifyFailure } from "./verify-failure.ts";

/** What the payload of a signature of the tag scheme says. */
export interface SimpleSigning {
  readonly digest: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Reads the payload ("simple signing" of containers/image). Throws a `VerifyFailure`. */
export function parseSimpleSigning(payload: Buffer): SimpleSigning {
  const document = parseObject(payload, "payload");
  const critical = field(document, "critical");
  const image = isRecord(critical) ? field(critical, "image") : undefined;
  const digest = isRecord(image) ? textField(image, "docker-manifest-digest") : "";
  const optional = field(document, "optional");
  return {
    digest,
    annotations: isRecord(optional)
      ? Object.fromEntries(Object.entries(optional).map(([key, value]) => [key, annotationText(value)]))
      : {},
  };
}

/** A JSON object. Throws a `VerifyFailure`. */
export function parseObject(bytes: Buffer, what: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(bytes.toString("utf8"));
  } catch {
    // Told below.
  }
  if (!isRecord(document)) throw new VerifyFailure(`the ${what} is no JSON object`);
  return document;
}

function annotationText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Throws a `VerifyFailure` unless the payload was signed for this digest. */
export function checkClaim(signed: SimpleSigning, digest: string): void {
  if (signed.digest === digest) return;
  const shown = signed.digest === "" ? "none" : signed.digest.slice(0, 100);
  throw new VerifyFailure(`invalid or missing digest in claim: ${shown}`);
}

/** Throws a `VerifyFailure` unless every pair is among those that were signed. */
export function checkAnnotations(
  wanted: Readonly<Record<string, string>> | undefined,
  signed: Readonly<Record<string, string>>,
): void {
  for (const [key, value] of Object.entries(wanted ?? {})) {
    if (!Object.hasOwn(signed, key) || signed[key] !== value) {
      throw new VerifyFailure("no signature matched the required annotations");
    }
  }
}
