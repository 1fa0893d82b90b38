import { cohortLabel, namespaceName } from "../pods/build-pod.ts";
import type { BenchPod } from "../pods/build-pod.ts";
import type { BenchCluster } from "../cluster/bench-cluster.ts";
import { clusterPolicyType } from "../cluster/resource-types.ts";
import type { PolicyEditNeeds } from "./figures.ts";

const name = "bench-allowed-cohorts";
/** Five of a hundred. */
const namespaces = [10, 30, 50, 70, 90].map(namespaceName);
const before = ["a", "b"] as const;
const after = ["b", "c"] as const;

const buildPolicy = (allowed: readonly string[]): object => ({
  apiVersion: "kyverno.io/v1",
  kind: "ClusterPolicy",
  metadata: { name, annotations: { "pod-policies.kyverno.io/autogen-controllers": "none" } },
  spec: {
    validationFailureAction: "Audit",
    background: true,
    rules: [
      {
        name: "allowed-cohorts",
        match: { any: [{ resources: { kinds: ["Pod"], namespaces } }] },
        validate: {
          message: "The cohort is not allowed here.",
          pattern: { metadata: { labels: { [cohortLabel]: allowed.join(" | ") } } },
        },
      },
    ],
  },
});

export const createCohortPolicy = async ({ client }: BenchCluster): Promise<void> => {
  await client.create(clusterPolicyType, undefined, buildPolicy(before));
};

/** Allows one cohort instead of another: their pods change sides, all others keep verdict and message. */
export const editCohortPolicy = async ({ client }: BenchCluster): Promise<void> => {
  await client.patch(clusterPolicyType, { name }, buildPolicy(after), { kind: "merge" });
};

/** What the edit makes necessary. */
export const cohortEditNeeds = (pods: Iterable<BenchPod>): PolicyEditNeeds => {
  const concerned = new Set<string>(namespaces);
  const changes = new Set<string>(
    [...before, ...after].filter((cohort) => !isIn(before, cohort) || !isIn(after, cohort)),
  );
  let matching = 0;
  let changing = 0;
  for (const { namespace, cohort } of pods) {
    if (!concerned.has(namespace)) continue;
    matching += 1;
    if (changes.has(cohort)) changing += 1;
  }
  return { matching, changing };
};

const isIn = (list: readonly string[], cohort: string): boolean => list.includes(cohort);
