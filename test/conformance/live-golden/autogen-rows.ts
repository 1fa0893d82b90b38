import type { Rows } from "./golden-reports.ts";

const controllers: ReadonlySet<string> = new Set([
  "CronJob",
  "DaemonSet",
  "Deployment",
  "Job",
  "ReplicaSet",
  "StatefulSet",
]);

/**
 * Our rows without those on pod controllers of kinds that nothing watched when the record was made: which kinds the recorded
 * controller watched for the sake of autogen depended on a status that nobody had written.
 */
export function withoutUnwatchedControllers(
  golden: Rows,
  ours: Rows,
): { readonly rows: Rows; readonly left: number } {
  const watched = new Set([...golden.keys()].map(kindOf));
  const isOut = (key: string): boolean => !watched.has(kindOf(key)) && controllers.has(kindOf(key));
  const kept = [...ours].filter(([key]) => !isOut(key));
  const left = [...ours].filter(([key]) => isOut(key)).reduce((sum, [, rows]) => sum + rows.length, 0);
  return { rows: new Map(kept), left };
}

/** The kind in `apiVersion/Kind/namespace/name`, where the API version may hold a slash. */
function kindOf(key: string): string {
  return key.split("/").at(-3) ?? "";
}
