import type { PolicyReportResult } from "#api/reports/policy-report.ts";

type ResourceReference = NonNullable<PolicyReportResult["resources"]>[number];

/** `namespace/Kind/name`, `Kind/name` for what has no namespace, and the name alone for what is no Kubernetes object. */
export function resourceText({ kind = "", namespace = "", name = "" }: Partial<ResourceReference>): string {
  return [namespace, kind, name].filter((part) => part !== "").join("/");
}
