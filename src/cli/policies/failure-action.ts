import type { PolicySpec } from "#api/kyverno/policy-spec.ts";
import { compileLabelSelector } from "#engine/match/label-selector.ts";
import { matchesWildcard } from "#engine/values/wildcard.ts";

type Overrides = PolicySpec["validationFailureActionOverrides"];

/**
 * True where a violation in this namespace is only audited. The first validate rule with an action of its own speaks for
 * the policy, then the overrides by namespace, then the policy's action.
 */
export function isAudited(
  spec: PolicySpec,
  namespace: string,
  namespaceLabels: Readonly<Record<string, string>>,
): boolean {
  return actionOf(spec, namespace, namespaceLabels).toLowerCase() === "audit";
}

function actionOf(spec: PolicySpec, namespace: string, labels: Readonly<Record<string, string>>): string {
  const rule = (spec.rules ?? []).find(({ validate }) => validate?.failureAction !== undefined)?.validate;
  if (rule !== undefined) {
    return overriding(rule.failureActionOverrides, namespace, labels) ?? rule.failureAction ?? "Audit";
  }
  return (
    overriding(spec.validationFailureActionOverrides, namespace, labels) ??
    spec.validationFailureAction ??
    "Audit"
  );
}

function overriding(
  overrides: Overrides,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  return (overrides ?? []).find(({ namespaces, namespaceSelector }) => {
    const selected = namespaceSelector === undefined || compileLabelSelector(namespaceSelector)(labels);
    const named = namespaces === undefined || namespaces.some((name) => matchesWildcard(name, namespace));
    return selected && named && (namespaces !== undefined || namespaceSelector !== undefined);
  })?.action;
}
