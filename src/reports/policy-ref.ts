/** Whose results: policies of several kinds may share a name, so the source belongs to it. */
export interface PolicyRef {
  /** `kyverno`, `KyvernoValidatingPolicy`, … */
  readonly source: string;
  /** `name`, or `namespace/name` of a namespaced policy. */
  readonly policy: string;
}

/** One text per policy, for maps. */
export function policyRefKey({ source, policy }: PolicyRef): string {
  return `${source} ${policy}`;
}
