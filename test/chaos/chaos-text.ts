import type { KubeObject } from "#api/meta/object-meta.ts";

/** The label by which each object of a seed belongs to one policy, so that a deletion has one possible cause. */
export const groupLabel = "chaos.example.com/group";
export const ttlLabel = "cleanup.kyverno.io/ttl";
const prefix = "cleanup.rearguard.io/";
export const protectMarker = `${prefix}protect`;
export const markPrefix = `${prefix}delete-after.`;
/** What stays by its name, where a policy excludes it. */
export const excludedName = "kept-";

export type PolicyKindName =
  | "CleanupPolicy"
  | "ClusterCleanupPolicy"
  | "DeletingPolicy"
  | "NamespacedDeletingPolicy";

/** What a policy of a seed says, in the few words that the model knows. */
export interface PolicyText {
  readonly group: string;
  readonly kind: PolicyKindName;
  /** Absent for a policy of the cluster. */
  readonly namespace?: string;
  readonly intervalMs: number;
  readonly schedule: string;
  readonly mode: "delete" | "audit" | "broken";
  readonly graceMs: number;
  readonly keepLast?: number;
  readonly maxDeletions?: number;
  /** A run that a limit held is allowed. */
  readonly confirm?: string;
  readonly excludes: boolean;
}

/** Whether a policy as it stands selects an object as it stands. Written from the rules alone, without the engine. */
export const selects = (text: PolicyText, { metadata }: KubeObject): boolean => {
  const { labels = {}, namespace } = metadata as {
    readonly labels?: Readonly<Record<string, string>>;
    readonly namespace?: string;
  };
  if (labels[groupLabel] !== text.group || labels["stale"] !== "yes") return false;
  if (text.namespace !== undefined && text.namespace !== namespace) return false;
  return !(text.excludes && metadata.name.startsWith(excludedName));
};

/** The policy as it is sent to the API server. */
export const policyBody = (text: PolicyText): object => ({
  metadata: { annotations: annotationsOf(text) },
  spec: text.kind.endsWith("CleanupPolicy") ? classicSpec(text) : celSpec(text),
});

export const annotationsOf = (text: PolicyText): Readonly<Record<string, string | null>> => ({
  [`${prefix}mode`]: text.mode === "audit" ? "audit" : "delete",
  [`${prefix}grace-period`]: text.graceMs === 0 ? null : `${text.graceMs / 1000}s`,
  [`${prefix}keep-last`]: text.keepLast === undefined ? null : String(text.keepLast),
  [`${prefix}max-deletions`]: text.maxDeletions === undefined ? null : String(text.maxDeletions),
  [`${prefix}confirm-run`]: text.confirm ?? null,
  // A typing error keeps a policy from running.
  [`${prefix}max-deletion`]: text.mode === "broken" ? "1" : null,
});

const classicSpec = (text: PolicyText): object => {
  const selector = { matchLabels: { [groupLabel]: text.group, stale: "yes" } };
  return {
    schedule: text.schedule,
    match: { any: [{ resources: { kinds: ["ConfigMap"], selector } }] },
    ...(text.excludes
      ? { exclude: { any: [{ resources: { kinds: ["ConfigMap"], names: [`${excludedName}*`] } }] } }
      : {}),
  };
};

const celSpec = (text: PolicyText): object => ({
  schedule: text.schedule,
  matchConstraints: {
    resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["*"], resources: ["configmaps"] }],
    objectSelector: { matchLabels: { [groupLabel]: text.group } },
  },
  conditions: [
    { name: "stale", expression: "object.metadata.?labels.stale.orValue('no') == 'yes'" },
    ...(text.excludes
      ? [{ name: "not-kept", expression: `!object.metadata.name.startsWith('${excludedName}')` }]
      : []),
  ],
});
