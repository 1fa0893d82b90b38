import type { KubeObject } from "#api/meta/object-meta.ts";
import { splitApiVersion } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isAlreadyExists, isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient, ObjectKey } from "#kube/client/kube-client.ts";
import type { Discovery } from "#kube/discovery/create-discovery.ts";

type Fields = Readonly<Record<string, unknown>>;

const record = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

/** What a scenario does to a cluster, by documents. Namespaced objects that name no namespace are in the scenario's. */
export interface LiveClient {
  /** `apply` creates or merges, `create` fails where the object is there, `update` puts it in the place of the stored one. */
  write(kind: "apply" | "create" | "update", document: unknown): Promise<KubeObject>;
  /** Every object that an expectation could mean: the one of that name, or all of the kind with these labels. */
  candidates(document: unknown): Promise<readonly KubeObject[]>;
  /** Deletes what is meant; resolves when it is gone. Absent is fine. */
  remove(document: unknown, limitMs: number): Promise<void>;
}

export const createLiveClient = (client: KubeClient, discovery: Discovery, namespace: string): LiveClient => {
  const typeOf = async (document: unknown): Promise<ResourceType> => {
    const { apiVersion = "", kind = "" } = record(document) as { apiVersion?: string; kind?: string };
    const { group, version } = splitApiVersion(apiVersion);
    const find = (): ResourceType | undefined =>
      discovery
        .types()
        .find(
          (type) =>
            type.group === group &&
            type.version === version &&
            type.kind === kind &&
            !type.resource.includes("/"),
        );
    const known = find();
    if (known !== undefined) return known;
    await discovery.refresh();
    const found = find();
    if (found === undefined) throw new Error(`no kind ${kind} in ${apiVersion}`);
    return found;
  };

  const keyOf = (type: ResourceType, document: unknown): ObjectKey => {
    const metadata = record(record(document)["metadata"]);
    const name = typeof metadata["name"] === "string" ? metadata["name"] : "";
    if (!type.namespaced) return { name };
    const own = metadata["namespace"];
    return { name, namespace: typeof own === "string" && own !== "" ? own : namespace };
  };

  const placed = (type: ResourceType, document: unknown): object => {
    const body = record(document);
    const { namespace: inNamespace } = keyOf(type, document);
    return {
      ...body,
      metadata: {
        ...record(body["metadata"]),
        ...(inNamespace === undefined ? {} : { namespace: inNamespace }),
      },
    };
  };

  const find = async (type: ResourceType, key: ObjectKey): Promise<KubeObject | undefined> => {
    try {
      return await client.get(type, key);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };

  const create = async (document: unknown): Promise<KubeObject> => {
    const type = await typeOf(document);
    const { namespace: inNamespace } = keyOf(type, document);
    return client.create(type, inNamespace, placed(type, document));
  };

  const apply = async (document: unknown): Promise<KubeObject> => {
    const type = await typeOf(document);
    const key = keyOf(type, document);
    const merge = (): Promise<KubeObject> =>
      client.patch(type, key, placed(type, document), { kind: "merge" });
    if (key.name !== "" && (await find(type, key)) !== undefined) return merge();
    try {
      return await create(document);
    } catch (error) {
      if (isAlreadyExists(error)) return merge();
      throw error;
    }
  };

  const update = async (document: unknown): Promise<KubeObject> => {
    const type = await typeOf(document);
    const key = keyOf(type, document);
    const stored = await client.get(type, key);
    const body = placed(type, document) as { readonly metadata: object };
    const { resourceVersion } = stored.metadata;
    return client.update(type, key, { ...body, metadata: { ...body.metadata, resourceVersion } });
  };

  const writes = { apply, create, update };

  return {
    write: (kind, document) => writes[kind](document),
    async candidates(document) {
      const type = await typeOf(document);
      const key = keyOf(type, document);
      if (key.name !== "") {
        const found = await find(type, key);
        return found === undefined ? [] : [found];
      }
      const labels = record(record(record(document)["metadata"])["labels"]);
      const selector = Object.entries(labels).map(([label, value]) => `${label}=${String(value)}`);
      const own = record(record(document)["metadata"])["namespace"];
      const page = await client.listPage(type, {
        limit: 0,
        ...(type.namespaced ? { namespace: typeof own === "string" ? own : namespace } : {}),
        ...(selector.length === 0 ? {} : { labelSelector: selector.join(",") }),
      });
      // Items of a list do not say what they are.
      const { apiVersion, kind } = record(document);
      return page.items.map((item) => ({ ...item, apiVersion: String(apiVersion), kind: String(kind) }));
    },
    async remove(document, limitMs) {
      const type = await typeOf(document);
      const key = keyOf(type, document);
      if ((await find(type, key)) === undefined) return;
      try {
        await client.delete(type, key, { propagation: "Background" });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
      const endMs = performance.now() + limitMs;
      while ((await find(type, key)) !== undefined) {
        if (performance.now() > endMs)
          throw new Error(`${type.kind} ${key.name} is not gone after ${limitMs} ms`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
};
