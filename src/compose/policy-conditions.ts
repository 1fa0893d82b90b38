/** A condition of a policy before it has a time. */
export interface ConditionDraft {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/** What parts beside the scan have to say in the status of policies, on its way to the one who writes it. */
export interface PolicyConditions {
  /** `undefined`: the part has nothing more to say of the policy. */
  set(part: string, policyKey: string, condition: ConditionDraft | undefined): void;
  of(policyKey: string): readonly ConditionDraft[];
  /** Calls back when a policy is told of in other words; returns how to stop that. */
  onChange(listener: () => void): () => void;
}

export function createPolicyConditions(): PolicyConditions {
  /** By policy, then by part. */
  const drafts = new Map<string, Map<string, ConditionDraft>>();
  const listeners = new Set<() => void>();
  return {
    set(part, policyKey, condition) {
      const ofPolicy = drafts.get(policyKey) ?? new Map<string, ConditionDraft>();
      const before = ofPolicy.get(part);
      if (JSON.stringify(before) === JSON.stringify(condition)) return;
      if (condition === undefined) ofPolicy.delete(part);
      else ofPolicy.set(part, condition);
      if (ofPolicy.size === 0) drafts.delete(policyKey);
      else drafts.set(policyKey, ofPolicy);
      for (const listener of listeners) listener();
    },
    of: (policyKey) => [...(drafts.get(policyKey)?.values() ?? [])],
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
