import type { OperatorProcess } from "../operator/operator-process.ts";
import { sumOf } from "../operator/prometheus-text.ts";
import { waitUntil } from "../wait-until.ts";
import { createCohortPolicy, editCohortPolicy } from "./edit-policy.ts";
import type { PolicyEditNeeds, ScanFigures } from "./figures.ts";
import type { ScanBench } from "./scan-bench.ts";

/** Adds a policy for five namespaces, then edits it, and counts what the edit costs. */
export const runPolicyEdit = async (
  { cluster, traffic, settle, deadlineMs }: ScanBench,
  operator: OperatorProcess,
  needs: PolicyEditNeeds,
): Promise<ScanFigures["policyEdit"]> => {
  const untilWritten = (count: number): Promise<boolean> =>
    waitUntil(async () => ((await traffic.read()).reportWrites >= count ? true : undefined), {
      what: `the policy has changed ${count} reports`,
      deadlineMs,
      intervalMs: 100,
      check: () => operator.mustRun(),
    });
  await traffic.restart();
  await createCohortPolicy(cluster);
  await untilWritten(needs.matching);
  await settle(operator);

  await traffic.restart();
  const before = sumOf(await operator.metrics(), "rearguard_evaluations_total");
  const startedAt = performance.now();
  await editCohortPolicy(cluster);
  await untilWritten(needs.changing);
  const seconds = (performance.now() - startedAt) / 1_000;
  await settle(operator);
  const evaluations = sumOf(await operator.metrics(), "rearguard_evaluations_total") - before;
  return { evaluations, reportWrites: (await traffic.read()).reportWrites, seconds };
};
