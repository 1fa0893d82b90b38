import type { FailureActionOverride } from "#api/kyverno/validate.ts";

import { hasWildcard, matchesWildcard } from "../values/wildcard.ts";
import type { Report } from "./report.ts";

/** Reports namespaces for which some overrides ask to audit and others to enforce. */
export function reportOverrides(
  overrides: readonly FailureActionOverride[],
  path: string,
  report: Report,
): void {
  const audit = new Set<string>();
  const enforce = new Set<string>();
  for (const [index, { action, namespaces = [] }] of overrides.entries()) {
    if (action === undefined) {
      report(`${path}[${index}].action`, "invalid action");
      continue;
    }
    const [same, other] = action.toLowerCase() === "enforce" ? [enforce, audit] : [audit, enforce];
    const at = `${path}[${index}].namespaces`;
    const common = namespaces.filter((name) => !hasWildcard(name) && other.has(name)).toSorted();
    if (common.length > 0) report(at, `conflicting namespaces found in path: ${at}: ${common.join(", ")}`);
    for (const name of namespaces) same.add(name);
    const overlap = overlapOf(audit, enforce);
    if (overlap !== undefined) report(at, overlap);
  }
}

function overlapOf(audit: ReadonlySet<string>, enforce: ReadonlySet<string>): string | undefined {
  return patternOver(audit, enforce) ?? patternOver(enforce, audit);
}

/** What is wrong where a pattern of one set covers a name or a pattern of the other. */
function patternOver(patterns: ReadonlySet<string>, names: ReadonlySet<string>): string | undefined {
  for (const pattern of patterns) {
    if (!hasWildcard(pattern)) continue;
    for (const name of names) {
      if (!matchesWildcard(pattern, name)) continue;
      return hasWildcard(name)
        ? `wildcard pattern '${pattern}' conflicts with the pattern '${name}'`
        : `wildcard pattern '${pattern}' matches with namespace '${name}'`;
    }
  }
  return undefined;
}
