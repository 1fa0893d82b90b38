import type { KnownPolicy, PolicyFact, PolicyFacts, ReportScope } from "#reports/policy-facts.ts";
import type { PolicyRef } from "#reports/policy-ref.ts";
import { judgesFamily } from "./kind-plan.ts";
import type { KindPlan } from "./kind-plan.ts";
import { policyKindNamed, policyKindOf } from "./policy-kinds.ts";
import type { PolicyWatch } from "./policy-watch.ts";
import { policyKey } from "./scan-policy.ts";
import type { ScanPolicy } from "./scan-policy.ts";

const none: ReadonlySet<string> = new Set();

function validateRules({ compiled }: ScanPolicy): ReadonlySet<string> {
  const declared = new Map(compiled.rules.map((rule) => [rule.name, rule.type]));
  const typeOf = (name: string): string | undefined =>
    declared.get(name) ?? declared.get(name.replace(/^autogen-(cronjob-)?/, ""));
  return new Set(compiled.ruleNames.filter((name) => typeOf(name) === "validate"));
}

/** True where the report is about the policy itself, or another of its kind: it may say that the policy cannot judge. */
function isAboutPolicy({ compiled: { identity } }: ScanPolicy, scope: ReportScope): boolean {
  return (
    scope.group === policyKindNamed(identity.kind)?.group &&
    scope.kind === identity.kind &&
    scope.namespace === identity.namespace
  );
}

/** What the writer of reports has to know of the policies of the scan. */
export function createPolicyFacts(
  watch: Pick<PolicyWatch, "policies" | "unreadable" | "isSynced">,
  plans: () => ReadonlyMap<string, KindPlan>,
): PolicyFacts {
  const facts = new WeakMap<ScanPolicy, KnownPolicy>();

  const known = (policy: ScanPolicy): KnownPolicy => {
    const idle = policy.idle !== undefined;
    const shared = {
      kind: "known",
      excluded: policy.compiled.disabledForReports,
      canMatch: (scope: ReportScope) =>
        !idle && (isAboutPolicy(policy, scope) || judgesFamily(plans(), policy, scope)),
    } as const;
    // Kinds that are not made of rules are judged as a whole.
    if (policy.compiled.judge !== undefined) {
      // What changes existing objects reports that as if it had been scanned.
      const isDormant = idle && policy.compiled.changesExisting !== true;
      return { ...shared, scanRules: idle ? none : "all", dormantRules: isDormant ? "all" : none };
    }
    const validate = validateRules(policy);
    return {
      ...shared,
      rules: new Set(policy.compiled.ruleNames),
      // Images are not judged here yet: their results belong to whoever wrote them.
      scanRules: idle ? none : validate,
      dormantRules: idle ? validate : none,
    };
  };

  const knownOnce = (policy: ScanPolicy): KnownPolicy => {
    const fact = facts.get(policy) ?? known(policy);
    facts.set(policy, fact);
    return fact;
  };

  const find = ({ source, policy: name }: PolicyRef): PolicyFact => {
    const slash = name.indexOf("/");
    const kind = policyKindOf(source, slash >= 0)?.kind;
    if (kind === undefined) return { kind: "unknown" };
    const key =
      slash < 0
        ? policyKey(kind, undefined, name)
        : policyKey(kind, name.slice(0, slash), name.slice(slash + 1));
    const policy = watch.policies.get(key);
    // Which rules it has nobody knows.
    if (policy !== undefined)
      return policy.unreadable === undefined ? knownOnce(policy) : { kind: "unknown" };
    // Before the kind is listed to its end nothing of it is known to be gone.
    return watch.unreadable.has(key) || !watch.isSynced(kind) ? { kind: "unknown" } : { kind: "gone" };
  };

  return {
    find,
    isWatched: ({ group, kind }) =>
      [...plans().values()].some(({ type }) => type.group === group && type.kind === kind),
  };
}
