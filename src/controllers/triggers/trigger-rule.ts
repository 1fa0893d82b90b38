import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Operation } from "#engine/input.ts";
import type { KindSelection } from "#engine/match/kind-selection.ts";

/** Which policy a rule belongs to. */
export interface TriggerPolicy {
  readonly kind: string;
  readonly name: string;
  /** Absent for a policy without a namespace. */
  readonly namespace?: string;
}

/** An object that may trigger rules, and what is known besides. */
export interface TriggerCandidate {
  readonly type: ResourceType;
  readonly object: KubeObject;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  /** Absent where the namespace is not known, or there is none. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
}

/**
 * A rule that acts on triggers. Two rules with equal `key` and `content` are the same; with another content the rule is
 * taken as a new one that replaces it.
 */
export interface TriggerRule {
  /** `policyKey/rule` of `triggerRuleKey`: unique among all rules of all consumers. */
  readonly key: string;
  readonly policy: TriggerPolicy;
  readonly rule: string;
  /** Changes with the content of the policy, and with nothing else (no resourceVersion, no status). */
  readonly content: string;
  /**
   * When the policy got this content, as the API server told (RFC 3339): what was created since is a creation, also where
   * it came before the rule was known here.
   */
  readonly since: string;
  /**
   * The policy's version where this process saw it get the content: an object whose version is older was there before, also
   * where the clock shows the same second. Absent where nobody saw it.
   */
  readonly sinceVersion?: string;
  /** What has to be watched for it. A policy with a namespace takes only objects of that namespace. */
  readonly selections: readonly KindSelection[];
  /** The operations that it can match. Existing objects have none, so that a rule that lists some takes no existing ones. */
  readonly operations: ReadonlySet<Operation>;
  /** `oldObject` is wanted with updates; only then are objects kept, and what is kept is bounded. */
  readonly needsOldObject: boolean;
  /** Existing objects are taken once for each content, not again at a restart. */
  readonly takesExisting: boolean;
  /** False for a rule that is to see what this process wrote itself (`skipBackgroundRequests: false`). */
  readonly skipsOwnWrites: boolean;
  /**
   * Whether the rule can be for such an object, judged at once and without external data: kind, namespace, name, labels.
   * It may say yes for too many, never no for one that the rule is for.
   */
  mayTake(candidate: TriggerCandidate): boolean;
  /** True where the rule has made something for the trigger with this uid, as far as the consumer knows. */
  hasMade?(uid: string): boolean;
}

/** When an object got its content: the latest change of whatever is no subresource, else its creation. */
export function contentSince({ metadata }: KubeObject): string {
  const entries: unknown = metadata["managedFields"];
  const times = (Array.isArray(entries) ? entries : []).flatMap(
    (entry: { time?: unknown; subresource?: unknown }) =>
      typeof entry?.time === "string" && (entry.subresource ?? "") === "" ? [entry.time] : [],
  );
  const created = metadata["creationTimestamp"];
  return times.toSorted().at(-1) ?? (typeof created === "string" ? created : "");
}

/** The key of a policy as it is used in keys of rules. */
export function triggerPolicyKey({ kind, namespace, name }: TriggerPolicy): string {
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

/** The key of a rule. */
export function triggerRuleKey(policy: TriggerPolicy, rule: string): string {
  return `${triggerPolicyKey(policy)}/${rule}`;
}
