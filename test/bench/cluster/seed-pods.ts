import { buildPod, namespaceCount, namespaceName } from "../pods/build-pod.ts";
import type { BenchCluster } from "./bench-cluster.ts";
import { forEachConcurrently } from "./for-each-concurrently.ts";
import { namespaceType, podType } from "./resource-types.ts";

export const seedNamespaces = async ({ client, connections }: BenchCluster): Promise<void> => {
  const names = Array.from({ length: namespaceCount }, (_, index) => namespaceName(index));
  await forEachConcurrently([...names, "kyverno"], connections, async (name) => {
    await client.create(namespaceType, undefined, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name },
    });
  });
};

function* numbers(from: number, to: number): Generator<number> {
  for (let number = from; number < to; number += 1) yield number;
}

/** Creates the pods with the numbers `from` to `to - 1`; resolves to the average bytes of one as it is stored. */
export const seedPods = async (
  { client, connections }: BenchCluster,
  from: number,
  to: number,
): Promise<number> => {
  let bytes = 0;
  await forEachConcurrently(numbers(from, to), connections, async (number) => {
    const { namespace, body } = buildPod(number);
    const created = await client.create(podType, namespace, body);
    bytes += JSON.stringify(created).length;
  });
  return bytes / Math.max(1, to - from);
};
