import type { RuleInfo } from "../output/sarif.ts";
import type { LoadedPolicy } from "./decode-policy.ts";

/** What policies say of themselves in annotations, by the name that results have. */
export function policyInfo(policies: readonly LoadedPolicy[]): (policy: string) => RuleInfo | undefined {
  const byKey = new Map(policies.map((policy) => [policy.compiled.identity.key, policy]));
  return (key) => {
    const policy = byKey.get(key);
    if (policy === undefined) return undefined;
    const { severity = "", category = "" } = policy.compiled.reporting;
    const { annotations = {} } = policy.source.metadata;
    const read = (name: string): string => {
      const text = Object.hasOwn(annotations, name) ? annotations[name] : undefined;
      return text?.trim() ?? "";
    };
    return {
      title: read("policies.kyverno.io/title"),
      description: read("policies.kyverno.io/description"),
      severity,
      category,
    };
  };
}
