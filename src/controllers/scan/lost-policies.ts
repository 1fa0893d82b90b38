import type { ScanPolicy } from "./scan-policy.ts";

/** True where results of others may speak of a policy or rule that is gone, or that left the reports. */
export function lostPolicies(
  before: ReadonlyMap<string, ScanPolicy>,
  after: ReadonlyMap<string, ScanPolicy>,
): boolean {
  return [...before].some(([key, old]) => {
    const now = after.get(key);
    if (now === old) return false;
    return now === undefined || lostSomething(old.compiled, now.compiled);
  });
}

function lostSomething(old: ScanPolicy["compiled"], now: ScanPolicy["compiled"]): boolean {
  if (now.disabledForReports && !old.disabledForReports) return true;
  const left = new Set(now.ruleNames);
  return old.ruleNames.some((name) => !left.has(name));
}
