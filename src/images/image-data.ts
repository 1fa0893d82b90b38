import type { ImageData, ImageDescriptor } from "#api/broker/image-request.ts";
import { parseJson } from "#kube/client/json.ts";
import { parseManifest } from "./registry/manifest.ts";
import { imageIndexTypes } from "./registry/media-types.ts";
import type { Held, RepositoryReader } from "./registry/registry-client.ts";
import { RegistryError } from "./registry/registry-error.ts";
import type { RegistryReference } from "./registry/registry-reference.ts";

/** Where a reference points to, as it is told to the engine. */
export function describeImage(reference: RegistryReference, held: Held): ImageDescriptor {
  const { text, registry, repository, tag, digest } = reference;
  return {
    image: text,
    resolvedImage: `${registry}/${repository}@${held.digest}`,
    registry,
    repository,
    identifier: [tag, digest].filter((part) => part !== "").join("@"),
    digest: held.digest,
    mediaType: held.mediaType,
    size: held.size,
  };
}

/** The documents of an image: for an index those of its linux/amd64 member. Throws a `RegistryError`. */
export async function readImageData(
  descriptor: ImageDescriptor,
  reader: RepositoryReader,
): Promise<ImageData> {
  const top = await reader.manifest(descriptor.digest);
  const index = parseManifest(top.body, top.mediaType);
  const isIndex = imageIndexTypes.has(index?.mediaType ?? "");
  const member = isIndex
    ? index?.manifests.find(({ platform }) => platform?.os === "linux" && platform.architecture === "amd64")
    : undefined;
  if (isIndex && member === undefined) {
    throw new RegistryError(
      "untrue",
      `no child with platform linux/amd64 in index ${descriptor.resolvedImage}`,
    );
  }
  const own = member === undefined ? top : await reader.manifest(member.digest);
  const manifest = parseManifest(own.body, own.mediaType);
  if (manifest?.config === undefined) {
    throw new RegistryError("untrue", `${descriptor.resolvedImage} has no configuration`);
  }
  const config = await reader.blob(manifest.config.digest);
  return {
    ...descriptor,
    manifestList: isIndex ? readJson(top.body, "index") : null,
    manifest: readJson(own.body, "manifest"),
    configData: readJson(config, "configuration"),
  };
}

function readJson(body: Buffer, what: string): unknown {
  try {
    return parseJson(body.toString("utf8"));
  } catch {
    throw new RegistryError("untrue", `the ${what} of the image is no JSON`);
  }
}
