import { namespaceName } from "../pods/build-pod.ts";
import type { BenchPod } from "../pods/build-pod.ts";
import type { PolicyEditNeeds } from "./figures.ts";
import type { ScanBench } from "./scan-bench.ts";

type EditedBench = Pick<ScanBench, "cluster" | "policies">;

const name = "bench-allowed-cohorts";
/** Five of a hundred. */
const namespaces = [10, 30, 50, 70, 90].map(namespaceName);
const before = ["a", "b"] as const;
const after = ["b", "c"] as const;

export const createCohortPolicy = async ({ cluster, policies }: EditedBench): Promise<void> => {
  const { type, cohortPolicy } = policies;
  await cluster.client.create(type, undefined, cohortPolicy({ name, namespaces, allowed: before }));
};

/** Allows one cohort instead of another: their pods change sides, all others keep verdict and message. */
export const editCohortPolicy = async ({ cluster, policies }: EditedBench): Promise<void> => {
  const { type, cohortPolicy } = policies;
  const edited = cohortPolicy({ name, namespaces, allowed: after });
  await cluster.client.patch(type, { name }, edited, { kind: "merge" });
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
