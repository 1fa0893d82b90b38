import type { PolicyReportResult } from "#api/reports/policy-report.ts";

import type { MatrixGroup } from "./matrix-record.ts";

/** Groups results as the recorded files have them: sorted, without what repeats in every row. */
export function groupResults(results: readonly PolicyReportResult[]): readonly MatrixGroup[] {
  const groups = new Map<string, { head: Omit<MatrixGroup, "resources">; names: Map<string, string[]> }>();
  for (const result of results) {
    const head = headOf(result);
    const key = JSON.stringify(head);
    const group = groups.get(key) ?? { head, names: new Map<string, string[]>() };
    groups.set(key, group);
    for (const { apiVersion = "", kind = "", namespace = "", name = "" } of result.resources ?? []) {
      const prefix = `${apiVersion}/${kind}/${namespace}`;
      const names = group.names.get(prefix) ?? [];
      names.push(name);
      group.names.set(prefix, names);
    }
  }
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { head, names }]) => ({
      ...head,
      resources: Object.fromEntries(
        [...names]
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([prefix, list]) => [prefix, list.toSorted()]),
      ),
    }));
}

function headOf(result: PolicyReportResult): Omit<MatrixGroup, "resources"> {
  const properties = Object.entries(result.properties ?? {}).filter(
    ([key]) => key !== "process" && key !== "controlsJSON",
  );
  return {
    policy: result.policy,
    rule: result.rule ?? "",
    result: result.result ?? "",
    message: result.message ?? "",
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
  };
}
