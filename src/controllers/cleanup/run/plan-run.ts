import { keptUids } from "#engine/cleanup/keep-last.ts";
import { exceededLimits } from "#engine/cleanup/run-limits.ts";
import type { CleanupOptions } from "#engine/cleanup/cleanup-options.ts";
import type { Candidate } from "./candidate.ts";

/** What a run does with what it found. */
export type RunPlan =
  | {
      readonly kind: "held";
      readonly limits: readonly string[];
      readonly matched: number;
      readonly kept: number;
    }
  | { readonly kind: "go"; readonly targets: ReadonlyMap<string, Candidate>; readonly kept: number };

/** Takes away what is kept of each group and measures the rest against the limits, before anything is deleted. */
export function planRun(
  candidates: ReadonlyMap<string, Candidate>,
  facts: { readonly options: CleanupOptions; readonly scanned: number; readonly confirmed: boolean },
): RunPlan {
  const { options, scanned, confirmed } = facts;
  const kept =
    options.keepLast === undefined ? new Set<string>() : keptUids(groupedOf(candidates), options.keepLast);
  const targets = new Map([...candidates].filter(([uid]) => !kept.has(uid)));
  const byNamespace = new Map<string, number>();
  for (const { namespace } of targets.values())
    byNamespace.set(namespace, (byNamespace.get(namespace) ?? 0) + 1);
  const limits = confirmed
    ? []
    : exceededLimits(options.limits, { scanned, matched: targets.size, byNamespace });
  if (limits.length > 0) return { kind: "held", limits, matched: targets.size, kept: kept.size };
  return { kind: "go", targets, kept: kept.size };
}

function groupedOf(candidates: ReadonlyMap<string, Candidate>): Parameters<typeof keptUids>[0] {
  return [...candidates.values()].map(({ uid, createdMs, group = "" }) => ({ uid, createdMs, group }));
}
