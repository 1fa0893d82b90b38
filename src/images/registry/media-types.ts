/** Media types of the OCI image specification and of Docker's manifests before it. */
export const imageIndexTypes: ReadonlySet<string> = new Set([
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
]);

/** What is accepted where a manifest is asked for. */
export const manifestAccept = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  ...imageIndexTypes,
].join(", ");
