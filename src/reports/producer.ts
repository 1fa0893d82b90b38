import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { KnownPolicy, PolicyFacts } from "./policy-facts.ts";
import type { PolicyRef } from "./policy-ref.ts";

/** Who says what a report holds. Each replaces only its own results. */
export type Producer = "scan" | "image-scan" | "generate" | "mutate-existing" | "cleanup-audit" | "admission";

/** Results of generate rules name what they made. */
export const generatedResourcesProperty = "generated-resources";
/** Results of mutate-existing rules name the object that they changed. */
export const patchedTargetProperty = "patched-target";

const cleanupSources: ReadonlySet<string> = new Set(["KyvernoCleanupPolicy", "KyvernoDeletingPolicy"]);

/** The policy that a result is of. */
export function policyOf({ source, policy }: PolicyReportResult): PolicyRef {
  return { source: source ?? "", policy };
}

/**
 * Who a result belongs to; undefined where that cannot be told. No field of the wire says it: it follows from properties,
 * source, and what is known of the policy. A rule that the scan judges belongs to the scan, whoever wrote the result.
 */
export function producerOf(result: PolicyReportResult, facts: PolicyFacts): Producer | undefined {
  const properties = result.properties ?? {};
  if (Object.hasOwn(properties, generatedResourcesProperty)) return "generate";
  if (Object.hasOwn(properties, patchedTargetProperty)) return "mutate-existing";
  const source = result.source ?? "";
  if (cleanupSources.has(source)) return "cleanup-audit";
  if (source === "KyvernoGeneratingPolicy") return "generate";
  const policy = facts.find(policyOf(result));
  if (policy.kind !== "known") return undefined;
  return producerOfRule(policy, result.rule ?? "");
}

function producerOfRule(policy: KnownPolicy, rule: string): Producer | undefined {
  if (includes(policy.scanRules, rule)) return "scan";
  if (policy.imageScanRules !== undefined && includes(policy.imageScanRules, rule)) return "image-scan";
  return policy.rules === undefined || policy.rules.has(rule) ? "admission" : undefined;
}

function includes(rules: ReadonlySet<string> | "all", rule: string): boolean {
  return rules === "all" || rules.has(rule);
}
