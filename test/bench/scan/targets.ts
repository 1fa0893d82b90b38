import type { PolicyEditNeeds, ScanFigures } from "./figures.ts";
import type { ScanPolicies } from "./scan-policies.ts";

/** One line of the table for people. */
export interface TargetRow {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  readonly met: boolean;
  /** Times depend on the machine: they are shown, and fail nothing. */
  readonly decides: boolean;
}

/** Reads that a cluster costs whatever its size: discovery, and one page of each kind that is empty. */
const fixedReads = 80;
/** Events that do not grow with the pods: the budget of each policy for what a list finds, and its summary. */
const fixedEventsPerPolicy = 25;

const peakLimitMiB = (pods: number): number =>
  pods <= 10_000 ? 200 : pods <= 40_000 ? 240 : Number.POSITIVE_INFINITY;

const atMost = (
  what: string,
  value: number,
  limit: number,
  { digits = 0, unit = "", decides = true } = {},
): TargetRow => ({
  what,
  measured: `${value.toFixed(digits)}${unit}`,
  target: Number.isFinite(limit) ? `≤ ${Number(limit.toFixed(3))}${unit}` : "",
  met: value <= limit,
  decides,
});

const exactly = (what: string, value: number, expected: number): TargetRow => ({
  what,
  measured: String(value),
  target: `= ${expected}`,
  met: value === expected,
  decides: true,
});

/** Every figure beside what it should be. Ratios are widened for small clusters by what does not grow with them. */
export const compareWithTargets = (
  figures: ScanFigures,
  needs: PolicyEditNeeds,
  { maxCpuMsPerPod, namesNamespaces }: Pick<ScanPolicies, "maxCpuMsPerPod" | "namesNamespaces">,
): readonly TargetRow[] => {
  const { pods, policies, first, rescan, restart, policyEdit, edits, heap } = figures;
  const time = { decides: false } as const;
  return [
    atMost("report writes per pod", first.writesPerResource, 1.05, { digits: 3 }),
    atMost(
      "event writes per pod",
      first.eventWritesPerResource,
      Math.max(0.1, (fixedEventsPerPolicy * policies) / pods),
      { digits: 3 },
    ),
    atMost("reads per pod", first.readsPerResource, Math.max(0.05, fixedReads / pods), { digits: 4 }),
    atMost("CPU per pod", first.cpuMsPerResource, maxCpuMsPerPod, { digits: 2, unit: " ms", ...time }),
    atMost("first scan", first.wallSeconds, 1.3 * first.bareClientSeconds, {
      digits: 1,
      unit: " s",
      ...time,
    }),
    atMost("a bare client's writes", first.bareClientSeconds, Number.POSITIVE_INFINITY, {
      digits: 1,
      unit: " s",
      ...time,
    }),
    atMost("peak resident memory", first.peakRssMiB, peakLimitMiB(pods), { unit: " MiB" }),
    exactly("unchanged rescan: report writes", rescan.reportWrites, 0),
    exactly("unchanged rescan: event writes", rescan.eventWrites, 0),
    exactly("policies compiled until then", figures.compilations, policies),
    exactly("restart: report writes", restart.reportWrites, 0),
    exactly("restart: event writes", restart.eventWrites, 0),
    atMost(
      "policy edit: evaluations",
      policyEdit.evaluations,
      (namesNamespaces ? needs.matching : pods) + needs.changing * (policies + 1),
    ),
    exactly("policy edit: policies compiled", policyEdit.compilations, 1),
    exactly("policy edit: report writes", policyEdit.reportWrites, needs.changing),
    atMost("policy edit: time until all is written", policyEdit.seconds, Number.POSITIVE_INFINITY, {
      digits: 1,
      unit: " s",
      ...time,
    }),
    atMost(`edit to report, median of ${edits.count}`, edits.p50Ms, 2_000, { unit: " ms", ...time }),
    atMost("edit to report, 99th percentile", edits.p99Ms, 2_000, { unit: " ms", ...time }),
    ...(heap === undefined
      ? []
      : [
          atMost("heap at rest", heap.restMiB, Number.POSITIVE_INFINITY, { digits: 1, unit: " MiB" }),
          atMost("heap per further pod", heap.bytesPerFurtherObject, 1_024, { unit: " bytes" }),
        ]),
    {
      what: "reports as evaluated offline",
      measured: figures.correct ? "all" : "not all",
      target: "all",
      met: figures.correct,
      decides: true,
    },
  ];
};

/** True where everything holds that does not depend on the machine's speed. */
export const allCountsMet = (rows: readonly TargetRow[]): boolean =>
  rows.every(({ met, decides }) => met || !decides);
