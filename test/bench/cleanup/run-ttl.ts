import type { BenchCluster } from "../cluster/bench-cluster.ts";
import { forEachConcurrently } from "../cluster/for-each-concurrently.ts";
import { configMapType } from "../cluster/resource-types.ts";
import { namespaceCount, namespaceName } from "../pods/build-pod.ts";
import type { OperatorProcess } from "../operator/operator-process.ts";
import type { Sample } from "../operator/prometheus-text.ts";
import { waitUntil } from "../wait-until.ts";
import type { CleanupFigures } from "./figures.ts";

const lateness = "rearguard_ttl_lateness_seconds";
const spreadMs = 60_000;
/** Creating them must be over before the first is due. */
const leadMs = 45_000;
const deadlineMs = 300_000;

/** Objects whose times are spread evenly over a minute; how late each went stands in the operator's histogram. */
export const runTtlBench = async (
  cluster: BenchCluster,
  operator: OperatorProcess,
  count: number,
): Promise<CleanupFigures["ttl"]> => {
  const firstMs = Date.now() + leadMs;
  const numbers = Array.from({ length: count }, (_, index) => index);
  await forEachConcurrently(numbers, cluster.connections, async (index) => {
    const namespace = namespaceName(index % namespaceCount);
    // Labels know whole seconds.
    const due = new Date(firstMs + Math.floor((index / count) * spreadMs)).toISOString();
    const value = due.replace(/\.\d+Z$/, "Z").replaceAll(":", "");
    await cluster.client.create(configMapType, namespace, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `ttl-${index}`, namespace, labels: { "cleanup.kyverno.io/ttl": value } },
    });
  });
  const samples = await waitUntil(
    async () => {
      operator.mustRun();
      const found = await operator.metrics();
      return valueOf(found, `${lateness}_count`) >= count ? found : undefined;
    },
    { what: "all are gone", deadlineMs },
  );
  const deleted = valueOf(samples, `${lateness}_count`);
  const within = valueOf(samples, `${lateness}_bucket`, { le: "1" });
  return { objects: count, deleted, withinOneSecond: within / deleted };
};

const valueOf = (
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number =>
  samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
