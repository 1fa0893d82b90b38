import { parseManifest, type Descriptor, type Manifest } from "./manifest.ts";
import { imageIndexTypes } from "./media-types.ts";
import type { RepositoryReader } from "./registry-client.ts";
import { RegistryError } from "./registry-error.ts";

const noReferrersApi: ReadonlySet<number> = new Set([400, 404, 405, 406, 501]);

/**
 * Artifacts that refer to a digest, of the types that are wanted (OCI distribution specification, referrers): by the API,
 * and where the registry has none by the tag that stands in for it. Types are filtered here whatever the registry says
 * that it did. Throws a `RegistryError`, also where there are more than the limits allow.
 */
export async function listReferrers(
  reader: RepositoryReader,
  digest: string,
  isWanted: (artifactType: string) => boolean,
): Promise<readonly Descriptor[]> {
  const { maxPages, maxReferrers } = reader.budget.limits;
  const found: Descriptor[] = [];
  let next: string | undefined = `referrers/${digest}`;
  for (let pages = 1; next !== undefined; pages++) {
    if (pages > maxPages) {
      throw new RegistryError("untrue", `the referrers of ${digest} are more than ${maxPages} pages`);
    }
    const page = await readPage(reader, next, digest, pages === 1);
    if (page === undefined) break;
    found.push(...page.index.manifests.filter((one) => isWanted(artifactTypeOf(one))));
    if (found.length > maxReferrers) {
      throw new RegistryError("untrue", `to many referrers found, max limit is ${maxReferrers}`);
    }
    ({ next } = page);
  }
  return found;
}

/** The fallback's descriptors may say what they are by their media type alone. */
function artifactTypeOf({ artifactType, mediaType }: Descriptor): string {
  return artifactType ?? mediaType;
}

async function readPage(
  reader: RepositoryReader,
  path: string,
  digest: string,
  isFirst: boolean,
): Promise<{ readonly index: Manifest; readonly next: string | undefined } | undefined> {
  try {
    const { body, contentType, next } = await reader.page(path);
    const index = parseManifest(body, contentType);
    if (index !== undefined && imageIndexTypes.has(index.mediaType)) return { index, next };
    if (!isFirst) throw new RegistryError("untrue", `the referrers of ${digest} are no index`);
  } catch (error) {
    const status = error instanceof RegistryError ? error.status : undefined;
    if (!isFirst || status === undefined || !noReferrersApi.has(status)) throw error;
  }
  return readFallback(reader, digest);
}

async function readFallback(
  reader: RepositoryReader,
  digest: string,
): Promise<{ readonly index: Manifest; readonly next: undefined } | undefined> {
  try {
    const { body, mediaType } = await reader.manifest(digest.replace(":", "-"));
    const index = parseManifest(body, mediaType);
    if (index === undefined) throw new RegistryError("untrue", `the referrers of ${digest} are no index`);
    return { index, next: undefined };
  } catch (error) {
    if (error instanceof RegistryError && error.kind === "notFound") return undefined;
    throw error;
  }
}
