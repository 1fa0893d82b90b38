import type { PolicyReportResult } from "#api/reports/policy-report.ts";

/** On a result that says nothing but that an earlier one of its rule does not hold any more. */
const withdrawnProperty = "withdrawn";

/** What takes a result back: handed in like any other, it leaves nothing. */
export function withdrawalOf(result: PolicyReportResult, nowSeconds: number): PolicyReportResult {
  return {
    ...result,
    result: "skip",
    message: "does not hold any more",
    timestamp: { seconds: nowSeconds, nanos: 0 },
    properties: { ...result.properties, [withdrawnProperty]: "true" },
  };
}

/** True for what `withdrawalOf` gives. */
export function isWithdrawal({ properties = {} }: PolicyReportResult): boolean {
  return Object.hasOwn(properties, withdrawnProperty) && properties[withdrawnProperty] === "true";
}
