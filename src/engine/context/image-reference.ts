/** An image reference cut into its parts, after the default registry and tag are filled in. */
export interface ImageReference {
  readonly registry: string;
  /** Everything between the registry and the tag. */
  readonly path: string;
  /** The last segment of the path. */
  readonly name: string;
  /** Empty where a digest stands alone. */
  readonly tag: string;
  /** `algorithm:hex`, or empty. */
  readonly digest: string;
}

const defaultRegistry = "docker.io";
const maxNameLength = 255;
const maxReferenceLength = 1024;

const domainPart = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const domain = new RegExp(`^(?:${domainPart}(?:\\.${domainPart})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const pathPart = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagText = /^\w[\w.-]{0,127}$/;
const digestText = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** Reads an image reference as Kyverno normalises it (no implicit `library/`); undefined for one that is none. */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text.length > maxReferenceLength) return undefined;
  const full = namesRegistry(text) ? text : `${defaultRegistry}/${text}`;
  const at = full.indexOf("@");
  const digest = at < 0 ? "" : full.slice(at + 1);
  const tagged = at < 0 ? full : full.slice(0, at);
  const colon = tagged.lastIndexOf(":");
  const hasTag = colon > tagged.lastIndexOf("/");
  const repository = hasTag ? tagged.slice(0, colon) : tagged;
  const tag = hasTag ? tagged.slice(colon + 1) : "";
  const slash = repository.indexOf("/");
  const registry = repository.slice(0, slash);
  const path = repository.slice(slash + 1);
  const legal =
    repository.length <= maxNameLength &&
    domain.test(registry) &&
    path.split("/").every((part) => pathPart.test(part)) &&
    (!hasTag || tagText.test(tag)) &&
    (at < 0 || isDigest(digest));
  if (!legal) return undefined;
  return {
    registry,
    path,
    name: path.slice(path.lastIndexOf("/") + 1),
    tag: tag === "" && digest === "" ? "latest" : tag,
    digest,
  };
}

function namesRegistry(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash < 0) return false;
  const first = text.slice(0, slash);
  return /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
}

function isDigest(digest: string): boolean {
  if (!digestText.test(digest)) return false;
  return !digest.startsWith("sha256:") || /^sha256:[0-9a-f]{64}$/.test(digest);
}
