import type { PolicyReportResult } from "#api/reports/policy-report.ts";

type ResourceReference = NonNullable<PolicyReportResult["resources"]>[number];

/** `namespace/Kind/name`, or `Kind/name` for what has no namespace. */
export function resourceText({ kind = "", namespace = "", name = "" }: Partial<ResourceReference>): string {
  return namespace === "" ? `${kind}/${name}` : `${namespace}/${kind}/${name}`;
}
