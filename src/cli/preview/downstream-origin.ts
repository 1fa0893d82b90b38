import { managedByKyverno, managedByLabel } from "#api/labels.ts";
import type { PolicyIdentity } from "#engine/compiled-policy.ts";

type Labels = Readonly<Record<string, string>>;

const prefix = "generate.kyverno.io/";

/** Where a generated object says that it comes from. */
export interface DownstreamOrigin {
  /** Absent for the object of a GeneratingPolicy, which has no rules. */
  readonly rule: string | undefined;
  readonly triggerUid: string;
  readonly triggerText: string;
  readonly isCopy: boolean;
}

/** The origin of an object that this policy made; undefined for any other object. */
export function originOf(
  labels: Labels,
  { kind, name, namespace = "" }: PolicyIdentity,
): DownstreamOrigin | undefined {
  const read = (key: string): string | undefined => {
    const full = `${prefix}${key}`;
    return Object.hasOwn(labels, full) ? labels[full] : undefined;
  };
  if (labels[managedByLabel] !== managedByKyverno || read("policy-name") !== name) return undefined;
  const isClassic = kind === "ClusterPolicy" || kind === "Policy";
  const rule = read("rule-name");
  if (isClassic !== (rule !== undefined)) return undefined;
  if (isClassic && (read("policy-namespace") ?? "") !== namespace) return undefined;
  const place = read("trigger-namespace") ?? "";
  return {
    rule,
    triggerUid: read("trigger-uid") ?? "",
    triggerText: `${read("trigger-kind") ?? "trigger"}${place === "" ? "" : ` of ${place}`}`,
    isCopy: read("source-uid") !== undefined,
  };
}
