import type { MatchConstraints, NamedResourceRule } from "#api/policies/match-constraints.ts";

import type { KindSelection } from "../match/kind-selection.ts";
import type { KindSelector } from "../match/kind-selector.ts";

/** Which operations of a resource rule make it count. */
export type CountedOperations = "any" | ReadonlySet<string>;

/** A scan judges objects as if they were created. */
const scanOperations: ReadonlySet<string> = new Set(["CREATE"]);

/**
 * What has to be listed and watched for match constraints: whole objects of the resources that rules name. No rules
 * stand for all kinds. A namespaced policy only looks into its namespace.
 */
export function constraintSelections(
  constraints: MatchConstraints | undefined,
  policyNamespace: string | undefined,
  operations: CountedOperations = scanOperations,
): readonly KindSelection[] {
  if (constraints === undefined) return [];
  const rules = constraints.resourceRules ?? [];
  const selectors = rules.length === 0 ? [anyKind] : rules.flatMap((rule) => selectorsOf(rule, operations));
  return selectors.map((selector) =>
    policyNamespace === undefined ? { selector } : { selector, namespaces: [policyNamespace] },
  );
}

const anyKind: KindSelector = { group: "*", version: "*", kind: "*", subresource: "" };

function selectorsOf(rule: NamedResourceRule, operations: CountedOperations): readonly KindSelector[] {
  if (!counts(rule.operations ?? [], operations)) return [];
  return (rule.apiGroups ?? []).flatMap((group) =>
    (rule.apiVersions ?? []).flatMap((version) =>
      (rule.resources ?? []).flatMap((text) => {
        const [resource = "", subresource = ""] = text.split("/");
        // Whole objects only: `pods/log` is nothing that can be listed.
        if (subresource !== "" && subresource !== "*") return [];
        const base = { group, version, kind: "*", subresource: "" };
        return resource === "*" ? [base] : [{ ...base, resource }];
      }),
    ),
  );
}

function counts(declared: readonly string[], operations: CountedOperations): boolean {
  if (operations === "any") return true;
  return declared.some((operation) => operation === "*" || operations.has(operation));
}
