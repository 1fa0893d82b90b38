import { decodeMeta } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isForbidden } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
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
 * all, in pages and metadata only. Empty where reading them is not allowed.
 */
export async function readNamespaces(
  client: Pick<KubeClient, "get" | "listPage">,
  only: string | undefined,
  options: { readonly pageSize: number; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, NamespaceFacts>> {
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
    let next: string | undefined;
    do {
      const query = {
        limit: pageSize,
        metadataOnly: true,
        ...(next === undefined ? {} : { continue: next }),
      };
      const page = await client.listPage(namespaceType, query, { signal });
      for (const object of page.items) take(object);
      next = page.continue;
    } while (next !== undefined && next !== "");
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  return known;
}
