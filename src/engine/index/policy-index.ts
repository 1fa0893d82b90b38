import type { CompiledPolicy } from "../compiled-policy.ts";
import type { GroupVersionKind } from "../input.ts";
import { matchesWildcard } from "../values/wildcard.ts";
import { matchesKind } from "../match/kind-selector.ts";
import type { KindSelection } from "../match/kind-selection.ts";

const maxRememberedKinds = 1024;
const maxRememberedNamespaces = 4096;

interface KindEntry {
  /** Policies that take this kind in every namespace, in order, with the place of each. */
  readonly candidates: readonly Candidate[];
  readonly narrowed: boolean;
  readonly byNamespace: Map<string, readonly CompiledPolicy[]>;
  readonly all: readonly CompiledPolicy[];
}

interface Candidate {
  readonly policy: CompiledPolicy;
  readonly selections: readonly KindSelection[];
}

/** Finds the policies that may have a say on an object, by its kind and namespace. It never leaves one out. */
export interface PolicyIndex {
  /** In the order in which the policies were given. */
  policiesFor(gvk: GroupVersionKind, namespace: string): readonly CompiledPolicy[];
}

/** An index over compiled policies. What it remembers per kind and namespace is bounded. */
export function policyIndex(policies: readonly CompiledPolicy[]): PolicyIndex {
  const kinds = new Map<string, KindEntry>();
  return {
    policiesFor(gvk, namespace) {
      const key = `${gvk.group}/${gvk.version}/${gvk.kind}`;
      let entry = kinds.get(key);
      if (entry === undefined) {
        entry = kindEntry(policies, gvk);
        if (kinds.size >= maxRememberedKinds) kinds.clear();
        kinds.set(key, entry);
      }
      return entry.narrowed ? narrow(entry, namespace) : entry.all;
    },
  };
}

function kindEntry(policies: readonly CompiledPolicy[], gvk: GroupVersionKind): KindEntry {
  const candidates = policies.flatMap((policy): Candidate[] => {
    const selections = policy.selectors.filter(({ selector }) => matchesKind(selector, gvk, ""));
    return selections.length === 0 ? [] : [{ policy, selections }];
  });
  return {
    candidates,
    narrowed: candidates.some(({ selections }) => selections.every(isNarrow)),
    byNamespace: new Map(),
    all: candidates.map(({ policy }) => policy),
  };
}

function isNarrow(selection: KindSelection): boolean {
  return selection.namespaces !== undefined;
}

function narrow(entry: KindEntry, namespace: string): readonly CompiledPolicy[] {
  let policies = entry.byNamespace.get(namespace);
  if (policies === undefined) {
    policies = entry.candidates
      .filter(({ selections }) =>
        selections.some(
          ({ namespaces }) => namespaces?.some((pattern) => matchesWildcard(pattern, namespace)) ?? true,
        ),
      )
      .map(({ policy }) => policy);
    if (entry.byNamespace.size >= maxRememberedNamespaces) entry.byNamespace.clear();
    entry.byNamespace.set(namespace, policies);
  }
  return policies;
}
