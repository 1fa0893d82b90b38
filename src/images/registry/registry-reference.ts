import { parseImageReference } from "#engine/context/image-reference.ts";

/** Where an image is read from. */
export interface RegistryReference {
  /** As it was written. */
  readonly text: string;
  /** Host and port; the hub under its canonical name. */
  readonly registry: string;
  readonly repository: string;
  /** Empty where a digest stands alone. */
  readonly tag: string;
  /** `sha256:hex`, or empty. */
  readonly digest: string;
}

const hub = "index.docker.io";
const hubNames: ReadonlySet<string> = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/**
 * Reads a reference as registries are asked for it: names without a slash are in `library/` of the hub. Undefined for a
 * text that is no reference, and for digests of other kinds than SHA-256 and SHA-512, whose bytes nobody could check.
 */
export function parseRegistryReference(text: string): RegistryReference | undefined {
  const parsed = parseImageReference(text);
  if (parsed === undefined || !isCheckable(parsed.digest)) return undefined;
  const isHub = hubNames.has(parsed.registry);
  return {
    text,
    registry: isHub ? hub : parsed.registry,
    repository: isHub && !parsed.path.includes("/") ? `library/${parsed.path}` : parsed.path,
    tag: parsed.tag,
    digest: parsed.digest,
  };
}

/** A repository alone, as policies name where signatures lie. */
export function parseRepository(text: string): Omit<RegistryReference, "tag" | "digest"> | undefined {
  const parsed = parseRegistryReference(text);
  return parsed === undefined || parsed.digest !== "" || /:[^/]*$/.test(text) ? undefined : parsed;
}

function isCheckable(digest: string): boolean {
  return digest === "" || isDigest(digest);
}

/** True for a digest that bytes can be compared with. */
export function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text) || /^sha512:[0-9a-f]{128}$/.test(text);
}
