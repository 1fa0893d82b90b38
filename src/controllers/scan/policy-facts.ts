import type { KnownPolicy, PolicyFact, PolicyFacts, ReportScope } from "#reports/policy-facts.ts";
import type { PolicyRef } from "#reports/policy-ref.ts";
import { judgesFamily } from "./kind-plan.ts";
import type { KindPlan } from "./kind-plan.ts";
import type { PolicyWatch } from "./policy-watch.ts";
import { policyKey } from "./scan-policy.ts";
import type { ScanPolicy } from "./scan-policy.ts";

const none: ReadonlySet<string> = new Set();

function rulesOfType(policy: ScanPolicy, type: "validate"): ReadonlySet<string> {
  const declared = new Map(policy.compiled.rules.map((rule) => [rule.name, rule.type]));
  const typeOf = (name: string): string | undefined =>
    declared.get(name) ?? declared.get(name.replace(/^autogen-(cronjob-)?/, ""));
  return new Set(policy.compiled.ruleNames.filter((name) => typeOf(name) === type));
}

/** What the writer of reports has to know of the policies of the scan. */
export function createPolicyFacts(
  watch: Pick<PolicyWatch, "policies" | "unreadable">,
  plans: () => ReadonlyMap<string, KindPlan>,
): PolicyFacts {
  const known = (policy: ScanPolicy): KnownPolicy => {
    const idle = policy.idle !== undefined;
    return {
      kind: "known",
      rules: new Set(policy.compiled.ruleNames),
      // Images are not judged here yet: their results belong to whoever wrote them.
      scanRules: idle ? none : rulesOfType(policy, "validate"),
      dormantRules: idle ? rulesOfType(policy, "validate") : none,
      excluded: policy.compiled.disabledForReports,
      canMatch: (scope: ReportScope) => !idle && judgesFamily(plans(), policy, scope),
    };
  };

  const find = ({ source, policy: name }: PolicyRef): PolicyFact => {
    if (source !== "kyverno") return { kind: "unknown" };
    const slash = name.indexOf("/");
    const key =
      slash < 0
        ? policyKey("ClusterPolicy", undefined, name)
        : policyKey("Policy", name.slice(0, slash), name.slice(slash + 1));
    const policy = watch.policies.get(key);
    if (policy !== undefined) return known(policy);
    return watch.unreadable.has(key) ? { kind: "unknown" } : { kind: "gone" };
  };

  return {
    find,
    isWatched: ({ group, kind }) =>
      [...plans().values()].some(({ type }) => type.group === group && type.kind === kind),
  };
}
