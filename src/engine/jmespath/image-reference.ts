import { QueryError } from "../errors.ts";

/** A reference to a container image, its parts empty where it has none. */
export interface ImageReference {
  readonly registry: string;
  readonly path: string;
  readonly tag: string;
  readonly digest: string;
}

const component = "[a-z0-9]+(?:(?:[.]|__?|-+)[a-z0-9]+)*";
const label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const domain = `(?:${label}(?:[.]${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const digestForm = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
const form = new RegExp(
  `^(${domain})/(${component}(?:/${component})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(${digestForm}))?$`,
);

const maxLength = 1024;
const maxNameLength = 255;

/**
 * Reads an image reference by the rules of Kyverno: without a registry it is of the default one, `library/` is never
 * added, and `latest` is the tag only where there is neither tag nor digest. Throws a `QueryError`.
 */
export function parseImageReference(text: string, defaultRegistry: string): ImageReference {
  const full = hasRegistry(text) ? text : `${defaultRegistry}/${text}`;
  const match = full.length > maxLength ? null : form.exec(full);
  const [, registry = "", path = "", tag = "", digest = ""] = match ?? [];
  if (match === null || registry.length + path.length >= maxNameLength) {
    throw new QueryError("failed", `bad image: ${text}: invalid reference format`);
  }
  return { registry, path, tag: tag === "" && digest === "" ? "latest" : tag, digest };
}

/** The first part of a path is a registry where it could not be a part of a path, or is `localhost`. */
function hasRegistry(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash < 0) return false;
  const first = text.slice(0, slash);
  return /[.:]/.test(first) || first === "localhost" || first.toLowerCase() !== first;
}

/** The reference as text: by digest where there is one, else by tag. */
export function imageReferenceText({ registry, path, tag, digest }: ImageReference): string {
  return `${registry}/${path}${digest === "" ? `:${tag}` : `@${digest}`}`;
}
