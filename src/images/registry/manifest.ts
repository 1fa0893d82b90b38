import { isDigest } from "./registry-reference.ts";

/** A pointer to content (OCI image specification, descriptors). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

/** What is read of a manifest or an index. */
export interface Manifest {
  readonly mediaType: string;
  readonly artifactType: string;
  readonly config: Descriptor | undefined;
  readonly layers: readonly Descriptor[];
  /** Members of an index. */
  readonly manifests: readonly Descriptor[];
  readonly subject: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly document: unknown;
}

const maxEntries = 1_000;

/** Reads a manifest or an index; undefined where the text is none. Entries that point nowhere are left out. */
export function parseManifest(body: Buffer, contentType = ""): Manifest | undefined {
  let document: unknown;
  try {
    document = JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
  if (!isRecord(document)) return undefined;
  const config = parseDescriptor(field(document, "config"));
  return {
    mediaType: textField(document, "mediaType") || contentType,
    // Where it is absent, the type of the configuration says what an artifact is.
    artifactType: textField(document, "artifactType") || (config?.mediaType ?? ""),
    config,
    layers: descriptors(field(document, "layers")),
    manifests: descriptors(field(document, "manifests")),
    subject: parseDescriptor(field(document, "subject")),
    annotations: textMap(field(document, "annotations")),
    document,
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own field of a foreign object. */
export function field(object: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** An own field that is a text; else empty. */
export function textField(object: Record<string, unknown>, name: string): string {
  const value = field(object, name);
  return typeof value === "string" ? value : "";
}

function textMap(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function descriptors(value: unknown): readonly Descriptor[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, maxEntries).flatMap((one) => parseDescriptor(one) ?? []);
}

function parseDescriptor(value: unknown): Descriptor | undefined {
  if (!isRecord(value)) return undefined;
  const digest = textField(value, "digest");
  const size = field(value, "size");
  if (!isDigest(digest) || typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)
    return undefined;
  const artifactType = textField(value, "artifactType");
  const platform = field(value, "platform");
  return {
    mediaType: textField(value, "mediaType"),
    digest,
    size,
    ...(artifactType === "" ? {} : { artifactType }),
    annotations: textMap(field(value, "annotations")),
    ...(isRecord(platform)
      ? { platform: { os: textField(platform, "os"), architecture: textField(platform, "architecture") } }
      : {}),
  };
}
