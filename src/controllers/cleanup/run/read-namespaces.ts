import { decodeMeta } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isForbidden, isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";
import { objectKey } from "./candidate.ts";
import type { NamespaceFacts } from "../ports.ts";

const namespaceType: ResourceType = {
  group: "",
  version: "v1",
  kind: "Namespace",
  resource: "namespaces",
  namespaced: false,
  preferred: true,
  verbs: ["get", "list"],
};

/**
 * Labels and annotations of the namespaces that a run can reach, by name: of one for a policy of a namespace, else of
 * all, in pages and metadata only. Without those that are gone, or may not be read.
 */
export async function readNamespaces(
  client: Pick<KubeClient, "get" | "listPage">,
  only: string | undefined,
  options: { readonly pageSize: number; readonly signal: AbortSignal },
): Promise<Map<string, NamespaceFacts>> {
  const { pageSize, signal } = options;
  const known = new Map<string, NamespaceFacts>();
  const take = (object: unknown): void => {
    const meta = decodeMeta(object);
    if (meta !== undefined) known.set(meta.name, { labels: meta.labels, annotations: meta.annotations });
  };
  try {
    if (only !== undefined) {
      take(await client.get(namespaceType, objectKey("", only), { metadataOnly: true, signal }));
      return known;
    }
    const handle = (objects: readonly unknown[]): Promise<void> => Promise.resolve(objects.forEach(take));
    await fetchPages(client, { type: namespaceType, metadataOnly: true }, handle, { pageSize, signal });
  } catch (error) {
    if (!isForbidden(error) && !isNotFound(error)) throw error;
  }
  return known;
}
