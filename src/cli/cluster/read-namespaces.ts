import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { JsonObject } from "#engine/values/json.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";

/** The namespaces of a cluster, as far as policies see them beside their objects. */
export interface ClusterNamespaces {
  labels(name: string): Readonly<Record<string, string>> | undefined;
  /** With its metadata only. */
  object(name: string): JsonObject | undefined;
  /** Why they cannot be read. */
  readonly problem?: string;
}

const namespaceType: ResourceType = {
  group: "",
  version: "v1",
  kind: "Namespace",
  resource: "namespaces",
  namespaced: false,
  preferred: true,
  verbs: ["get", "list"],
};

/** Reads all namespaces, or the one that is meant. Where that fails, none is known, and a problem says so. */
export async function readNamespaces(
  client: KubeClient,
  only: string | undefined,
): Promise<ClusterNamespaces> {
  const known = new Map<string, KubeObject>();
  let problem: string | undefined;
  try {
    if (only === undefined) {
      await fetchPages(client, { type: namespaceType, metadataOnly: true }, async (objects) => {
        for (const object of objects) known.set(object.metadata.name, object);
        await Promise.resolve();
      });
    } else known.set(only, await client.get(namespaceType, { name: only }, { metadataOnly: true }));
  } catch (error) {
    const { message } = error as Error;
    problem = `namespaces cannot be read, so rules that select by their labels take no object: ${message}`;
  }
  return {
    labels(name) {
      const object = known.get(name);
      return object === undefined ? undefined : decodeMeta(object)?.labels;
    },
    object: (name) => known.get(name) as unknown as JsonObject | undefined,
    ...(problem === undefined ? {} : { problem }),
  };
}
