/** A reference to an image as go-containerregistry reads it. */
export interface RegistryReference {
  /** As it was written: references are equal where they are written alike. */
  readonly text: string;
  /** `index.docker.io` where none is named. */
  readonly registry: string;
  /** With `library/` before a bare name of the default registry. */
  readonly repository: string;
  /** Empty where there is none, or where a digest stands alone. */
  readonly tag: string;
  /** `sha256:…`, or empty. */
  readonly digest: string;
}

const defaultRegistry = "index.docker.io";
const maxLength = 4096;
const repositoryForm = /^[a-z0-9_\-./]{2,255}$/;
const tagForm = /^[A-Za-z0-9_\-.]{1,128}$/;
const registryForm = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?$/;
const digestForms: Readonly<Record<string, RegExp>> = {
  sha256: /^[0-9a-f]{64}$/,
  sha384: /^[0-9a-f]{96}$/,
  sha512: /^[0-9a-f]{128}$/,
};

/** Reads a reference: by tag first, by digest otherwise; undefined for a text that is neither. */
export function parseRegistryReference(text: string): RegistryReference | undefined {
  if (text.length > maxLength) return undefined;
  const byTag = readTagged(text);
  if (byTag !== undefined)
    return { text, ...byTag, tag: byTag.tag === "" ? "latest" : byTag.tag, digest: "" };
  const [base = "", digest, ...rest] = text.split("@");
  if (digest === undefined || rest.length > 0 || !isDigest(digest)) return undefined;
  const named = readTagged(base) ?? readRepository(base);
  return named === undefined ? undefined : { text, tag: "", ...named, digest };
}

interface Named {
  readonly registry: string;
  readonly repository: string;
}

function readTagged(text: string): (Named & { readonly tag: string }) | undefined {
  const colon = text.lastIndexOf(":");
  const isTag = colon >= 0 && !text.includes("/", colon);
  const tag = isTag ? text.slice(colon + 1) : "";
  if (tag !== "" && !tagForm.test(tag)) return undefined;
  const named = readRepository(isTag ? text.slice(0, colon) : text);
  return named === undefined ? undefined : { ...named, tag };
}

function readRepository(text: string): Named | undefined {
  const slash = text.indexOf("/");
  const first = slash < 0 ? "" : text.slice(0, slash);
  const namesRegistry = /[.:]/.test(first) || first === "localhost";
  const registry = namesRegistry ? (first === "docker.io" ? defaultRegistry : first) : defaultRegistry;
  const repository = namesRegistry ? text.slice(slash + 1) : text;
  if (!repositoryForm.test(repository) || !registryForm.test(registry)) return undefined;
  const isBare = !repository.includes("/") && registry === defaultRegistry;
  return { registry, repository: isBare ? `library/${repository}` : repository };
}

function isDigest(text: string): boolean {
  const [algorithm = "", hex = ""] = text.split(":", 2);
  const form = Object.hasOwn(digestForms, algorithm) ? digestForms[algorithm] : undefined;
  return text === `${algorithm}:${hex}` && form?.test(hex) === true;
}
