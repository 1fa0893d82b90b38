import { keptUids } from "./keep-last.ts";
import { exceededLimits } from "./run-limits.ts";
import type { CleanupOptions } from "./cleanup-options.ts";

/** What planning looks at of an object that a policy selects. */
export interface PlannedObject {
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly uid: string;
  readonly createdMs: number;
  /** Only where the policy keeps the last of each group. */
  readonly group?: string;
}

/** What a run does with what it found. */
export type RunPlan<T extends PlannedObject> =
  | {
      readonly kind: "held";
      readonly limits: readonly string[];
      readonly matched: number;
      readonly kept: number;
    }
  | { readonly kind: "go"; readonly targets: ReadonlyMap<string, T>; readonly kept: number };

/** Takes away what is kept of each group and measures the rest against the limits, before anything is deleted. */
export function planRun<T extends PlannedObject>(
  candidates: ReadonlyMap<string, T>,
  facts: { readonly options: CleanupOptions; readonly scanned: number; readonly confirmed: boolean },
): RunPlan<T> {
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

function groupedOf<T extends PlannedObject>(
  candidates: ReadonlyMap<string, T>,
): Parameters<typeof keptUids>[0] {
  return [...candidates.values()].map(({ uid, createdMs, group = "" }) => ({ uid, createdMs, group }));
}
