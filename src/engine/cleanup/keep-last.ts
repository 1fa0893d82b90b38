import type { KeepLast } from "./cleanup-options.ts";

/** A matched object as far as its group and age count. */
export interface KeepCandidate {
  readonly uid: string;
  readonly namespace: string;
  /** `group/version/resource` of the kind. */
  readonly type: string;
  readonly createdMs: number;
  readonly labels: Readonly<Record<string, unknown>>;
}

/** The key of a candidate's group. */
export function keepGroup(
  { type, namespace, labels }: Omit<KeepCandidate, "uid" | "createdMs">,
  rule: KeepLast,
): string {
  const values = rule.labels.map((key) => (Object.hasOwn(labels, key) ? labels[key] : null));
  return JSON.stringify([type, namespace, ...values]);
}

/** The uids that stay: of each group the newest; of equally old ones those whose uid comes first. */
export function keptUids(
  candidates: readonly (Pick<KeepCandidate, "uid" | "createdMs"> & { readonly group: string })[],
  { count }: KeepLast,
): ReadonlySet<string> {
  const groups = new Map<string, (typeof candidates)[number][]>();
  for (const candidate of candidates) {
    const group = groups.get(candidate.group);
    if (group === undefined) groups.set(candidate.group, [candidate]);
    else group.push(candidate);
  }
  const kept = [...groups.values()].flatMap((group) =>
    group
      .toSorted((a, b) => b.createdMs - a.createdMs || (a.uid < b.uid ? -1 : 1))
      .slice(0, count)
      .map(({ uid }) => uid),
  );
  return new Set(kept);
}
