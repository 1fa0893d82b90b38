/** Something that a policy needs to be allowed to do. */
export interface AccessNeed {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural. */
  readonly resource: string;
  /** Empty for whole objects. */
  readonly subresource: string;
  /** Empty: in the whole cluster. */
  readonly namespace: string;
}

/** One text per question: what an authorizer looks at, and nothing else. */
export function accessKey({ verb, group, resource, subresource, namespace }: AccessNeed): string {
  return JSON.stringify([verb, group, resource, subresource, namespace]);
}

/** What is missing, in one line per object and place, verbs together: the words of Kyverno's admission. */
export function missingTexts(missing: readonly AccessNeed[]): readonly string[] {
  const verbs = new Map<string, Set<string>>();
  for (const need of missing) {
    const { group, version, kind, subresource, namespace } = need;
    const gvk = `${group === "" ? "" : `${group}/`}${version}/${kind}${subresource === "" ? "" : `/${subresource}`}`;
    const place = namespace === "" ? "" : ` in namespace ${namespace}`;
    const text = `for resource ${gvk}${place}`;
    verbs.set(text, (verbs.get(text) ?? new Set()).add(need.verb));
  }
  return [...verbs].map(([text, names]) => `requires permissions ${[...names].sort().join(",")} ${text}`);
}
