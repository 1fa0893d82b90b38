import type { KubeObject } from "#api/meta/object-meta.ts";
import { splitApiVersion } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import type { RequestedTrigger } from "./trigger-event.ts";
import type { TriggerWorld } from "./trigger-world.ts";

/** The kind that is meant, as it is served; undefined where it is not. */
export function requestedType(
  { apiVersion, kind }: Pick<RequestedTrigger, "apiVersion" | "kind">,
  types: readonly ResourceType[],
): ResourceType | undefined {
  const { group, version } = splitApiVersion(apiVersion);
  const family = types.filter(
    (type) => type.group === group && type.kind === kind && !type.resource.includes("/"),
  );
  return family.find((type) => type.version === version) ?? family.find(({ preferred }) => preferred);
}

/**
 * Reads the object that is meant; undefined where there is none. By its uid, where one is given: an object of the same name
 * that came later is another.
 */
export async function readRequested(
  { namespace, name, uid = "" }: RequestedTrigger,
  type: ResourceType,
  world: Pick<TriggerWorld, "client" | "list">,
): Promise<KubeObject | undefined> {
  const place = type.namespaced ? namespace : "";
  if (name !== "") {
    try {
      const object = await world.client.get(type, { name, ...(place === "" ? {} : { namespace: place }) });
      return uid === "" || object.metadata.uid === uid ? object : undefined;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return undefined;
    }
  }
  let found: KubeObject | undefined;
  await world.list(type, place === "" ? undefined : place, (objects) => {
    found ??= objects.find(({ metadata }) => metadata.uid === uid);
    return Promise.resolve();
  });
  return found;
}
