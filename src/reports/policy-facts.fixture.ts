import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { PolicyFact, PolicyFacts } from "./policy-facts.ts";
import { generatedResourcesProperty, patchedTargetProperty } from "./producer.ts";

export const scope = { group: "", version: "v1", kind: "Pod", namespace: "shop" };

const known: Readonly<Record<string, PolicyFact>> = {
  scanned: {
    kind: "known",
    rules: new Set(["judged", "image", "mutated"]),
    scanRules: new Set(["judged"]),
    imageScanRules: new Set(["image"]),
    excluded: false,
    canMatch: ({ kind }) => kind === "Pod",
  },
  "admission-only": {
    kind: "known",
    rules: new Set(["judged"]),
    scanRules: new Set(),
    dormantRules: new Set(["judged"]),
    excluded: false,
    canMatch: () => false,
  },
  excluded: {
    kind: "known",
    rules: new Set(["judged"]),
    scanRules: new Set(),
    excluded: true,
    canMatch: () => false,
  },
  cel: { kind: "known", scanRules: "all", excluded: false, canMatch: () => true },
};
export const facts: PolicyFacts = {
  find: ({ source, policy }) =>
    source.startsWith("other") ? { kind: "unknown" } : (known[policy] ?? { kind: "gone" }),
  isWatched: () => true,
};

export function result(
  policy: string,
  rule: string,
  extra: Partial<PolicyReportResult> = {},
): PolicyReportResult {
  return { source: "kyverno", policy, rule, result: "pass", ...extra };
}

export const generated = (target: string) => ({ properties: { [generatedResourcesProperty]: target } });
export const patched = (target: string) => ({ properties: { [patchedTargetProperty]: target } });
