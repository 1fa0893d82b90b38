import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";

const pageSize = 500;

/** Every object of a kind, page by page. */
export async function* listAll(
  client: KubeClient,
  type: ResourceType,
  options: { readonly metadataOnly?: boolean } = {},
): AsyncGenerator<KubeObject> {
  let next: string | undefined;
  do {
    const page = await client.listPage(type, {
      limit: pageSize,
      ...(next === undefined ? {} : { continue: next }),
      ...options,
    });
    yield* page.items;
    next = page.continue;
  } while (next !== undefined);
}
