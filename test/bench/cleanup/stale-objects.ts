import type { BenchCluster } from "../cluster/bench-cluster.ts";
import { forEachConcurrently } from "../cluster/for-each-concurrently.ts";
import { configMapType } from "../cluster/resource-types.ts";
import { namespaceCount, namespaceName } from "../pods/build-pod.ts";

/** Each fifth object is stale. */
const every = 5;
const payload = "x".repeat(700);

export interface StaleObject {
  readonly namespace: string;
  readonly name: string;
  readonly stale: boolean;
}

export const staleObject = (index: number): StaleObject => ({
  namespace: namespaceName(index % namespaceCount),
  name: `object-${index}`,
  stale: index % every === 0,
});

/** About 1 KB each. */
export const createObject = async (
  { client }: BenchCluster,
  { namespace, name, stale }: StaleObject,
): Promise<string> => {
  const created = await client.create(configMapType, namespace, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, labels: { app: name, ...(stale ? { stale: "yes" } : {}) } },
    data: { payload },
  });
  return created.metadata.uid;
};

/** Creates the objects with the numbers 0 to `count - 1` that `wanted` takes. */
export const seedObjects = async (
  cluster: BenchCluster,
  count: number,
  wanted: (object: StaleObject) => boolean = () => true,
): Promise<void> => {
  const objects = Array.from({ length: count }, (_, index) => staleObject(index)).filter(wanted);
  await forEachConcurrently(objects, cluster.connections, async (object) => {
    await createObject(cluster, object);
  });
};
