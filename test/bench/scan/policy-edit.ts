import type { OperatorProcess } from "../operator/operator-process.ts";
import { sumOf } from "../operator/prometheus-text.ts";
import { waitUntil } from "../wait-until.ts";
import { createCohortPolicy, editCohortPolicy } from "./edit-policy.ts";
import type { PolicyEditNeeds, ScanFigures } from "./figures.ts";
import type { ScanBench } from "./scan-bench.ts";

/** How often a policy was compiled since the operator was started. */
export const compilationsOf = (samples: Parameters<typeof sumOf>[0]): number =>
  sumOf(samples, "rearguard_policy_compilations_total");

/** Adds a policy for five namespaces, then edits it, and counts what the edit costs. */
export const runPolicyEdit = async (
  bench: ScanBench,
  operator: OperatorProcess,
  needs: PolicyEditNeeds,
): Promise<ScanFigures["policyEdit"]> => {
  const { traffic, settle, deadlineMs } = bench;
  const untilWritten = (count: number): Promise<boolean> =>
    waitUntil(async () => ((await traffic.read()).reportWrites >= count ? true : undefined), {
      what: `the policy has changed ${count} reports`,
      deadlineMs,
      intervalMs: 100,
      check: () => operator.mustRun(),
    });
  await traffic.restart();
  await createCohortPolicy(bench);
  await untilWritten(needs.matching);
  await settle(operator);

  await traffic.restart();
  const counted = async () => {
    const samples = await operator.metrics();
    return {
      evaluations: sumOf(samples, "rearguard_evaluations_total"),
      compilations: compilationsOf(samples),
    };
  };
  const before = await counted();
  const startedAt = performance.now();
  await editCohortPolicy(bench);
  await untilWritten(needs.changing);
  const seconds = (performance.now() - startedAt) / 1_000;
  await settle(operator);
  const after = await counted();
  return {
    evaluations: after.evaluations - before.evaluations,
    compilations: after.compilations - before.compilations,
    reportWrites: (await traffic.read()).reportWrites,
    seconds,
  };
};
