import type { PolicyException } from "#api/kyverno/exception.ts";
import type { Problem } from "#api/schema/decode.ts";

import { reportFilter } from "./match.ts";
import { reportExclusion } from "./pod-security.ts";
import type { Report } from "./report.ts";

/** Everything that is wrong with an exception beyond its schema: what Kyverno's admission refuses. */
export function validateException({ spec }: PolicyException): readonly Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, message) => problems.push({ path, message });
  for (const list of ["any", "all"] as const) {
    for (const [index, filter] of (spec.match[list] ?? []).entries()) {
      const at = `spec.match.${list}[${index}]`;
      reportFilter(filter, at, { namespaced: false, clusterKinds: undefined }, report);
      if (spec.background === false) continue;
      for (const part of ["roles", "clusterRoles", "subjects"] as const) {
        if ((filter[part] ?? []).length > 0) report(`${at}.${part}`, "Usage of user info is forbidden");
      }
    }
  }
  for (const [index, { policyName }] of spec.exceptions.entries()) {
    if (policyName === "") {
      report(`spec.exceptions[${index}].policyName`, "An exception requires a policy name");
    }
  }
  for (const [index, exclusion] of (spec.podSecurity ?? []).entries()) {
    reportExclusion(exclusion, `spec.podSecurity[${index}]`, report);
  }
  return problems;
}
